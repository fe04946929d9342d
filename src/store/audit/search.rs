//! The search of the history: one or a few walks along indexes, put together into a page.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::resolve::{self, About};
pub use super::walk::{Key, Turn};
use super::walk::{Narrow, On, Walk, Walked};
use crate::base::fault::Fault;
use crate::model::history::{Term, What, forever, span};
use crate::store::tx::Read;

/// Events that the walks of one page look at before they give up.
const BUDGET: i64 = 4_000;
/// More kinds than these are looked at event by event.
const KINDS: usize = 40;

/// A search whose names were looked up.
#[derive(Clone, Debug)]
pub struct Query {
    /// The walks; none where nothing can be found.
    walks: Vec<On>,
    /// Numbers of leaves, where the walk goes along those.
    pub(super) leaves: Option<(i64, i64)>,
    pub(super) narrow: Vec<(bool, Narrow)>,
    pub(super) between: (DateTime<Utc>, DateTime<Utc>),
    /// Whether a name has more requests than were looked up.
    cut: bool,
}

/// A page of what a search found.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// Its events, newest first.
    pub keys: Vec<Key>,
    /// Where what is older goes on.
    pub older: Option<Key>,
    /// Where what is newer goes on.
    pub newer: Option<Key>,
    /// How far was looked, where that is why the page is not full.
    pub looked_to: Option<DateTime<Utc>>,
    /// Whether a name has more requests than are looked for: events of older ones are not found.
    pub cut: bool,
}

/// Looks up what a search names, for whoever goes through the whole log: no index is chosen. Days are those of the zone.
pub async fn whole(read: &mut Read, terms: &[Term], zone: Tz) -> Result<Query, Fault> {
    Ok(conditions(read, terms, zone, resolve::MANY).await?.0)
}

/// Looks up what a search names, and along which index it goes. Days are those of the zone.
pub async fn query(read: &mut Read, terms: &[Term], zone: Tz) -> Result<Query, Fault> {
    let (mut query, best) = conditions(read, terms, zone, resolve::FEW).await?;
    if let Some((_, walks, exact)) = best.filter(|_| query.leaves.is_none() && !query.walks.is_empty()) {
        query.walks = walks;
        // its index says all that the condition does
        if let Some(place) = exact {
            query.narrow.remove(place);
        }
    }
    Ok(query)
}

/// The condition along whose index a walk goes: its rank, its walks, and its place where they say all that it does.
type Best = Option<(u8, Vec<On>, Option<usize>)>;

async fn conditions(read: &mut Read, terms: &[Term], zone: Tz, most: i64) -> Result<(Query, Best), Fault> {
    let between = (DateTime::UNIX_EPOCH, forever());
    let mut query = Query { walks: vec![On::All], leaves: None, narrow: Vec::new(), between, cut: false };
    let mut best: Best = None;
    for term in terms {
        let (narrow, walks) = asked(read, &term.what, zone, most, &mut query.cut).await?;
        let (not, narrow) = match (term.not, &term.what) {
            // what is done is what was not refused
            (not, What::Refused(false)) => (!not, narrow),
            (not, _) => (not, narrow),
        };
        match (not, &narrow) {
            (false, Narrow::Never) => query.walks.clear(),
            (false, Narrow::Between(from, to)) => {
                query.between = (query.between.0.max(*from), query.between.1.min(*to));
                continue;
            }
            (false, Narrow::Leaves(from, to)) => {
                let (a, b) = query.leaves.unwrap_or((0, i64::MAX));
                query.leaves = Some((a.max(*from), b.min(*to)));
                continue;
            }
            _ => {}
        }
        if let Some((rank, on, exact)) = walks.filter(|_| !not)
            && best.as_ref().is_none_or(|(before, ..)| rank < *before)
        {
            best = Some((rank, on, exact.then_some(query.narrow.len())));
        }
        query.narrow.push((not, narrow));
    }
    Ok((query, best))
}

/// Rank of an index (the lowest is the most telling), its walks, and whether they are all that the condition says.
type Along = Option<(u8, Vec<On>, bool)>;

