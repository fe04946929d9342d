//! What a verification found, in types and in plain words.

use std::fmt;

use chrono::{DateTime, Utc};
use data_encoding::HEXLOWER;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::base::merkle::Hash;

/// Findings that are kept in full; the rest are counted.
pub const KEPT: usize = 1_000;

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The leaf it is about, where one can be named.
    pub index: Option<u64>,
    /// What is wrong.
    pub what: What,
}

/// What can be wrong with a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// The event's bytes are not those of its leaf.
    Edited,
    /// The leaf stands, its event is gone.
    EventGone,
    /// The event stands at another time than its leaf says.
    TimeMoved,
    /// The leaf itself is gone.
    LeafGone,
    /// An event has neither a leaf nor a place in the queue.
    NoLeaf(Uuid),
    /// An event has this leaf and another one before it.
    LeafTwice,
    /// Events do not stand one to one for leaves and waiting ones, and nothing else says which. How many more events there are.
    Uneven(i64),
    /// An event that waits is gone, or has other bytes than when it was written.
    QueueDiffers(Uuid),
    /// The event's bytes are no canonical JSON.
    NotCanonical,
    /// A column of the event's row says something else than its bytes.
    ColumnDiffers(&'static str),
    /// Personal details are not what the event committed to.
    PersonalDiffers,
    /// Personal details are gone, and no erasure that the log tells of took them.
    PersonalGone,
    /// The event is later than the checkpoint that covers it.
    FromTheFuture,
    /// The event is much earlier than one before it.
    BackDated,
    /// An event waits, though later ones were sealed long ago.
    PassedBy(Uuid),
    /// A bundle of a copy holds more entries than its checkpoint covers. Its path.
    EntriesBeyond(String),
    /// A bundle of a copy cannot be read. Its path.
    EntriesTorn(String),
    /// A leaf is not what its tile holds.
    TileDiffers,
    /// A tile is missing, or is none. Its path.
    TileGone(String),
    /// A tile holds other nodes than those below it. Its path.
    NodesDiffer(String),
    /// A tile stands beyond the end of the log. Its path.
    TileBeyond(String),
    /// A checkpoint's root is not that of its leaves; the change lies at or after leaf `since`.
    Root {
        /// Leaves it covers.
        size: u64,
        /// Leaves of the last checkpoint before it that is right.
        since: u64,
    },
    /// A checkpoint is not signed by a key that is trusted.
    Signature {
        /// Leaves it covers.
        size: u64,
    },
    /// A checkpoint is none, or its row says something else than its note.
    Checkpoint {
        /// Leaves its row says that it covers.
        size: u64,
    },
    /// A checkpoint was made long before the one before it, as their rows say.
    CheckpointBack {
        /// Leaves it covers.
        size: u64,
    },
    /// Checkpoints are missing between two: sealing never makes so great a step.
    CheckpointsGone {
        /// Leaves of the one before.
        since: u64,
        /// Leaves of the next.
        size: u64,
    },
    /// No checkpoint covers the last leaves.
    NotCovered {
        /// Leaves there are.
        leaves: u64,
        /// Leaves of the newest checkpoint.
        covered: u64,
    },
    /// A checkpoint of this very log covers more leaves than there are.
    Short {
        /// Leaves there are.
        leaves: u64,
        /// Leaves of that checkpoint.
        covered: u64,
    },
    /// The log is shorter than a checkpoint kept outside: it was rewound.
    Rewound {
        /// Leaves of the checkpoint outside.
        outside: u64,
        /// Leaves there are.
        leaves: u64,
    },
    /// The log is another one than a checkpoint kept outside says: it was rewritten.
    Rewritten {
        /// Leaves of the last checkpoint outside that agrees; 0 where none does.
        agrees: u64,
        /// Leaves of the first one that does not.
        differs: u64,
    },
    /// A checkpoint kept outside is not signed by a key that is trusted.
    OutsideUnsigned {
        /// Leaves it says that it covers.
        size: u64,
    },
    /// A copy kept outside has another leaf here.
    OutsideDiffers,
    /// A copy kept outside does not lead to its own checkpoint, and proves nothing.
    OutsideBroken,
    /// A trigger or a privilege that protects the log is not in place.
    Unprotected(String),
}

