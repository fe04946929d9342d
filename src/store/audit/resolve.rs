//! What a search names, as ids: accounts, requests, cases, people of the desk, and anything that has an id.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use diesel::sql_types as t;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::walk::{Narrow, On};
use crate::base::fault::Fault;
use crate::model::account::fold_user_id;
use crate::model::history::Named;
use crate::model::staff::fold_username;
use crate::store::sql::{Id, sql};
use crate::store::tx::{Read, fault};

/// Requests of one name that are looked for where few have to do.
pub(super) const FEW: i64 = 500;
/// The same where a whole export goes along them.
pub(super) const MANY: i64 = 100_000;

/// What something that was named stands for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct About {
    pub(super) staff: Vec<Uuid>,
    pub(super) accounts: Vec<Uuid>,
    pub(super) requests: Vec<Uuid>,
    /// Whether there are more requests than are looked for.
    pub(super) more: bool,
}

impl About {
    /// The indexes on which it stands.
    pub(super) fn on(&self) -> Vec<On> {
        let staff = self.staff.iter().map(|id| On::Staff(*id));
        let accounts = self.accounts.iter().map(|id| On::Account(*id));
        let requests = (!self.requests.is_empty()).then(|| On::Requests(self.requests.clone()));
        staff.chain(accounts).chain(requests).collect()
    }

    pub(super) fn narrow(self) -> Narrow {
        let Self { staff, accounts, requests, .. } = self;
        if staff.is_empty() && accounts.is_empty() && requests.is_empty() {
            return Narrow::Never;
        }
        Narrow::About { staff, accounts, requests }
    }
}

/// The person of the desk of a user name.
pub(super) async fn staff(read: &mut Read, username: &str) -> Result<About, Fault> {
    let folded = fold_username(username);
    let staff = ids(read, sql("select id from staff where username_folded = {}").bind(folded.as_str())).await?;
    Ok(About { staff, ..About::default() })
}

