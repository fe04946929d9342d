//! Tells supervisors and auditors where somebody of the desk acts unusually fast.

use crate::actions::alert::alert;
use crate::app::App;
use crate::model::refusal::Stop;
use crate::store::staff::acts;

/// Tells of everybody who does so now; there is never more to do.
pub async fn step(app: &App) -> Result<bool, Stop> {
    if !app.has_limits() {
        return Ok(false);
    }
    let most = app.config().limits.hurried_per_10_min;
    for hurried in acts::hurried(&mut app.read().await?, most.into()).await? {
        alert(app, &hurried).await?;
    }
    Ok(false)
}
