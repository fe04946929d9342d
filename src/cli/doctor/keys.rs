//! What `doctor` finds about keys of programs: those that end soon, and those that may come from anywhere.

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};

use super::{Finding, State, found, ok};
use crate::base::fault::Fault;
use crate::model::portal::ENDS_SOON_DAYS;
use crate::store::{Read, access, portal};

const CHECK: &str = "programs";

/// Looks at the keys that open something at `now`.
pub(super) async fn look(read: &mut Read, now: DateTime<Utc>) -> Result<Vec<Finding>, Fault> {
    let (portals, all) = (portal::list(read).await?, portal::key::list(read).await?);
    let logs: Vec<_> = access::list(read).await?.into_iter().filter(|key| key.life.live).collect();
    let slug = |key: &portal::key::Key| portals.iter().find(|p| p.id == key.portal_id).map_or("?", |p| p.slug.as_str());
    let live: Vec<_> = all.iter().filter(|key| key.life.live).collect();
    let mut findings = Vec::new();
    for key in &live {
        let words = format!("Key {} of portal {}", key.id, slug(key));
        findings.extend(ending(&words, "portal", key.life.expires_at, now));
        if key.networks.is_empty() {
            let mend = "make its successor with --network, use that, and revoke this one.";
            findings.push(found(CHECK, State::Warn, format!("{words} may come from any network."), mend));
        }
    }
    for key in &logs {
        findings.extend(ending(&format!("The log key {}", key.name), "log", key.life.expires_at, now));
    }
    if findings.is_empty() && live.len() + logs.len() > 0 {
        findings.push(ok(CHECK, format!("{} keys of programs are live.", live.len() + logs.len())));
    }
    Ok(findings)
}

fn ending(words: &str, kind: &str, ends: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Option<Finding> {
    let ends = ends.filter(|at| *at < now + TimeDelta::days(ENDS_SOON_DAYS))?;
    let words = format!("{words} ends at {}.", ends.to_rfc3339_opts(SecondsFormat::Secs, true));
    Some(found(CHECK, State::Warn, words, format!("make its successor with \"pulih keys {kind} add\" before.")))
}
