//! The document of the API (OpenAPI 3.1), made of the code that answers.

use std::sync::OnceLock;

use actix_web::HttpResponse;
use utoipa::openapi::path::{Operation, ParameterBuilder, ParameterIn};
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{ContentBuilder, ObjectBuilder, Ref, RefOr, Required, ResponseBuilder, Type};
use utoipa::{Modify, OpenApi};

use super::{accounts, enrolment, events, factor, portal, problem, resets, verify};
use crate::base::fault::Fault;
use crate::model::refusal::Stop;

/// Every operation; a test compares it with the table of routes.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Pulih",
        version = "1",
        description = "Second factors for portals that keep their own login page. See docs/integrating.md.",
    ),
    paths(
        portal::show,
        accounts::put,
        accounts::show,
        events::list,
        resets::ask,
        resets::show,
        enrolment::begin,
        enrolment::confirm,
        factor::renew,
        factor::disable,
        verify::verify,
    ),
    components(schemas(problem::Written)),
    modifiers(&Keys, &Common),
    security(("key" = [])),
)]
struct Document;

struct Keys;

impl Modify for Keys {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let scheme = Http::builder().scheme(HttpAuthScheme::Bearer).description(Some("A portal key")).build();
        document.components.get_or_insert_default().add_security_scheme("key", SecurityScheme::Http(scheme));
    }
}

/// What every call has, and says nowhere else: problems where it is refused or fails, and a name where it writes.
struct Common;

impl Modify for Common {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        for item in document.paths.paths.values_mut() {
            let writes = [&mut item.put, &mut item.post, &mut item.patch, &mut item.delete];
            for operation in writes.into_iter().flatten() {
                repeatable(operation);
                refused(operation);
            }
            if let Some(operation) = &mut item.get {
                refused(operation);
            }
        }
    }
}

fn repeatable(operation: &mut Operation) {
    let text = ObjectBuilder::new().schema_type(Type::String).min_length(Some(1)).max_length(Some(255)).build();
    let name = ParameterBuilder::new()
        .name("Idempotency-Key")
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some("A name for this call: sent again under it, it is done once and answered alike."))
        .schema(Some(text))
        .build();
    operation.parameters.get_or_insert_default().push(RefOr::T(name));
}

fn refused(operation: &mut Operation) {
    let told = [
        ("4XX", "Not done; the problem says why."),
        ("5XX", "Our own trouble. A call that writes is sent again under its Idempotency-Key: it is done once."),
    ];
    for (status, words) in told {
        let problem = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
        let answer = ResponseBuilder::new().description(words).content("application/problem+json", problem).build();
        operation.responses.responses.insert(status.to_owned(), RefOr::T(answer));
    }
}

/// The document.
pub fn document() -> utoipa::openapi::OpenApi {
    Document::openapi()
}

/// `GET /api/openapi.json`
pub async fn show() -> Result<HttpResponse, Stop> {
    static TEXT: OnceLock<Option<String>> = OnceLock::new();
    let text = TEXT.get_or_init(|| document().to_pretty_json().ok()).as_deref();
    let text = text.ok_or_else(|| Fault::broken("the document of the API cannot be written"))?;
    Ok(HttpResponse::Ok().content_type("application/json").body(text))
}
