//! Reading a range of the log in the database: leaves, the events and details they stand for, tiles and checkpoints.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::database::signed;
use crate::base::fault::Fault;
use crate::base::tile::WIDTH;
use crate::store::Read;
use crate::store::event::Row;
use crate::store::log::read::Leaf;
use crate::store::log::verify::{self as rows, Span};

/// How much wider than the times of events their ids may lie.
const BESIDE: TimeDelta = TimeDelta::minutes(10);

/// Rows of a range of leaves, as they stand.
pub(super) struct Raw {
    /// The first leaf.
    pub from: u64,
    /// One after the last.
    pub to: u64,
    /// Those that stand.
    pub leaves: Vec<Leaf>,
    /// All of their events that stand where they say, and others of the same time, by id and time.
    pub events: HashMap<(Uuid, DateTime<Utc>), Row>,
    /// Events that stand at another time than their leaf says.
    pub moved: Vec<Uuid>,
    /// Personal details, also of others.
    pub details: Vec<rows::Details>,
    /// The lowest tiles.
    pub tiles: Vec<rows::Tile>,
    /// Checkpoints that end here, and the next.
    pub checkpoints: Vec<rows::Kept>,
}

/// Reads the range.
pub(super) async fn load(read: &mut Read, from: u64, to: u64, personal: bool) -> Result<Raw, Fault> {
    let (first, end) = (signed(from)?, signed(to)?);
    let leaves = rows::leaves(read, first, end).await?;
    let ids: Vec<Uuid> = leaves.iter().map(|leaf| leaf.event_id).collect();
    let (mut events, mut details, mut moved) = (HashMap::new(), Vec::new(), Vec::new());
    if let Some(times) = span(leaves.iter().map(|leaf| leaf.event_at)) {
        let rows = events_of(read, &ids, &times).await?;
        events = rows.into_iter().map(|row| ((row.id, row.at), row)).collect();
        if personal {
            details = details_of(read, &ids, &times).await?;
        }
        let missing = leaves.iter().filter(|leaf| !events.contains_key(&(leaf.event_id, leaf.event_at)));
        let missing: Vec<Uuid> = missing.map(|leaf| leaf.event_id).collect();
        if !missing.is_empty() {
            moved = rows::anywhere(read, missing).await?;
        }
    }
    let width = signed(WIDTH)?;
    let tiles = rows::tiles(read, 0, first / width, end / width).await?;
    let checkpoints = rows::checkpoints(read, first, end).await?;
    Ok(Raw { from, to, leaves, events, moved, details, tiles, checkpoints })
}

/// Most leaves stand in the order of their events' times, so that hardly any other events lie between; where more do, each is
/// looked up.
async fn events_of(read: &mut Read, ids: &[Uuid], times: &Span<DateTime<Utc>>) -> Result<Vec<Row>, Fault> {
    let most = ids.len().saturating_mul(2);
    let events = rows::events_of(read, times, signed(most as u64 + 1)?).await?;
    if events.len() <= most { Ok(events) } else { rows::events(read, ids, times).await }
}

/// As [`events_of`], by the ids, which are made with the time.
async fn details_of(read: &mut Read, ids: &[Uuid], times: &Span<DateTime<Utc>>) -> Result<Vec<rows::Details>, Fault> {
    let most = ids.len().saturating_mul(2);
    if let Some(span) = span(ids.iter().copied()).filter(|span| close(span, times)) {
        let details = rows::details_of(read, &span, times, signed(most as u64 + 1)?).await?;
        if details.len() <= most {
            return Ok(details);
        }
    }
    rows::details(read, ids, times).await
}

fn span<T: Copy + Ord>(all: impl Iterator<Item = T>) -> Option<Span<T>> {
    let mut all = all.map(|one| (one, one));
    let widest = all.next()?;
    let (first, last) = all.fold(widest, |(first, last), (one, _)| (first.min(one), last.max(one)));
    Some(first..=last)
}

/// Whether ids were made at about those times, so that few others lie between the first and the last of them.
fn close(ids: &Span<Uuid>, times: &Span<DateTime<Utc>>) -> bool {
    let made = |id: &Uuid| {
        let seconds = id.get_timestamp().filter(|_| id.get_version_num() == 7)?.to_unix().0;
        DateTime::from_timestamp(i64::try_from(seconds).ok()?, 0)
    };
    let wide = made(ids.end()).zip(made(ids.start())).map(|(last, first)| last - first);
    wide.is_some_and(|wide| wide <= *times.end() - *times.start() + BESIDE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_close_where_they_tell_about_the_same_time_as_their_events() {
        let at = |seconds: i64| DateTime::from_timestamp(1_790_000_000 + seconds, 0).unwrap();
        let id = |seconds: u64| {
            let time = uuid::Timestamp::from_unix(uuid::NoContext, 1_790_000_000 + seconds, 0);
            Uuid::new_v7(time)
        };
        let times = span([at(40), at(0), at(60)].into_iter()).unwrap();
        assert_eq!(times, at(0)..=at(60));
        assert!(close(&span([id(55), id(1)].into_iter()).unwrap(), &times));
        assert!(close(&span([id(90)].into_iter()).unwrap(), &times));
        assert!(!close(&span([id(1), id(7_200)].into_iter()).unwrap(), &times));
        // ids of another version lie anywhere
        assert!(!close(&(Uuid::nil()..=id(1)), &times));
        assert!(!close(&(id(1)..=Uuid::max()), &times));
        assert_eq!(span(std::iter::empty::<Uuid>()), None);
    }
}
