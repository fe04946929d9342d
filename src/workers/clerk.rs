//! Files queued requests into cases, and closes cases whose person has reset.

use crate::actions::case::file;
use crate::app::App;
use crate::model::refusal::Stop;
use crate::store::desk::clerk;

/// Requests filed, and cases closed, in one step.
const MOST: i64 = 50;

/// Files what is queued; true where there may be more.
pub async fn step(app: &App) -> Result<bool, Stop> {
    let unfiled = clerk::unfiled(&mut app.read().await?, MOST).await?;
    for request in &unfiled {
        file::file(app, *request).await?;
    }
    Ok(!unfiled.is_empty())
}

/// Closes what has settled itself; true where there may be more.
pub async fn close(app: &App) -> Result<bool, Stop> {
    let settled = clerk::settled(&mut app.read().await?, MOST).await?;
    for case in &settled {
        file::settle(app, *case).await?;
    }
    Ok(!settled.is_empty())
}
