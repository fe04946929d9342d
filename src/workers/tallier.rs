//! Counts what was sealed, for the auditor's reports.

use crate::app::App;
use crate::model::refusal::Stop;
use crate::store::audit::figures;

/// Counts one batch; says whether more may wait.
pub async fn step(app: &App) -> Result<bool, Stop> {
    let counted = figures::count(app.read().await?, app.config().locale.zone).await?;
    metrics::counter!("figures_leaves_total").increment(counted as u64);
    Ok(counted > 0)
}
