//! The life of a request: its states, the steps between them, and who may still take one.

use super::refusal::Refusal;
use super::words::words;

words! {
    /// Where a request stands; message keys `state-<code>`.
    State {
        /// Asked; nobody has looked yet.
        Received = "received",
        /// Matched; its letter is on its way to the relay.
        Sending = "sending",
        /// Matched nothing that may be reset now.
        Unmatched = "unmatched",
        /// The relay has taken the letter.
        Mailed = "mailed",
        /// Its link was opened.
        Opened = "opened",
        /// Proposed by the desk; somebody else has to agree.
        Proposed = "proposed",
        /// Confirmed or agreed; takes effect when its time comes.
        Waiting = "waiting",
        /// Cancelled from the mailbox that is said to be lost: a supervisor decides after a call-back.
        Contested = "contested",
        /// The factor was reset.
        Done = "done",
        /// Ended by its holder, or by a newer reset or cancel of the account.
        Cancelled = "cancelled",
        /// The link's time ran out.
        Expired = "expired",
        /// The letter was refused for good.
        Undeliverable = "undeliverable",
        /// Staff said no.
        Rejected = "rejected",
        /// Staff closed it.
        Closed = "closed",
    }
}

/// What may happen to a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// The worker matched it with an account that may be reset.
    Match,
    /// The worker matched it with nothing.
    Miss,
    /// The relay answered 250.
    HandOver,
    /// The relay refused for good, or a bounce came.
    Bounce,
    /// The link's holder opened the confirm step.
    Open,
    /// OK, with immediate effect.
    Confirm,
    /// OK, with a delay.
    Schedule,
    /// Its time came.
    Execute,
    /// *Ini bukan saya*, or a newer reset or cancel of the account.
    Cancel,
    /// The link's time ran out.
    Expire,
    /// One tap on the late page: a new mail.
    Reissue,
    /// Staff reject it.
    Reject,
    /// Staff close it.
    Close,
    /// Somebody else agreed with what the desk proposed.
    Approve,
    /// Nobody agreed in time.
    Lapse,
    /// A cancel came from the mailbox that is said to be lost.
    Contest,
    /// A supervisor found that it is right after all.
    Uphold,
}

impl State {
    /// Whether nothing more can happen to it.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Unmatched | Self::Done | Self::Cancelled | Self::Rejected | Self::Closed)
    }

    /// The state after `step`, or why that step cannot be taken.
    ///
    /// A link may be opened and confirmed before its 250 was recorded, hence the steps from `Sending`. An expired or
    /// undeliverable request is revived by a new mail. While a confirm step is open its request does not expire.
    #[allow(clippy::match_same_arms, reason = "one line for each row of the table")]
    pub fn step(self, step: Step) -> Result<Self, Refusal> {
        use State as S;
        use Step as T;
        let next = match (self, step) {
            (S::Received, T::Match) => S::Sending,
            (S::Received, T::Miss) => S::Unmatched,
            (S::Sending, T::HandOver) => S::Mailed,
            // the link was used, or a sibling's letter was, before this 250 was recorded
            (S::Mailed | S::Opened, T::HandOver) => self,
            (S::Sending | S::Mailed | S::Opened, T::Bounce) => S::Undeliverable,
            (S::Sending | S::Mailed | S::Opened | S::Undeliverable, T::Open) => S::Opened,
            (S::Opened, T::Confirm) => S::Done,
            (S::Opened, T::Schedule) => S::Waiting,
            (S::Waiting, T::Execute) => S::Done,
            (S::Proposed, T::Approve) => S::Waiting,
            (S::Proposed, T::Lapse) => S::Expired,
            (S::Waiting, T::Contest) => S::Contested,
            (S::Contested, T::Uphold) => S::Waiting,
            (S::Sending | S::Mailed | S::Opened, T::Expire) => S::Expired,
            (S::Expired | S::Undeliverable, T::Reissue) => S::Sending,
            // another link of the same request is still alive: a new mail changes nothing
            (S::Sending | S::Mailed | S::Opened, T::Reissue) => self,
            (from, T::Cancel) if !from.is_final() => S::Cancelled,
            (from, T::Reject) if !from.is_final() => S::Rejected,
            (from, T::Close) if !from.is_final() => S::Closed,
            (from, _) => return Err(from.refusal()),
        };
        Ok(next)
    }

    /// What a person is told whose step came too late for this state.
    pub fn refusal(self) -> Refusal {
        match self {
            Self::Done | Self::Waiting => Refusal::LinkUsed,
            Self::Proposed | Self::Contested => Refusal::NotPossibleNow,
            Self::Expired => Refusal::LinkExpired,
            Self::Received | Self::Sending | Self::Mailed | Self::Opened => Refusal::StepClosed,
            Self::Unmatched | Self::Cancelled | Self::Rejected | Self::Closed | Self::Undeliverable => {
                Refusal::LinkEnded
            }
        }
    }
}

/// By which way a request came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Channel {
    /// The web form.
    Web,
    /// A mail to the helpdesk.
    Mail,
    /// Staff.
    Staff,
    /// A relying portal.
    Portal,
}

impl Channel {
    /// The word in the database and in events.
    pub fn code(self) -> &'static str {
        match self {
            Self::Web => "web",
            Self::Mail => "mail",
            Self::Staff => "staff",
            Self::Portal => "portal",
        }
    }
}

