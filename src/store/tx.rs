//! The one way to write: a transaction that cannot end without naming its event.

use diesel_async::pooled_connection::deadpool::Object;
use diesel_async::{AnsiTransactionManager, AsyncPgConnection, TransactionManager};
use uuid::Uuid;

use super::event;
use super::pool::Pool;
use crate::base::clock::Clock;
use crate::base::fault::Fault;
use crate::base::random;
use crate::model::event::{Actor, Event, Record};
use crate::model::refusal::{Refusal, Stop};

/// How an action ends.
pub enum Outcome<T> {
    /// It was done: everything commits, with its event.
    Done(T, Event),
    /// It was refused: nothing but counters may have been written; they commit, with the event.
    Refused(Refusal, Event),
    /// The same, where saying so is what was asked for: it is answered, not refused.
    Told(T, Refusal, Event),
    /// There was nothing to do: whatever was touched is rolled back, and no event is written.
    Nothing(T),
}

/// A transaction. Its connection is visible in `store` alone.
pub struct Tx {
    connection: Object<AsyncPgConnection>,
    wrote: bool,
    /// Events of what goes along with the action.
    along: Vec<Event>,
}

impl Tx {
    fn on(connection: Object<AsyncPgConnection>) -> Self {
        Self { connection, wrote: false, along: Vec::new() }
    }

    /// The connection, for reading and for counters.
    pub(super) fn look(&mut self) -> &mut AsyncPgConnection {
        &mut self.connection
    }

    /// The connection, for changes: from here on the action can no longer be refused.
    pub(super) fn write(&mut self) -> &mut AsyncPgConnection {
        self.wrote();
        &mut self.connection
    }

    /// The same of a statement that was not sure to change anything, and did.
    pub(super) fn wrote(&mut self) {
        self.wrote = true;
    }

    /// Writes what goes along with the action however that ends, also refused: it commits with it, under an event of its
    /// own. What must not be lost once a refusal was counted belongs here.
    pub async fn along<T>(
        &mut self,
        event: Event,
        work: impl AsyncFnOnce(&mut Self) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        let wrote = self.wrote;
        let done = work(self).await?;
        self.wrote = wrote;
        self.along.push(event);
        Ok(done)
    }
}

/// A transaction that has not ended. Left midway, its connection leaves the pool and is closed: the server rolls back
/// at once, and no row stays locked for somebody who is gone.
struct Unended(Option<Tx>);

impl Unended {
    /// It was committed or rolled back: the pool gets its connection back.
    fn ended(mut self) {
        drop(self.0.take());
    }
}

impl Drop for Unended {
    fn drop(&mut self) {
        if let Some(tx) = self.0.take() {
            drop(Object::take(tx.connection));
        }
    }
}

/// A connection for reading, and for the bookkeeping that is no action.
pub struct Read {
    connection: Object<AsyncPgConnection>,
}

impl Read {
    pub(super) fn look(&mut self) -> &mut AsyncPgConnection {
        &mut self.connection
    }
}

/// Opens a connection for reading.
pub async fn read(pool: &Pool) -> Result<Read, Fault> {
    Ok(Read { connection: pool.take().await? })
}

/// Makes the event's row of the log.
pub fn record(clock: &Clock, actor: Actor, event: &Event, refusal: Option<Refusal>) -> Result<Record, Fault> {
    event.record(actor, refusal, random::id(), clock.now(), random::bytes::<32>()?)
}

/// Runs an action in one transaction, with exactly one event, and one for each thing that goes along with it.
pub async fn transact<T>(
    pool: &Pool,
    clock: &Clock,
    actor: Actor,
    work: impl AsyncFnOnce(&mut Tx) -> Result<Outcome<T>, Fault>,
) -> Result<T, Stop> {
    let mut unended = Unended(Some(Tx::on(pool.take().await?)));
    let Some(tx) = &mut unended.0 else { return Err(Fault::broken("a transaction without a connection").into()) };
    AnsiTransactionManager::begin_transaction(&mut *tx.connection).await.map_err(fault)?;
    let answer = finish(tx, clock, actor, work).await;
    if answer.is_ok() || rollback(tx).await.is_ok() {
        unended.ended();
    }
    answer?.map_err(Stop::Refused)
}

