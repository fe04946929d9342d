//! What a scripted relay is told to do.

use std::time::Duration;

/// Where in the talk a rule applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    Connect,
    Ehlo,
    Starttls,
    Mail,
    Rcpt,
    Data,
    /// After the final dot: the mail was received, its answer is due. A mail refused or unanswered here is not kept
    /// in `mails()` but in `unanswered()`.
    Dot,
}

/// What happens there.
#[derive(Clone, Debug)]
pub enum Act {
    /// This code and these words instead of yes.
    Answer(u16, String),
    /// Yes, but only after a while.
    Delay(Duration),
    /// Yes, byte by byte with a pause before each.
    Drip(Duration),
    /// The connection ends without an answer.
    Close,
    /// Silence, the connection stays open.
    Hang,
}

/// A line of the script: the first rule that fits is taken, and used up where it has a number of times.
#[derive(Clone, Debug)]
pub struct Rule {
    pub(super) stage: Stage,
    pub(super) act: Act,
    pub(super) times: Option<usize>,
    pub(super) to: Option<String>,
}

impl Rule {
    pub fn at(stage: Stage) -> Self {
        Self { stage, act: Act::Hang, times: None, to: None }
    }

    #[must_use]
    pub fn answer(mut self, code: u16, words: &str) -> Self {
        self.act = Act::Answer(code, words.to_owned());
        self
    }

    #[must_use]
    pub fn act(mut self, act: Act) -> Self {
        self.act = act;
        self
    }

    #[must_use]
    pub fn close(self) -> Self {
        self.act(Act::Close)
    }

    #[must_use]
    pub fn times(mut self, times: usize) -> Self {
        self.times = Some(times);
        self
    }

    #[must_use]
    pub fn once(self) -> Self {
        self.times(1)
    }

    /// Only for mails to this recipient; for the stages after RCPT, and RCPT itself.
    #[must_use]
    pub fn to(mut self, address: &str) -> Self {
        self.to = Some(address.to_owned());
        self
    }
}
