//! Looks up, on a fixed tick, what was asked: nobody who asks waits for it, nobody can time it.

use futures_util::future::join_all;

use crate::actions::resolve::resolve_next;
use crate::app::App;
use crate::model::refusal::Stop;

/// Requests looked at side by side.
const LANES: usize = 4;

/// Looks at up to one request a lane; true where there may be more.
pub async fn step(app: &App) -> Result<bool, Stop> {
    let mut more = false;
    for looked in join_all((0..LANES).map(|_| resolve_next(app))).await {
        more |= looked?;
    }
    Ok(more)
}
