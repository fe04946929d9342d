//! What stands around the leaves of the database: events without one, those that wait, tiles beyond the end, and what
//! protects it all.

use uuid::Uuid;

use super::database::{SKEW, unsigned};
use super::report::{Report, What};
use super::way::Way;
use crate::app::App;
use crate::base::fault::Fault;
use crate::base::merkle;
use crate::base::random;
use crate::base::tile::{TileId, WIDTH};
use crate::store::Read;
use crate::store::log::{around as rows, guard};

/// Looks at all of it, after the way over the leaves.
pub(super) async fn look(app: &App, way: &Way, report: &mut Report) -> Result<(), Fault> {
    let mut read = app.read().await?;
    let differs = waiting(&mut read, way, report).await?;
    one_to_one(&mut read, way, differs, report).await?;
    for name in rows::tiles_beyond(&mut read).await? {
        let id = TileId { level: u8::try_from(name.level).unwrap_or(u8::MAX), index: unsigned(name.index)? };
        report.find(None, What::TileBeyond(id.path(WIDTH)));
    }
    for words in guard::unprotected(&mut read).await? {
        report.find(None, What::Unprotected(words));
    }
    Ok(())
}

/// Events that wait; says whether one of them is gone or has other bytes.
async fn waiting(read: &mut Read, way: &Way, report: &mut Report) -> Result<bool, Fault> {
    let (mut after, mut differs) = (Uuid::nil(), false);
    loop {
        let waiting = rows::waiting(read, after).await?;
        let Some(last) = waiting.last() else { return Ok(differs) };
        after = last.event_id;
        for one in waiting {
            let late = way.latest.is_some_and(|latest| one.event_at + SKEW < latest);
            if one.ahead || (one.free && late) {
                report.find(None, What::PassedBy(one.event_id));
            }
            if one.body.is_none_or(|body| merkle::leaf(body.as_bytes())[..] != one.hash[..]) {
                report.find(None, What::QueueDiffers(one.event_id));
                differs = true;
            }
        }
    }
}

/// Events and leaves (or places in the queue) stand one to one. Where they do not, those that can be named are; `explained` is
/// whether something that was found already may be why.
async fn one_to_one(read: &mut Read, way: &Way, explained: bool, report: &mut Report) -> Result<(), Fault> {
    let balance = rows::balance(read, i64::from_le_bytes(random::bytes()?)).await?;
    if balance.even {
        return Ok(());
    }
    let bare = rows::without_leaf(read).await?;
    let bare: Vec<Uuid> = bare.into_iter().filter(|event| !way.moved.contains(event)).collect();
    let doubled = rows::doubled(read).await?;
    if bare.is_empty() && doubled.is_empty() && way.gone == 0 && !explained {
        report.find(None, What::Uneven(balance.surplus));
    }
    for event in bare {
        report.find(None, What::NoLeaf(event));
    }
    for index in doubled {
        report.find(Some(unsigned(index)?), What::LeafTwice);
    }
    Ok(())
}
