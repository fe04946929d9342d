//! Cases of the desk: the words for where they stand, why they came, how they ended, and the views of the queue.

use super::words::words;

words! {
    /// Where a case stands.
    CaseState {
        /// Nobody has taken it yet.
        New = "new",
        /// Somebody works on it.
        Open = "open",
        /// Its person is asked for something; its time stands still.
        Waiting = "waiting",
        /// It ended.
        Closed = "closed",
    }
}

words! {
    /// Why a case came.
    Reason {
        /// Its letter was refused for good.
        Undeliverable = "undeliverable",
        /// Its link arrived late twice.
        Late = "late",
        /// Its person asks for help.
        Help = "help",
        /// *Ini bukan saya* after a reset, or from the second address.
        Disputed = "disputed",
        /// The desk began it.
        Manual = "manual",
        /// A mail to the desk.
        Mail = "mail",
    }
}

words! {
    /// How a case ended.
    Ending {
        /// Its person has reset.
        Reset = "reset",
        /// It was answered.
        Answered = "answered",
        /// It was refused.
        Rejected = "rejected",
        /// It was closed.
        Closed = "closed",
        /// It was no request.
        Spam = "spam",
    }
}

words! {
    /// A view of the queue.
    View {
        /// Nobody has taken these.
        New = "new",
        /// Mine.
        Mine = "mine",
        /// A proposal waits for a second person.
        Approval = "approval",
        /// Disputed, or of an account under care.
        Check = "check",
        /// Their person is asked for something.
        Waiting = "waiting",
        /// Their time is over.
        Overdue = "overdue",
        /// Ended today.
        Done = "done",
    }
}

words! {
    /// What is done with several cases at once.
    Bulk {
        /// Take them.
        Take = "take",
        /// Give them to somebody.
        Assign = "assign",
        /// Close them as no request.
        Spam = "spam",
    }
}

words! {
    /// Where a line of the timeline comes from.
    Source {
        /// The public pages.
        Web = "web",
        /// Letters.
        Mail = "mail",
        /// The desk.
        Staff = "staff",
        /// Our own workers, and operators.
        System = "system",
    }
}

/// What a relay's answer means, in one word: the suffix of its message key.
pub fn answer_word(code: Option<u16>, text: &str) -> &'static str {
    let text = text.to_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| text.contains(word));
    match code {
        Some(200..=299) => "taken",
        Some(400..) if says(&["5.1.1", "5.1.10", "no such user", "user unknown", "does not exist"]) => "nobody",
        Some(400..) if says(&["4.2.2", "5.2.2", "full", "quota"]) => "full",
        Some(400..) if says(&["5.7.", "spam", "blocked", "blacklist", "policy"]) => "blocked",
        Some(400..=499) => "later",
        Some(_) => "refused",
        None => "silent",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_back() {
        for state in CaseState::ALL {
            assert_eq!(CaseState::from_code(state.code()), Some(*state));
        }
        assert_eq!(View::from_code("else"), None);
    }

    #[test]
    fn answers_are_told_in_one_word() {
        for (code, text, word) in [
            (Some(250), "queued", "taken"),
            (Some(550), "5.1.1 no mailbox", "nobody"),
            (Some(452), "4.2.2 mailbox full", "full"),
            (Some(554), "5.7.1 rejected", "blocked"),
            (Some(451), "greylisted", "later"),
            (Some(550), "no", "refused"),
            (None, "timed out", "silent"),
        ] {
            assert_eq!(answer_word(code, text), word, "{text}");
        }
    }
}