/// Why a request stands in the helpdesk's queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum QueueReason {
    /// Its letter was refused for good.
    Undeliverable,
    /// Its link arrived late twice.
    Late,
    /// Its person asks for help.
    Help,
    /// *Ini bukan saya* after the reset, or from the second address.
    Disputed,
    /// The desk proposed it.
    Manual,
}

impl QueueReason {
    /// The word in the database and in events.
    pub fn code(self) -> &'static str {
        match self {
            Self::Undeliverable => "undeliverable",
            Self::Late => "late",
            Self::Help => "help",
            Self::Disputed => "disputed",
            Self::Manual => "manual",
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const STEPS: [Step; 17] = [
        Step::Match,
        Step::Miss,
        Step::HandOver,
        Step::Bounce,
        Step::Open,
        Step::Confirm,
        Step::Schedule,
        Step::Execute,
        Step::Cancel,
        Step::Expire,
        Step::Reissue,
        Step::Reject,
        Step::Close,
        Step::Approve,
        Step::Lapse,
        Step::Contest,
        Step::Uphold,
    ];

    #[test]
    fn the_table_of_the_contract_holds() {
        use State as S;
        use Step as T;
        for (from, step, to) in [
            (S::Received, T::Match, S::Sending),
            (S::Received, T::Miss, S::Unmatched),
            (S::Sending, T::HandOver, S::Mailed),
            (S::Sending, T::Bounce, S::Undeliverable),
            (S::Mailed, T::Open, S::Opened),
            (S::Sending, T::Open, S::Opened),
            (S::Opened, T::Open, S::Opened),
            (S::Opened, T::Confirm, S::Done),
            (S::Opened, T::Schedule, S::Waiting),
            (S::Waiting, T::Execute, S::Done),
            (S::Waiting, T::Cancel, S::Cancelled),
            (S::Mailed, T::Expire, S::Expired),
            (S::Opened, T::Expire, S::Expired),
            (S::Expired, T::Reissue, S::Sending),
            (S::Mailed, T::Reject, S::Rejected),
            (S::Expired, T::Close, S::Closed),
            (S::Proposed, T::Approve, S::Waiting),
            (S::Proposed, T::Reject, S::Rejected),
            (S::Proposed, T::Cancel, S::Cancelled),
            (S::Proposed, T::Lapse, S::Expired),
            (S::Waiting, T::Contest, S::Contested),
            (S::Contested, T::Uphold, S::Waiting),
            (S::Contested, T::Cancel, S::Cancelled),
        ] {
            assert_eq!(from.step(step), Ok(to), "{from:?} {step:?}");
        }
    }

    #[test]
    fn a_confirm_needs_an_opened_step() {
        for state in [State::Received, State::Sending, State::Mailed, State::Unmatched] {
            assert!(state.step(Step::Confirm).is_err(), "{state:?}");
            assert!(state.step(Step::Schedule).is_err(), "{state:?}");
        }
    }

    #[test]
    fn what_was_proposed_or_contested_resets_nothing() {
        for state in [State::Proposed, State::Contested] {
            for step in [Step::Open, Step::Confirm, Step::Schedule, Step::Execute, Step::Reissue] {
                assert!(state.step(step).is_err(), "{state:?} {step:?}");
            }
        }
        for state in State::ALL.iter().copied().filter(|state| *state != State::Proposed) {
            assert!(state.step(Step::Approve).is_err(), "{state:?}");
        }
    }

    #[test]
    fn words_are_read_back() {
        for &state in State::ALL {
            assert_eq!(State::from_code(state.code()), Some(state));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1_000))]
        /// Quality C7, 10⁶ operations: no walk leaves a final state, resets twice, or resets without having been matched
        /// and opened, or approved. A request that has ended refuses every step, and the walk goes on with a fresh one:
        /// one that was asked and one that was proposed in turn.
        #[test]
        fn no_walk_breaks_the_life_cycle(walk in prop::collection::vec(0..STEPS.len(), 1_000)) {
            let mut begun = [State::Received, State::Proposed].into_iter().cycle();
            let mut fresh = || (begun.next().unwrap(), false, false, false);
            let (mut state, mut matched, mut opened, mut confirmed) = fresh();
            for step in walk.into_iter().map(|i| STEPS[i]) {
                if state.is_final() {
                    prop_assert!(STEPS.iter().all(|step| state.step(*step).is_err()), "{state:?} is left");
                    prop_assert!(state != State::Done || confirmed);
                    (state, matched, opened, confirmed) = fresh();
                }
                match state.step(step) {
                    Ok(next) => {
                        matched |= step == Step::Match;
                        opened |= step == Step::Open;
                        if matches!(step, Step::Confirm | Step::Schedule) {
                            prop_assert!(matched && opened && !confirmed, "{state:?} {step:?}");
                            confirmed = true;
                        }
                        if step == Step::Approve {
                            prop_assert!(state == State::Proposed && !matched && !confirmed, "{state:?} {step:?}");
                            confirmed = true;
                        }
                        let ends = matches!(next, State::Done | State::Waiting);
                        prop_assert!(!ends || confirmed, "{state:?} reached {next:?} by {step:?}");
                        prop_assert!(next != State::Expired || !confirmed, "a confirmed reset expires");
                        prop_assert!(next != State::Contested || confirmed, "what nobody agreed to is contested");
                        state = next;
                        if step == Step::Lapse {
                            // no link of it was ever mailed, so no new mail revives it
                            (state, matched, opened, confirmed) = fresh();
                        }
                    }
                    Err(refusal) => prop_assert!(refusal.status() >= 400),
                }
            }
        }
    }
}
