//! A portal to try the API with: `docs/examples/portal` takes its key.

use serde_json::{Value, json};

use crate::actions::portal_key::{self, Wanted};
use crate::app::App;
use crate::base::fault::Fault;
use crate::model::portal::Scope;
use crate::model::refusal::Stop;
use crate::store::portal::{self as store, key};

const SLUG: &str = "contoh";
const NAME: &str = "Portal Contoh";
/// Where the example listens when nothing else is said.
const RETURN_URL: &str = "http://127.0.0.1:9000/back";

/// Makes it known with a fresh key, whose token it returns; a kept demo's former key ends.
pub async fn seed(app: &App) -> Result<String, Fault> {
    let stopped = |stop: Stop| Fault::bug("the demo's portal", stop);
    portal_key::register(app, SLUG, NAME, Some(RETURN_URL)).await.map_err(stopped)?;
    let mut read = app.read().await?;
    let portal = store::by_slug(&mut read, SLUG).await?.map(|portal| portal.id);
    let keys = key::list(&mut read).await?;
    drop(read);
    for key in keys.iter().filter(|key| key.life.live && Some(key.portal_id) == portal) {
        portal_key::revoke(app, key.id).await.map_err(stopped)?;
    }
    let wanted = Wanted { scopes: Scope::ALL.to_vec(), networks: Vec::new(), days: None };
    let made = portal_key::make(app, SLUG, &wanted).await.map_err(stopped)?;
    Ok(made.map_err(|_| Fault::broken("the demo's portal has too many keys"))?.token)
}

/// The portal in JSON, with its key.
pub fn json(token: &str) -> Value {
    json!({ "slug": SLUG, "return_url": RETURN_URL, "key": token })
}

/// The same as lines.
pub fn table(token: &str) -> String {
    format!("Portal {SLUG}, which comes back to {RETURN_URL}; its key for the API:\n{token}")
}
