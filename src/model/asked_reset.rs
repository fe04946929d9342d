//! How a reset stands that a portal asked for: said without saying who exists.

use chrono::TimeDelta;

use super::request::State;
use super::words::kept_words;

/// How long a reset that nobody confirms counts as open, whatever became of it: as long as any link may live.
const OPEN_FOR: TimeDelta = TimeDelta::hours(24);
/// How long a portal may ask how a reset stands: as long as one that matched nothing is kept.
pub const ASKED_FOR: TimeDelta = TimeDelta::days(30);

kept_words! {
    /// How it stands, as a portal is told.
    Standing {
        /// A letter may be on its way, where there is somebody to write to.
        Open = "open",
        /// Confirmed; it takes effect when its time comes.
        Waiting = "waiting",
        /// The factor was reset.
        Done = "done",
        /// Nothing will come of it.
        Ended = "ended",
    }
}

/// How a reset stands that was asked so long ago. What its person did by a mailed link is told at once, and what became of
/// one that was confirmed; everything else looks like a letter that nobody has opened.
pub fn standing(state: State, confirmed: bool, age: TimeDelta) -> Standing {
    match state {
        State::Done => Standing::Done,
        State::Waiting | State::Contested => Standing::Waiting,
        State::Cancelled => Standing::Ended,
        // it was told to wait, and does not any more
        State::Rejected | State::Closed if confirmed => Standing::Ended,
        State::Received
        | State::Sending
        | State::Unmatched
        | State::Mailed
        | State::Opened
        | State::Proposed
        | State::Expired
        | State::Undeliverable
        | State::Rejected
        | State::Closed => {
            if age < OPEN_FOR {
                Standing::Open
            } else {
                Standing::Ended
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_confirmed_looks_like_what_never_was() {
        let (young, old) = (TimeDelta::hours(24) - TimeDelta::seconds(1), TimeDelta::hours(24));
        for &state in State::ALL {
            let told = [TimeDelta::zero(), young, old].map(|age| standing(state, false, age));
            let expected = match state {
                State::Done => [Standing::Done; 3],
                State::Waiting | State::Contested => [Standing::Waiting; 3],
                State::Cancelled => [Standing::Ended; 3],
                _ => [Standing::Open, Standing::Open, Standing::Ended],
            };
            assert_eq!(told, expected, "{state:?}");
        }
        // where there is no account, every state that one without might be in is the same
        for state in [State::Sending, State::Mailed, State::Opened, State::Expired, State::Undeliverable] {
            assert_eq!(standing(state, false, young), standing(State::Unmatched, false, young));
            assert_eq!(standing(state, false, old), standing(State::Unmatched, false, old));
        }
    }

    #[test]
    fn what_waited_and_was_ended_by_the_desk_is_not_open_again() {
        for state in [State::Rejected, State::Closed] {
            assert_eq!(standing(state, true, TimeDelta::zero()), Standing::Ended, "{state:?}");
        }
        for (state, expected) in [(State::Waiting, Standing::Waiting), (State::Done, Standing::Done)] {
            assert_eq!(standing(state, true, TimeDelta::zero()), expected, "{state:?}");
        }
    }
}