/// The account of a User ID with its newest requests, and the newest requests of nobody that typed it: an event of a request says
/// nothing of an account before the two were matched.
pub(super) async fn user(read: &mut Read, user_id: &str, most: i64) -> Result<About, Fault> {
    let folded = fold_user_id(user_id);
    let accounts = ids(read, sql("select id from account where user_id_folded = {}").bind(folded.as_str())).await?;
    let strangers = sql("select id from request where lower(typed_user_id) = lower({}) and state = 'unmatched'
        order by asked_at desc limit {}")
    .bind(folded.as_str())
    .bind(most + 1);
    let own = sql("select id from request where account_id = any({}) order by asked_at desc limit {}")
        .bind(accounts.clone())
        .bind(most + 1);
    let (mut requests, mut strangers) = (ids(read, own).await?, ids(read, strangers).await?);
    let more = keep(&mut requests, most) | keep(&mut strangers, most);
    requests.extend(strangers);
    Ok(About { accounts, requests, more, ..About::default() })
}

/// A user name of the desk or a User ID, whichever there is.
pub(super) async fn name(read: &mut Read, name: &str, most: i64) -> Result<About, Fault> {
    let mut about = user(read, name, most).await?;
    about.staff = staff(read, name).await?.staff;
    Ok(about)
}

/// A request.
pub(super) async fn request(read: &mut Read, named: &Named) -> Result<About, Fault> {
    let requests = match named {
        Named::Id(id) => vec![*id],
        Named::Reference(reference) => {
            ids(read, sql("select id from request where reference = {}").bind(reference.as_str())).await?
        }
    };
    Ok(About { requests, ..About::default() })
}

/// The requests of a case, which has the reference of any of them.
pub(super) async fn case(read: &mut Read, named: &Named, most: i64) -> Result<About, Fault> {
    let (id, reference) = match named {
        Named::Id(id) => (Some(*id), None),
        Named::Reference(reference) => (None, Some(reference.as_str())),
    };
    let statement = sql("with c as (
            select d.id, d.request_id from desk_case d where d.id = {}
            union select d.id, d.request_id from desk_case d where d.reference = {}
            union select d.id, d.request_id from request r join desk_case d on d.id = r.case_id where r.reference = {})
        select request_id as id from c union select r.id from request r join c on r.case_id = c.id limit {}");
    let statement = statement.bind(id).bind(reference).bind(reference).bind(most + 1);
    let mut requests = ids(read, statement).await?;
    let more = keep(&mut requests, most);
    Ok(About { requests, more, ..About::default() })
}

/// Keeps so many; says whether there were more.
fn keep(ids: &mut Vec<Uuid>, most: i64) -> bool {
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    let more = ids.len() > most;
    ids.truncate(most);
    more
}

#[derive(QueryableByName)]
struct Near {
    #[diesel(sql_type = t::Nullable<t::Uuid>)]
    staff_id: Option<Uuid>,
    #[diesel(sql_type = t::Nullable<t::Uuid>)]
    account_id: Option<Uuid>,
    #[diesel(sql_type = t::Nullable<t::Uuid>)]
    request_id: Option<Uuid>,
    /// Beginning of the kinds that name it without account or request.
    #[diesel(sql_type = t::Nullable<t::Text>)]
    kinds: Option<String>,
}

const NEAR: &str = "
    select null::uuid as staff_id, id as account_id, null::uuid as request_id, null as kinds from account where id = {}
    union all select null, account_id, id, null from request where id = {}
    union all select null, account_id, request_id, null from link where id = {}
    union all select null, account_id, request_id, null from letter where id = {}
    union all select null, account_id, request_id, null from proposal where id = {}
    union all select null, null, null, 'staff.' from proposal where id = {} and account_id is null
    union all select null, account_id, request_id, null from desk_case where id = {}
    union all select null, null, id, null from request where case_id = {}
    union all select null, null, request_id, 'inbound.' from inbound where id = {}
    union all select id, null, null, 'staff.' from staff where id = {}";
const NEAR_PLACES: usize = 10;

/// Where in the history anything of that id may stand: next to what it belongs to, and, where its row is gone, around the
/// time that the id itself tells (RFC 9562 §5.7).
pub(super) async fn anything(read: &mut Read, id: Uuid) -> Result<Vec<On>, Fault> {
    let mut statement = sql(NEAR);
    for _ in 0..NEAR_PLACES {
        statement = statement.bind(id);
    }
    let mut near: Vec<Near> = statement.load(read.look()).await.map_err(fault)?;
    if near.is_empty()
        && let Some(made) = made(id)
    {
        near = around(read, id, made).await?;
    }
    let mut on = vec![On::Event(id)];
    for near in near {
        on.extend(near.staff_id.map(On::Staff));
        on.extend(near.account_id.map(On::Account));
        on.extend(near.request_id.map(|request| On::Requests(vec![request])));
        if let Some(begins) = near.kinds {
            on.extend(crate::model::event::kinds().filter(|kind| kind.starts_with(&begins)).map(On::Kind));
        }
    }
    let mut unique: Vec<On> = Vec::new();
    for one in on {
        if !unique.contains(&one) {
            unique.push(one);
        }
    }
    Ok(unique)
}

/// When an id of ours was made.
fn made(id: Uuid) -> Option<DateTime<Utc>> {
    let (seconds, nanos) = id.get_timestamp().filter(|_| id.get_version_num() == 7)?.to_unix();
    DateTime::from_timestamp(i64::try_from(seconds).ok()?, nanos)
}

/// What the first events say that name an id, soon after it was made.
async fn around(read: &mut Read, id: Uuid, made: DateTime<Utc>) -> Result<Vec<Near>, Fault> {
    let pattern = holds(id);
    sql("select null::uuid as staff_id, w.account_id, w.request_id, split_part(w.kind, '.', 1) || '.' as kinds
        from (select * from event e where e.at >= {} and e.at < {} order by e.at, e.id limit 20000) w
        where w.body like {} limit 3")
    .bind(made - TimeDelta::minutes(1))
    .bind(made + TimeDelta::hours(1))
    .bind(pattern.as_str())
    .load(read.look())
    .await
    .map_err(fault)
}

/// The pattern of a body that holds an id.
pub(super) fn holds(id: Uuid) -> String {
    format!("%\"{id}\"%")
}

async fn ids(read: &mut Read, statement: crate::store::sql::Sql<'_>) -> Result<Vec<Uuid>, Fault> {
    let found: Vec<Id> = statement.load(read.look()).await.map_err(fault)?;
    Ok(found.into_iter().map(|row| row.id).collect())
}
