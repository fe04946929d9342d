//! Who follows the log from elsewhere: a program with a log key, proved by its bearer token (RFC 6750).

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};
use futures_util::future::LocalBoxFuture;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::bearer::{self, Refused};
use super::edge::Client;
use super::house::House;
use crate::app::App;
use crate::base::fault::Fault;
use crate::base::{clock, secret_hash};
use crate::model::access;
use crate::model::refusal::{Refusal, Stop};
use crate::store::access as keys;

/// Wrong keys.
const REFUSED: Refused = Refused("log-key");
/// A key's uses are noted at most so often.
const NOTE: Duration = Duration::from_mins(1);

/// The proof that a handler takes: a log key that opens something now.
#[derive(Clone, Copy, Debug)]
pub struct LogKey(pub Uuid);

impl FromRequest for LogKey {
    type Error = Stop;
    type Future = LocalBoxFuture<'static, Result<Self, Stop>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let req = req.clone();
        let client = Client::from_request(&req, payload);
        Box::pin(async move {
            let house = req.app_data::<web::Data<House>>();
            let house = house.ok_or_else(|| Fault::broken("the web floor has no settings"))?;
            prove(house, &client.await?, &req).await
        })
    }
}

async fn prove(house: &House, client: &Client, req: &HttpRequest) -> Result<LogKey, Stop> {
    let Some(text) = bearer::token(req) else { return Err(Refusal::KeyRequired.into()) };
    REFUSED.held(house, client)?;
    if let Some(token) = access::read(access::Purpose::Log, text) {
        let mut read = house.app.read().await?;
        if let Some(key) = keys::find(&mut read, &secret_hash(&token)).await? {
            if let Some(uses) = house.uses.count(key, clock::instant()) {
                keys::note(&mut read, key, uses).await?;
            }
            return Ok(LogKey(key));
        }
    }
    REFUSED.count(house, client);
    Err(Refusal::KeyRequired.into())
}

/// Uses of keys that are not noted yet.
#[derive(Debug, Default)]
pub struct Uses {
    waiting: Mutex<HashMap<Uuid, Waiting>>,
}

#[derive(Debug)]
struct Waiting {
    uses: i64,
    noted: Instant,
}

impl Uses {
    /// Counts one; says how many are to be noted now, where the last note is old enough.
    pub fn count(&self, key: Uuid, now: Instant) -> Option<i64> {
        let mut all = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        match all.get_mut(&key) {
            Some(waiting) if now.duration_since(waiting.noted) < NOTE => {
                waiting.uses += 1;
                None
            }
            Some(waiting) => {
                waiting.noted = now;
                Some(std::mem::take(&mut waiting.uses) + 1)
            }
            None => {
                all.insert(key, Waiting { uses: 0, noted: now });
                Some(1)
            }
        }
    }

    fn take(&self) -> Vec<(Uuid, i64)> {
        let mut all = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let taken = all.iter().filter(|(_, w)| w.uses > 0).map(|(key, w)| (*key, w.uses)).collect();
        all.retain(|_, waiting| waiting.noted.elapsed() < NOTE);
        all.values_mut().for_each(|waiting| waiting.uses = 0);
        taken
    }

    /// Notes what waits, once a minute and at `stop`.
    pub async fn keep(&self, app: &App, stop: &CancellationToken) {
        loop {
            let ends = stop.run_until_cancelled(tokio::time::sleep(NOTE)).await.is_none();
            for (key, uses) in self.take() {
                let noted = async { keys::note(&mut app.read().await?, key, uses).await };
                if let Err(fault) = noted.await {
                    tracing::warn!(%fault, "uses of a key were not noted");
                }
            }
            if ends {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::random;

    #[test]
    fn uses_are_noted_at_most_once_a_minute_and_none_is_lost() {
        let (uses, key, now) = (Uses::default(), random::id(), clock::instant());
        assert_eq!(uses.count(key, now), Some(1));
        assert_eq!(uses.count(key, now), None);
        assert_eq!(uses.count(key, now + NOTE / 2), None);
        assert_eq!(uses.count(random::id(), now), Some(1));
        assert_eq!(uses.count(key, now + NOTE), Some(3));
        assert_eq!(uses.count(key, now + NOTE), None);
        assert_eq!(uses.take(), [(key, 1)]);
        assert_eq!(uses.take(), []);
    }
}
