//! Sends new links to everybody for whom the desk asked it after an outage.

use crate::actions::renew::renew;
use crate::app::App;
use crate::model::refusal::Stop;
use crate::store::outbox;

/// Renews one; true where there may be more.
pub async fn step(app: &App) -> Result<bool, Stop> {
    let next = outbox::next_renewed(&mut app.read().await?).await?;
    let Some(request) = next else { return Ok(false) };
    renew(app, request).await?;
    Ok(true)
}