impl What {
    /// Its word, for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Edited => "edited",
            Self::EventGone => "event-gone",
            Self::TimeMoved => "time-moved",
            Self::LeafGone => "leaf-gone",
            Self::NoLeaf(_) => "no-leaf",
            Self::LeafTwice => "leaf-twice",
            Self::Uneven(_) => "uneven",
            Self::QueueDiffers(_) => "queue-differs",
            Self::NotCanonical => "not-canonical",
            Self::ColumnDiffers(_) => "column-differs",
            Self::PersonalDiffers => "personal-differs",
            Self::PersonalGone => "personal-gone",
            Self::FromTheFuture => "from-the-future",
            Self::BackDated => "back-dated",
            Self::PassedBy(_) => "passed-by",
            Self::EntriesBeyond(_) => "entries-beyond",
            Self::EntriesTorn(_) => "entries-torn",
            Self::TileDiffers => "tile-differs",
            Self::TileGone(_) => "tile-gone",
            Self::NodesDiffer(_) => "nodes-differ",
            Self::TileBeyond(_) => "tile-beyond",
            Self::Root { .. } => "root",
            Self::Signature { .. } => "signature",
            Self::Checkpoint { .. } => "checkpoint",
            Self::CheckpointBack { .. } => "checkpoint-back",
            Self::CheckpointsGone { .. } => "checkpoints-gone",
            Self::NotCovered { .. } => "not-covered",
            Self::Short { .. } => "short",
            Self::Rewound { .. } => "rewound",
            Self::Rewritten { .. } => "rewritten",
            Self::OutsideUnsigned { .. } => "outside-unsigned",
            Self::OutsideDiffers => "outside-differs",
            Self::OutsideBroken => "outside-broken",
            Self::Unprotected(_) => "unprotected",
        }
    }
}

impl Finding {
    /// As JSON: `{"index","code","words"}`.
    pub fn json(&self) -> Value {
        json!({ "index": self.index, "code": self.what.code(), "words": self.what.to_string() })
    }
}

impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Edited => f.write_str("the event's bytes were changed after it was sealed"),
            Self::EventGone => f.write_str("the event is gone"),
            Self::TimeMoved => f.write_str("the event was moved to another time"),
            Self::LeafGone => f.write_str("the leaf is gone"),
            Self::NoLeaf(event) => write!(f, "event {event} has no leaf and does not wait for one: it was put in"),
            Self::LeafTwice => f.write_str("the event has another leaf before this one"),
            Self::Uneven(surplus) => {
                write!(f, "events and leaves, with those that wait, do not match one to one: {surplus:+} events")
            }
            Self::QueueDiffers(event) => write!(f, "event {event}, which waits for its leaf, is gone or was changed"),
            Self::NotCanonical => f.write_str("the event's bytes are no canonical JSON"),
            Self::ColumnDiffers(column) => write!(f, "the row's column {column} is not what the sealed event says"),
            Self::PersonalDiffers => f.write_str("personal details are not those the event committed to"),
            Self::PersonalGone => {
                f.write_str("personal details are gone, and the log tells of no erasure that took them")
            }
            Self::BackDated => f.write_str("the event is much earlier than those before it: it was back-dated"),
            Self::PassedBy(event) => write!(f, "event {event} was kept from being sealed, though later ones are"),
            Self::EntriesBeyond(path) => write!(f, "{path} holds more entries than the checkpoint covers"),
            Self::EntriesTorn(path) => write!(f, "{path} cannot be read"),
            Self::FromTheFuture => f.write_str("the event is later than the checkpoint that covers it"),
            Self::TileDiffers => f.write_str("the leaf is not the one in its tile"),
            Self::TileGone(path) => write!(f, "{path} is missing or unreadable"),
            Self::NodesDiffer(path) => write!(f, "{path} is not what lies below it"),
            Self::TileBeyond(path) => write!(f, "{path} stands beyond the end of the log"),
            Self::Root { size, since } => {
                write!(f, "the root of the checkpoint of {size} leaves is wrong: something changed ")?;
                write!(f, "between leaf {since} and leaf {}", size.saturating_sub(1))
            }
            Self::Signature { size } => write!(f, "no trusted key has signed the checkpoint of {size} leaves"),
            Self::Checkpoint { size } => write!(f, "the checkpoint of {size} leaves is not what its row says"),
            Self::CheckpointBack { size } => {
                write!(f, "the checkpoint of {size} leaves says that it was made before the one before it")
            }
            Self::CheckpointsGone { since, size } => {
                write!(f, "checkpoints between those of {since} and {size} leaves are gone")
            }
            Self::NotCovered { leaves, covered } => {
                write!(f, "there are {leaves} leaves, and the newest checkpoint covers {covered}")
            }
            Self::Short { leaves, covered } => {
                write!(f, "the log's end was cut off: it has {leaves} leaves and a checkpoint of {covered}")
            }
            Self::Rewound { outside, leaves } => {
                write!(f, "the log was rewound: a checkpoint outside has {outside} leaves, the log has {leaves}")
            }
            Self::Rewritten { agrees, differs } => {
                write!(
                    f,
                    "the log was rewritten: the outside checkpoint of {differs} leaves does not fit; the change "
                )?;
                write!(f, "lies between leaf {agrees} and leaf {}", differs.saturating_sub(1))
            }
            Self::OutsideUnsigned { size } => {
                write!(f, "no trusted key has signed the outside checkpoint of {size} leaves")
            }
            Self::OutsideDiffers => f.write_str("the copy outside has another event here: the log was rewritten"),
            Self::OutsideBroken => f.write_str("the copy outside does not lead to its own checkpoint"),
            Self::Unprotected(what) => write!(f, "the log is not protected: {what}"),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.index {
            Some(index) => write!(f, "leaf {index}: {}", self.what),
            None => write!(f, "{}", self.what),
        }
    }
}

