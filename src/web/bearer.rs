//! Bearer tokens of programs (RFC 6750): read, and wrong ones counted by network.

use actix_web::HttpRequest;
use actix_web::http::header::AUTHORIZATION;

use super::edge::Client;
use super::house::House;
use crate::base::slots;
use crate::model::refusal::Refusal;

/// The token of `Authorization: Bearer …`; the scheme's case is of no account (RFC 9110 §11.1).
pub fn token(req: &HttpRequest) -> Option<&str> {
    let (scheme, token) = req.headers().get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// What the counts of networks call refused keys of one kind.
#[derive(Clone, Copy, Debug)]
pub struct Refused(pub &'static str);

impl Refused {
    /// Whether a network was refused too often in these ten minutes to be looked at.
    pub fn held(self, house: &House, client: &Client) -> Result<(), Refusal> {
        let slot = slots::slot(house.app.clock().now());
        let seen = house.app.networks().seen(&client.network.to_string(), self.0, slot);
        if house.app.has_limits() && seen >= most(house) {
            return Err(Refusal::TooMany(slots::end(slot)));
        }
        Ok(())
    }

    /// Counts one more; operators are told of many.
    pub fn count(self, house: &House, client: &Client) {
        metrics::counter!("keys_refused_total", "kind" => self.0).increment(1);
        if !house.app.has_limits() {
            return;
        }
        let (network, slot) = (client.network.to_string(), slots::slot(house.app.clock().now()));
        if house.app.networks().hit(&network, self.0, slot) == most(house) {
            tracing::warn!(network, kind = self.0, "many refused keys from one network");
        }
    }
}

fn most(house: &House) -> u32 {
    house.app.config().limits.sprayed_per_10_min.max(1)
}
