//! Executes resets whose time has come.

use crate::actions::reset::execute;
use crate::app::App;
use crate::model::refusal::Stop;
use crate::store::due;

/// Executes one; true where there may be more.
pub async fn step(app: &App) -> Result<bool, Stop> {
    let due = due::next(&mut app.read().await?).await?;
    match due {
        Some(id) => execute(app, id).await,
        None => Ok(false),
    }
}