/// What a verification says.
#[derive(Clone, Debug)]
pub struct Report {
    /// The log's name; empty where nothing says it.
    pub origin: String,
    /// Leaves that were looked at.
    pub size: u64,
    /// The root over them, as it was worked out.
    pub root: Hash,
    /// Checkpoints of the log that were looked at.
    pub checkpoints: u64,
    /// Checkpoints kept outside that it was compared with.
    pub outside: u64,
    /// Events whose personal details were erased, which is no finding.
    pub erased: u64,
    /// Events that wait for their leaf.
    pub waiting: u64,
    /// What could not be looked at, in plain words.
    pub unread: Vec<String>,
    /// When the newest checkpoint was made, where the source says so.
    pub at: Option<DateTime<Utc>>,
    /// What is wrong, at most [`KEPT`].
    pub findings: Vec<Finding>,
    /// How many findings there are in all.
    pub found: u64,
    /// The first leaf that is known to be wrong.
    pub first_bad: Option<u64>,
}

impl Default for Report {
    fn default() -> Self {
        Self {
            origin: String::new(),
            size: 0,
            root: crate::base::merkle::empty(),
            checkpoints: 0,
            outside: 0,
            erased: 0,
            waiting: 0,
            unread: Vec::new(),
            at: None,
            findings: Vec::new(),
            found: 0,
            first_bad: None,
        }
    }
}

impl Report {
    /// Whether nothing is wrong.
    pub fn is_right(&self) -> bool {
        self.found == 0
    }

    /// Says that lines of what was kept outside were passed over, if any were.
    pub(super) fn pass_over(&mut self, torn: u64) {
        if torn > 0 {
            self.unread.push(format!("{torn} torn lines among checkpoints that were kept"));
        }
    }

    /// Takes in one more finding.
    pub fn find(&mut self, index: Option<u64>, what: What) {
        self.found += 1;
        if let Some(index) = index {
            self.first_bad = Some(self.first_bad.map_or(index, |first| first.min(index)));
        }
        if self.findings.len() < KEPT {
            self.findings.push(Finding { index, what });
        }
    }

    /// As JSON: `{"ok","origin","size","root" (hexadecimal),"checkpoints","outside","erased","waiting","unread",
    /// "first_bad","found","findings":[{"index","code","words"}]}`.
    pub fn json(&self) -> Value {
        json!({
            "ok": self.is_right(),
            "origin": self.origin,
            "size": self.size,
            "root": HEXLOWER.encode(&self.root),
            "checkpoints": self.checkpoints,
            "outside": self.outside,
            "erased": self.erased,
            "waiting": self.waiting,
            "unread": self.unread,
            "first_bad": self.first_bad,
            "found": self.found,
            "findings": self.findings.iter().map(Finding::json).collect::<Vec<_>>(),
        })
    }
}
