//! The stream of changed cases: ids alone, so that the page asks for what its viewer may see.

use std::time::{Duration, Instant};

use actix_web::http::Method;
use actix_web::http::header::{CACHE_CONTROL, HeaderName};
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse, web};
use futures_util::stream;
use serde_json::json;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use uuid::Uuid;

use crate::app::staff::Helpdesk;
use crate::base::clock;
use crate::base::fault::Fault;
use crate::store::staff::session;
use crate::web::{DeskSession, House, On};

/// A comment goes out so often, and the session is looked at again.
const BEAT: Duration = Duration::from_secs(15);

/// `GET /staff/requests/live`
pub async fn live(req: HttpRequest, house: web::Data<House>, _on: On<Helpdesk>, held: DeskSession) -> HttpResponse {
    let mut answer = HttpResponse::Ok();
    answer
        .content_type("text/event-stream")
        .insert_header((CACHE_CONTROL, "no-store"))
        // a proxy in front is not to wait for more
        .insert_header((HeaderName::from_static("x-accel-buffering"), "no"));
    if req.method() == Method::HEAD {
        return answer.finish();
    }
    let heard = house.live.listen();
    let watch = Watch { house, held, heard, begun: false, look_at: clock::instant() + BEAT };
    let events = stream::unfold(watch, |mut watch| async move {
        let bytes = watch.next().await?;
        Some((Ok::<_, Fault>(bytes), watch))
    });
    answer.streaming(Box::pin(events))
}

/// One page that watches.
struct Watch {
    house: web::Data<House>,
    held: DeskSession,
    heard: Receiver<Vec<Uuid>>,
    begun: bool,
    /// When the session is looked at again.
    look_at: Instant,
}

impl Watch {
    /// What is sent next; nothing once we stop or the session is over.
    async fn next(&mut self) -> Option<Bytes> {
        if !self.begun {
            self.begun = true;
            return Some(Bytes::from_static(b"retry: 3000\n\n"));
        }
        let stop = self.house.stop.clone();
        // busy or not: whose session it is may have been signed out
        if clock::instant() >= self.look_at {
            self.look_at = clock::instant() + BEAT;
            if !self.goes_on().await {
                return None;
            }
        }
        tokio::select! {
            () = stop.cancelled() => None,
            heard = self.heard.recv() => match heard {
                Ok(cases) => Some(Bytes::from(format!("data: {}\n\n", json!({ "cases": cases })))),
                // behind: the page asks anew, whatever it missed
                Err(RecvError::Lagged(_)) => Some(Bytes::from_static(b"data: {\"cases\":[]}\n\n")),
                Err(RecvError::Closed) => None,
            },
            () = tokio::time::sleep_until(self.look_at.into()) => Some(Bytes::from_static(b": \n\n")),
        }
    }

    async fn goes_on(&self) -> bool {
        let app = &self.house.app;
        let Ok(mut read) = app.read().await else { return true };
        let found = session::find(&mut read, &self.held.token_hash, &self.held.browser_hash, app.lives()).await;
        !matches!(found, Ok(None))
    }
}