/// Does the work and ends the transaction; a fault leaves it open.
async fn finish<T>(
    tx: &mut Tx,
    clock: &Clock,
    actor: Actor,
    work: impl AsyncFnOnce(&mut Tx) -> Result<Outcome<T>, Fault>,
) -> Result<Result<T, Refusal>, Fault> {
    match work(tx).await? {
        Outcome::Done(value, event) => {
            commit(tx, clock, actor, &event, None).await?;
            Ok(Ok(value))
        }
        Outcome::Refused(refusal, event) if !tx.wrote => {
            commit(tx, clock, actor, &event, Some(refusal)).await?;
            Ok(Err(refusal))
        }
        Outcome::Told(value, refusal, event) if !tx.wrote => {
            commit(tx, clock, actor, &event, Some(refusal)).await?;
            Ok(Ok(value))
        }
        Outcome::Refused(refusal, event) | Outcome::Told(_, refusal, event) => {
            Err(Fault::broken(format!("{} was refused ({}) after it had written", event.kind(), refusal.code())))
        }
        Outcome::Nothing(value) => {
            rollback(tx).await?;
            Ok(Ok(value))
        }
    }
}

/// Bookkeeping that is one transaction: what is something commits, nothing and faults are rolled back.
///
/// For what is no action alone (see `docs/architecture.md`): there is no event here.
pub(super) async fn keep<T>(
    read: Read,
    work: impl AsyncFnOnce(&mut AsyncPgConnection) -> Result<Option<T>, Fault>,
) -> Result<Option<T>, Fault> {
    let mut unended = Unended(Some(Tx::on(read.connection)));
    let Some(tx) = &mut unended.0 else { return Err(Fault::broken("a transaction without a connection")) };
    AnsiTransactionManager::begin_transaction(&mut *tx.connection).await.map_err(fault)?;
    let answer = work(&mut tx.connection).await;
    let ended = match &answer {
        Ok(Some(_)) => AnsiTransactionManager::commit_transaction(&mut *tx.connection).await.map_err(fault),
        Ok(None) | Err(_) => rollback(tx).await,
    };
    if ended.is_ok() {
        unended.ended();
    }
    let answer = answer?;
    ended.map(|()| answer)
}

async fn rollback(tx: &mut Tx) -> Result<(), Fault> {
    AnsiTransactionManager::rollback_transaction(&mut *tx.connection).await.map_err(fault)
}

async fn commit(
    tx: &mut Tx,
    clock: &Clock,
    actor: Actor,
    event: &Event,
    refusal: Option<Refusal>,
) -> Result<(), Fault> {
    event::append(tx, &record(clock, actor, event, refusal)?).await?;
    for event in std::mem::take(&mut tx.along) {
        event::append(tx, &record(clock, actor, &event, None)?).await?;
    }
    AnsiTransactionManager::commit_transaction(&mut *tx.connection).await.map_err(fault)
}

/// What went wrong with a statement: the database is away, or our SQL is wrong.
pub(super) fn fault(error: diesel::result::Error) -> Fault {
    use diesel::result::{DatabaseErrorKind as K, Error as E};
    let away = match &error {
        E::DatabaseError(K::ClosedConnection | K::ReadOnlyTransaction | K::SerializationFailure, _)
        | E::BrokenTransactionManager => true,
        // a connection that broke before or under the statement; resources (53), operator intervention (57), system
        // error (58), as diesel gives no code for them
        E::DatabaseError(K::Unknown | K::UnableToSendCommand, info) => {
            AWAY.iter().any(|words| info.message().contains(words))
        }
        _ => false,
    };
    if away { Fault::away("asking the database", error) } else { Fault::bug("asking the database", error) }
}

const AWAY: [&str; 10] = [
    "deadlock detected",
    "connection closed",
    "error communicating",
    "terminating connection",
    "is shutting down",
    "is starting up",
    "in recovery mode",
    "No space left",
    "too many clients",
    "could not",
];

/// Reads the value of one of our own words, which the database's checks guarantee.
pub(super) fn word<T>(value: Option<T>, what: &str, id: Uuid) -> Result<T, Fault> {
    value.ok_or_else(|| Fault::broken(format!("{what} of {id} holds a word that is not ours")))
}
