//! What the integrity page tells: checkpoint, verifications, and what they found.

use chrono::{DateTime, TimeDelta, Utc};

/// What the page shows.
#[derive(Clone, Debug)]
pub struct Data {
    /// What was done just now.
    pub note: Option<Note>,
    /// The newest checkpoint; none before the first event is sealed.
    pub checkpoint: Option<Checkpoint>,
    /// Keys to believe notes by, the one that signs now first.
    pub keys: Vec<String>,
    /// Events that wait for their leaf.
    pub waiting: i64,
    /// Since how long the oldest of them does.
    pub oldest: TimeDelta,
    /// When the log last said that all is well though nothing happened.
    pub heartbeat: Option<DateTime<Utc>>,
    /// Copies of checkpoints outside.
    pub places: Vec<Place>,
    /// The verification that runs or waits.
    pub running: Option<Running>,
    /// The last that ended.
    pub last: Option<Verified>,
}

/// What was done just now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Note {
    /// A verification was asked for.
    Asked,
    /// One runs already.
    Busy,
}

impl Note {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Asked, Self::Busy];

    /// Its word in addresses, and the suffix of its message key.
    pub fn code(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Busy => "busy",
        }
    }

    /// Reads that word.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|note| note.code() == code)
    }
}

/// A checkpoint.
#[derive(Clone, Debug)]
pub struct Checkpoint {
    /// Leaves it covers.
    pub size: i64,
    /// The root over them, in base64.
    pub root: String,
    /// When.
    pub at: DateTime<Utc>,
    /// How long ago.
    pub age: TimeDelta,
    /// The signed note.
    pub note: String,
    /// Whether one of our keys has signed it.
    pub signed: bool,
    /// Whether it goes on from older ones, each with its size; the one before it first.
    pub follows: Vec<(i64, bool)>,
}

/// A place outside to which checkpoints go.
#[derive(Clone, Debug)]
pub struct Place {
    /// How it is called.
    pub name: String,
    /// Leaves of the newest checkpoint there.
    pub size: Option<i64>,
    /// When it went there.
    pub at: Option<DateTime<Utc>>,
    /// What went wrong since.
    pub trouble: Option<String>,
}

/// A verification that has not ended.
#[derive(Clone, Debug)]
pub struct Running {
    /// Who asked; none where the clock did.
    pub asked_name: Option<String>,
    /// Leaves that were looked at.
    pub done: i64,
    /// Leaves to look at; 0 before it begins.
    pub total: i64,
}

/// A verification that ended.
#[derive(Clone, Debug)]
pub struct Verified {
    /// When.
    pub at: DateTime<Utc>,
    /// Who asked; none where the clock did.
    pub asked_name: Option<String>,
    /// Leaves it looked at.
    pub size: i64,
    /// How many findings there are.
    pub found: i64,
    /// The first leaf that is wrong.
    pub first_bad: Option<i64>,
    /// The first findings.
    pub findings: Vec<Finding>,
}

/// Something that is wrong.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The leaf it is about.
    pub index: Option<i64>,
    /// The suffix of its message key, one of [`FINDINGS`].
    pub code: String,
    /// What it is, exactly.
    pub words: String,
}

/// What can be wrong with a log: `finding-<code>` are the words.
pub const FINDINGS: [&str; 35] = [
    "edited",
    "event-gone",
    "time-moved",
    "leaf-gone",
    "no-leaf",
    "queue-differs",
    "not-canonical",
    "column-differs",
    "personal-differs",
    "from-the-future",
    "tile-differs",
    "tile-gone",
    "nodes-differ",
    "tile-beyond",
    "root",
    "signature",
    "checkpoint",
    "not-covered",
    "short",
    "rewound",
    "rewritten",
    "outside-unsigned",
    "outside-differs",
    "outside-broken",
    "unprotected",
    "personal-gone",
    "back-dated",
    "passed-by",
    "entries-beyond",
    "entries-torn",
    "checkpoints-gone",
    "checkpoint-back",
    "leaf-twice",
    "uneven",
    "unfinished",
];