async fn asked(read: &mut Read, what: &What, zone: Tz, most: i64, cut: &mut bool) -> Result<(Narrow, Along), Fault> {
    let mut about = |rank: u8, about: About| {
        *cut |= about.more;
        let on = about.on();
        let walks = if on.is_empty() { None } else { Some((rank, on, true)) };
        (about.narrow(), walks)
    };
    Ok(match what {
        What::Kinds(kinds) => {
            let walks = kinds.iter().map(|kind| On::Kind(kind)).collect();
            // many kinds are many walks: whatever else tells few events goes before them
            let rank = if kinds.len() == 1 { 6 } else { 9 };
            (Narrow::Kinds(kinds.clone()), (kinds.len() <= KINDS).then_some((rank, walks, true)))
        }
        // these do most of everything
        What::Actor(actor @ ("user" | "worker")) => (Narrow::Actor(actor), None),
        What::Actor(actor) => (Narrow::Actor(actor), Some((8, vec![On::Actor(actor)], true))),
        What::Refused(true) => (Narrow::Refused, Some((7, vec![On::Refused], true))),
        What::Refused(false) => (Narrow::Refused, None),
        What::Refusal(code) => (Narrow::Refusal(code.clone()), Some((5, vec![On::Refusal(code.clone())], true))),
        What::Days(from, to) => {
            let (from, to) = span(zone, *from, *to);
            (Narrow::Between(from, to), None)
        }
        What::Leaves(from, to) => (Narrow::Leaves(from.unwrap_or(0), to.unwrap_or(i64::MAX)), None),
        What::Staff(name) => about(4, resolve::staff(read, name).await?),
        What::User(user_id) => about(3, resolve::user(read, user_id, most).await?),
        What::Name(name) => about(3, resolve::name(read, name, most).await?),
        What::Request(named) => about(2, resolve::request(read, named).await?),
        What::Case(named) => about(2, resolve::case(read, named, most).await?),
        What::Id(id) => {
            let walks = resolve::anything(read, *id).await?;
            (Narrow::Holds(resolve::holds(*id)), Some((1, walks, false)))
        }
    })
}

/// A page of at most `most` events: the newest, or those beyond an event.
pub async fn page(read: &mut Read, query: &Query, turn: Turn, past: Option<Key>, most: usize) -> Result<Found, Fault> {
    let walk = Walk {
        narrow: &query.narrow,
        between: query.between,
        turn,
        past,
        most: i64::try_from(most).unwrap_or(i64::MAX - 1) + 1,
        budget: BUDGET / i64::try_from(query.walks.len().max(1)).unwrap_or(BUDGET),
    };
    let walked = match query.leaves {
        Some(_) if query.walks.is_empty() => Walked::default(),
        Some(leaves) => walk.leaves(read, leaves).await?,
        None => together(read, &walk, &query.walks).await?,
    };
    Ok(Found { cut: query.cut, ..found(walked, turn, past, most) })
}

/// Several walks as one: in order, each event once, no further than the shortest of them came.
async fn together(read: &mut Read, walk: &Walk<'_>, walks: &[On]) -> Result<Walked, Fault> {
    let mut all = BTreeSet::new();
    let mut ends = Vec::new();
    for on in walks {
        let walked = walk.along(read, on).await?;
        all.extend(walked.keys);
        ends.extend(walked.end);
    }
    let most = usize::try_from(walk.most).unwrap_or(usize::MAX);
    let (keys, end): (Vec<Key>, Option<Key>) = match walk.turn {
        Turn::Older => {
            let end = ends.into_iter().max();
            (all.into_iter().rev().filter(|key| end.is_none_or(|end| *key >= end)).take(most).collect(), end)
        }
        Turn::Newer => {
            let end = ends.into_iter().min();
            (all.into_iter().filter(|key| end.is_none_or(|end| *key <= end)).take(most).collect(), end)
        }
    };
    Ok(Walked { keys, end })
}

fn found(walked: Walked, turn: Turn, past: Option<Key>, most: usize) -> Found {
    let Walked { mut keys, end } = walked;
    let full = keys.len() > most;
    keys.truncate(most);
    let on = if full { keys.last().copied() } else { end };
    let looked_to = end.filter(|_| !full).map(|end| end.at);
    // the way back begins at this page's first event, or where it began itself
    let back = if past.is_some() { keys.first().copied().or(past) } else { None };
    match turn {
        Turn::Older => Found { keys, older: on, newer: back, looked_to, cut: false },
        Turn::Newer => {
            keys.reverse();
            Found { keys, older: back, newer: on, looked_to, cut: false }
        }
    }
}
