//! A mailed link: its two clocks and what its holder may do with it now.

use chrono::{DateTime, TimeDelta, Utc};

use super::refusal::Refusal;
use super::words::words;

words! {
    /// What a link row carries.
    LinkKind {
        /// Opens a reset.
        Reset = "reset",
        /// Only carries *Ini bukan saya*.
        Notice = "notice",
        /// Leads to activation.
        Activate = "activate",
        /// Cancels what waits.
        Cancel = "cancel",
    }
}

words! {
    /// Why a link ended.
    LinkEnd {
        /// OK was pressed.
        Spent = "spent",
        /// A sibling was spent.
        Superseded = "superseded",
        /// *Ini bukan saya*.
        Cancelled = "cancelled",
        /// Its time ran out.
        Expired = "expired",
        /// Its letter was refused for good.
        Undeliverable = "undeliverable",
        /// There never was an account behind it.
        Unmatched = "unmatched",
    }
}

/// The times of a link, all by the database's clock.
#[derive(Clone, Copy, Debug)]
pub struct LinkTimes {
    /// When its row was made.
    pub issued_at: DateTime<Utc>,
    /// When its life ends; unknown until the relay has taken the letter.
    pub expires_at: Option<DateTime<Utc>>,
    /// How long the confirm step stays open.
    pub step_until: Option<DateTime<Utc>>,
    /// Why it ended, if it did.
    pub ended: Option<LinkEnd>,
}

/// Wrong passwords at the confirm step after which a link opens it no more.
pub const TRIES: i16 = 5;
/// The longest life of a link from its making.
pub const LIFE_MAX: TimeDelta = TimeDelta::hours(24);

impl LinkTimes {
    /// When the link's life ends at the latest.
    pub fn end(&self) -> DateTime<Utc> {
        self.expires_at.unwrap_or(self.issued_at + LIFE_MAX)
    }

    /// Whether the confirm step is open at `now`.
    pub fn step_open(&self, now: DateTime<Utc>) -> bool {
        matches!(self.ended, None | Some(LinkEnd::Expired)) && self.step_until.is_some_and(|until| now < until)
    }

    /// Whether the link may open (or open again) its confirm step at `now`.
    pub fn may_open(&self, now: DateTime<Utc>) -> Result<(), Refusal> {
        match self.ended {
            Some(end) => Err(Self::refusal(end)),
            None if now >= self.end() => Err(Refusal::LinkExpired),
            None => Ok(()),
        }
    }

    /// Whether OK may be pressed at `now`: the step was opened in time and has not run out.
    pub fn may_confirm(&self, now: DateTime<Utc>) -> Result<(), Refusal> {
        if self.step_open(now) {
            return Ok(());
        }
        self.may_open(now)?;
        Err(Refusal::StepClosed)
    }

    fn refusal(end: LinkEnd) -> Refusal {
        match end {
            LinkEnd::Spent => Refusal::LinkUsed,
            LinkEnd::Expired => Refusal::LinkExpired,
            LinkEnd::Superseded | LinkEnd::Cancelled | LinkEnd::Undeliverable | LinkEnd::Unmatched => {
                Refusal::LinkEnded
            }
        }
    }
}

/// How long a link lives from the relay's 250: the setting, or what the recipient domain's measured delay asks for.
///
/// `p95` is the time from hand-over to the first click that 95 of 100 links to that domain stayed below.
pub fn life(ttl: TimeDelta, p95: Option<TimeDelta>) -> TimeDelta {
    match p95 {
        Some(p95) => (p95 * 2).clamp(TimeDelta::hours(6), LIFE_MAX),
        None => ttl.min(LIFE_MAX),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minutes: i64) -> DateTime<Utc> {
        DateTime::<Utc>::UNIX_EPOCH + TimeDelta::minutes(minutes)
    }

    fn times(expires: Option<i64>, step: Option<i64>, ended: Option<LinkEnd>) -> LinkTimes {
        LinkTimes { issued_at: at(0), expires_at: expires.map(at), step_until: step.map(at), ended }
    }

    #[test]
    fn a_link_is_alive_before_its_250_and_for_a_day_at_most() {
        assert_eq!(times(None, None, None).may_open(at(1)), Ok(()));
        assert_eq!(times(None, None, None).may_open(at(24 * 60)), Err(Refusal::LinkExpired));
    }

    #[test]
    fn the_step_outlives_the_link_but_not_its_ten_minutes() {
        let link = times(Some(60), Some(69), Some(LinkEnd::Expired));
        assert_eq!(link.may_confirm(at(68)), Ok(()));
        assert_eq!(link.may_confirm(at(69)), Err(Refusal::LinkExpired));
        assert_eq!(link.may_open(at(59)), Err(Refusal::LinkExpired));
    }

    #[test]
    fn ok_needs_an_open_step() {
        assert_eq!(times(Some(60), None, None).may_confirm(at(1)), Err(Refusal::StepClosed));
        assert_eq!(times(Some(60), Some(11), None).may_confirm(at(12)), Err(Refusal::StepClosed));
    }

    #[test]
    fn a_spent_or_cancelled_link_opens_nothing() {
        for (end, refusal) in [
            (LinkEnd::Spent, Refusal::LinkUsed),
            (LinkEnd::Superseded, Refusal::LinkEnded),
            (LinkEnd::Cancelled, Refusal::LinkEnded),
        ] {
            let link = times(Some(60), Some(20), Some(end));
            assert_eq!(link.may_open(at(5)), Err(refusal));
            assert_eq!(link.may_confirm(at(5)), Err(refusal));
        }
    }

    #[test]
    fn a_slow_domain_gets_a_longer_life() {
        let hours = TimeDelta::hours;
        assert_eq!(life(hours(6), None), hours(6));
        assert_eq!(life(hours(1), None), hours(1));
        assert_eq!(life(hours(6), Some(hours(1))), hours(6));
        assert_eq!(life(hours(6), Some(hours(5))), hours(10));
        assert_eq!(life(hours(6), Some(hours(50))), hours(24));
    }
}
