//! What a portal is told of what happened: a few words out of all kinds of events.

use serde_json::Value;

use super::words::words;

words! {
    /// What is told.
    News {
        /// A reset took effect: what was enrolled is dead, and enrolling needs a grant.
        ResetDone = "reset.done",
        /// A reset is confirmed and waits for its time.
        ResetWaiting = "reset.waiting",
        /// A reset that was under way, or waited, ended without effect.
        ResetCancelled = "reset.cancelled",
        /// TOTP is active.
        TotpActivated = "totp.activated",
        /// TOTP was disabled.
        TotpDisabled = "totp.disabled",
        /// The account is locked.
        AccountLocked = "account.locked",
        /// It is unlocked.
        AccountUnlocked = "account.unlocked",
        /// Somebody who was told of something said that it was not them.
        AccountDisputed = "account.disputed",
        /// Something was frozen, of no account in particular.
        FreezeSet = "freeze.set",
        /// It goes on.
        FreezeLifted = "freeze.lifted",
    }
}

/// Kinds that may be told; [`news`] says as what.
pub const KINDS: [&str; 19] = [
    "reset.confirmed",
    "reset.executed",
    "reset.scheduled",
    "reset.cancelled",
    "reset.disputed",
    "manual.approved",
    "manual.cancelled",
    "manual.dismissed",
    "manual.rejected",
    "manual.withdrawn",
    "manual.expired",
    "request.rejected",
    "request.closed",
    "totp.activated",
    "totp.disabled",
    "account.locked",
    "account.unlocked",
    "account.disputed",
    "unlock.approved",
];

/// Kinds that are told to every portal: they are of no account.
pub const OF_NOBODY: [&str; 2] = ["freeze.set", "freeze.lifted"];

/// As what an event that was done is told, by its kind and its facts.
pub fn news(kind: &str, facts: &Value) -> Option<News> {
    // who confirms a reset that waits was told of it; what the desk proposes was not, until it waits
    let confirmed = facts["kind"] == "self-reset";
    match kind {
        // where nothing could be reset any more, it ends
        "reset.executed" if facts["credential"].is_null() => Some(News::ResetCancelled),
        "reset.confirmed" | "reset.executed" => Some(News::ResetDone),
        "reset.scheduled" => Some(News::ResetWaiting),
        "manual.approved" => facts["due"].is_string().then_some(News::ResetWaiting),
        "reset.cancelled" | "manual.cancelled" | "manual.dismissed" => Some(News::ResetCancelled),
        "manual.rejected" | "manual.withdrawn" | "manual.expired" => confirmed.then_some(News::ResetCancelled),
        // with a case, what was confirmed and waited ends too
        "request.rejected" | "request.closed" => {
            facts["waited"].as_i64().is_some_and(|waited| waited > 0).then_some(News::ResetCancelled)
        }
        "totp.activated" => Some(News::TotpActivated),
        "totp.disabled" => Some(News::TotpDisabled),
        "account.locked" => Some(News::AccountLocked),
        "account.unlocked" => Some(News::AccountUnlocked),
        // the first of two who agree changes nothing yet
        "unlock.approved" => (facts["done"] == true).then_some(News::AccountUnlocked),
        "reset.disputed" | "account.disputed" => Some(News::AccountDisputed),
        "freeze.set" => Some(News::FreezeSet),
        "freeze.lifted" => Some(News::FreezeLifted),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::json;

    use super::*;
    use crate::model::event::kinds;

    /// Looked at, and not for portals: how mail goes, who looked at what, what the desk thinks about, what the portal did itself.
    const QUIET: &str = "
        reset.asked reset.matched reset.unmatched mail.accepted mail.failed mail.dropped mail.parked link.opened link.expired
        link.reissued request.help-asked accounts.imported accounts.exported retention.purged login.password login.code
        login.warned session.ended totp.enrolling totp.link-asked recovery-codes.kept password.changed
        manual.proposed manual.contested manual.upheld
        address.proposed address.approved address.rejected address.withdrawn address.expired
        protect.proposed protect.approved protect.rejected protect.withdrawn protect.expired
        unlock.proposed unlock.rejected unlock.withdrawn unlock.expired
        overwrite.proposed overwrite.approved overwrite.rejected overwrite.withdrawn overwrite.expired
        erase.proposed erase.approved erase.rejected erase.withdrawn erase.expired evidence.attached evidence.purged
        address.revealed account.searched mail.retried mail.cancelled links.renewed
        accounts.uploaded portal.made portal.changed portal.key-made portal.key-revoked account.registered account.changed
        code.verified recovery-codes.renewed grant.handed";
    const QUIET_FAMILIES: [&str; 9] =
        ["staff.", "case.", "canned.", "hours.", "holidays.", "log.", "audit.", "inbound.", "permission."];

    #[test]
    fn each_kind_is_told_or_deliberately_not() {
        let told: BTreeSet<&str> = KINDS.into_iter().chain(OF_NOBODY).collect();
        let quiet: BTreeSet<&str> = QUIET.split_whitespace().collect();
        let all: BTreeSet<&str> = kinds().collect();
        for kind in &all {
            let still = quiet.contains(kind) || QUIET_FAMILIES.iter().any(|family| kind.starts_with(family));
            assert_ne!(told.contains(kind), still, "{kind}: is it told to portals or not?");
        }
        assert!(told.is_subset(&all) && quiet.is_subset(&all));
    }

    #[test]
    fn what_is_told_has_a_word_for_each_kind_and_no_other() {
        let full = json!({ "credential": "x", "due": "2026-11-22T00:00:00Z", "done": true, "kind": "self-reset", "waited": 1 });
        let words: BTreeSet<&str> =
            KINDS.into_iter().chain(OF_NOBODY).map(|kind| news(kind, &full).expect(kind).code()).collect();
        assert_eq!(words, News::ALL.iter().map(|news| news.code()).collect());
        let bare = json!({ "credential": null, "due": null, "done": false, "kind": "reset", "waited": 0 });
        let quiet = ["manual.approved", "unlock.approved", "manual.rejected", "manual.withdrawn", "manual.expired"];
        for kind in quiet.into_iter().chain(["request.rejected", "request.closed"]) {
            assert_eq!(news(kind, &bare), None, "{kind}");
        }
        assert_eq!(news("request.closed", &json!({ "requests": 1 })), None, "as it was told once");
        assert_eq!(news("reset.executed", &bare), Some(News::ResetCancelled));
        assert_eq!(news("code.verified", &full), None);
    }
}
