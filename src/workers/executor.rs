//! Executes scheduled resets whose time has come.

use crate::actions::reset::execute;
use crate::app::App;
use crate::model::refusal::Stop;
use crate::store::request;

/// Executes one; true where there may be more.
pub async fn step(app: &App) -> Result<bool, Stop> {
    let due = request::next_due(&mut app.read().await?).await?;
    match due {
        Some(id) => execute(app, id).await,
        None => Ok(false),
    }
}
