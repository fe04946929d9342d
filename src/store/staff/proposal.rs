//! Proposals about people of the desk, until a second person agrees.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types as t;
use diesel_async::RunQueryDsl;
use serde_json::Value;
use uuid::Uuid;

use crate::base::fault::Fault;
use crate::base::random;
use crate::model::staff::{Change, Roles, Shown};
use crate::store::sql::{Sql, sql};
use crate::store::staff::people::Member;
use crate::store::tx::{Read, Tx, fault, word};

/// Hours in which a second person has to agree.
pub const HOURS: i32 = 48;

/// A proposal about somebody.
#[derive(Clone, Debug, QueryableByName)]
pub struct Proposal {
    /// Row id.
    #[diesel(sql_type = t::Uuid)]
    pub id: Uuid,
    /// Word of its kind.
    #[diesel(sql_type = t::Text)]
    kind: String,
    /// Whom it is about.
    #[diesel(sql_type = t::Uuid)]
    pub staff_id: Uuid,
    /// Whether it may still be decided.
    #[diesel(sql_type = t::Bool)]
    pub open: bool,
    /// What changes.
    #[diesel(sql_type = t::Jsonb)]
    pub change: Value,
    /// Each edit makes it one more.
    #[diesel(sql_type = t::Integer)]
    pub version: i32,
    /// Who proposed it.
    #[diesel(sql_type = t::Nullable<t::Uuid>)]
    pub proposed_by: Option<Uuid>,
    /// Their name.
    #[diesel(sql_type = t::Nullable<t::Text>)]
    pub proposer: Option<String>,
    /// When.
    #[diesel(sql_type = t::Timestamptz)]
    pub proposed_at: DateTime<Utc>,
    /// Until when it may be decided.
    #[diesel(sql_type = t::Timestamptz)]
    pub expires_at: DateTime<Utc>,
    /// The database's time.
    #[diesel(sql_type = t::Timestamptz)]
    pub now: DateTime<Utc>,
}

impl Proposal {
    /// What it changes.
    pub fn kind(&self) -> Result<Change, Fault> {
        word(Change::from_code(&self.kind), "kind", self.id)
    }

    /// SHA-256 of what somebody sees who decides about it: itself, and whom it is about as they stand.
    pub fn shown(&self, member: &Member) -> Result<[u8; 32], Fault> {
        let new_roles = self.roles();
        let shown = Shown {
            proposal: self.id,
            version: self.version,
            change: self.kind()?,
            username: &member.username,
            employee_number: &member.employee_number,
            name: &member.name,
            address: &member.address,
            roles: &member.roles()?,
            status: member.status()?,
            new_roles: new_roles.as_ref(),
        };
        shown.sha256()
    }

    /// The roles it gives; none for a reset of MFA.
    pub fn roles(&self) -> Option<Roles> {
        let codes = self.change.get("roles")?.as_array()?;
        let codes: Option<Vec<String>> = codes.iter().map(|code| code.as_str().map(str::to_owned)).collect();
        Roles::from_codes(&codes?)
    }
}

/// Those about one person, or that one.
const FIND: &str = "
    select p.id, p.kind, p.staff_id, p.state = 'proposed' and p.expires_at > n.now as open, p.change, p.version, p.proposed_by,
        b.name as proposer, p.proposed_at, p.expires_at, n.now
    from (select pulih.now() as now) n, proposal p left join staff b on b.id = p.proposed_by
    where p.kind like 'staff-%' and p.staff_id = coalesce({}, p.staff_id) and p.id = coalesce({}, p.id)
        and (p.state = 'proposed' and p.expires_at > n.now or {})
    order by p.proposed_at";

fn found<'a>(staff: Option<Uuid>, id: Option<Uuid>) -> Sql<'a> {
    sql(FIND).bind(staff).bind(id).bind(id.is_some())
}

/// The open ones about one person.
pub async fn open(read: &mut Read, staff: Uuid) -> Result<Vec<Proposal>, Fault> {
    found(Some(staff), None).load::<Proposal>(read.look()).await.map_err(fault)
}

/// One of them, locked.
pub async fn hold(tx: &mut Tx, id: Uuid) -> Result<Option<Proposal>, Fault> {
    sql("select 1 from proposal where id = {} for update").bind(id).execute(tx.look()).await.map_err(fault)?;
    found(None, Some(id)).get_result::<Proposal>(tx.look()).await.optional().map_err(fault)
}

/// One of them.
pub async fn find(read: &mut Read, id: Uuid) -> Result<Option<Proposal>, Fault> {
    found(None, Some(id)).get_result::<Proposal>(read.look()).await.optional().map_err(fault)
}

/// Proposes a change; one of the same kind whose time is over ends. Its id; nothing where one of that kind is open.
pub async fn propose(
    tx: &mut Tx,
    change: Change,
    staff: Uuid,
    roles: Option<&Roles>,
    by: Uuid,
) -> Result<Option<Uuid>, Fault> {
    let (id, what) =
        (random::id(), roles.map_or_else(|| serde_json::json!({}), |r| serde_json::json!({ "roles": r.codes() })));
    sql("update proposal set state = 'expired', ended_at = pulih.now()
        where staff_id = {} and kind = {} and state = 'proposed' and expires_at <= pulih.now()")
    .bind(staff)
    .bind(change.code())
    .execute(tx.write())
    .await
    .map_err(fault)?;
    let made = sql("insert into proposal (id, kind, staff_id, state, change, proposed_by, proposed_at, expires_at)
        values ({}, {}, {}, 'proposed', {}, {}, pulih.now(), pulih.now() + make_interval(hours => {}))
        on conflict do nothing")
    .bind(id)
    .bind(change.code())
    .bind(staff)
    .bind(Some(&what))
    .bind(by)
    .bind(HOURS)
    .execute(tx.write())
    .await
    .map_err(fault)?;
    Ok((made == 1).then_some(id))
}

/// Whether one of that kind about that person is open.
pub async fn is_open(tx: &mut Tx, change: Change, staff: Uuid) -> Result<bool, Fault> {
    let open = found(Some(staff), None).load::<Proposal>(tx.look()).await.map_err(fault)?;
    Ok(open.iter().any(|p| p.kind == change.code()))
}

/// How a proposal ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Somebody agreed, and it took effect.
    Done,
    /// Somebody refused it.
    Rejected,
    /// Who proposed it took it back.
    Withdrawn,
}

/// Ends a proposal with somebody's decision about what they were shown.
pub async fn decide(tx: &mut Tx, id: Uuid, by: Uuid, end: End, shown_sha256: &[u8; 32]) -> Result<(), Fault> {
    let (state, verdict) = match end {
        End::Done => ("done", "approve"),
        End::Rejected => ("rejected", "reject"),
        End::Withdrawn => ("cancelled", "withdraw"),
    };
    sql("with p as (update proposal set state = {}, ended_at = pulih.now() where id = {})
        insert into decision (proposal_id, staff_id, verdict, shown_sha256) values ({}, {}, {}, {})")
    .bind(state)
    .bind(id)
    .bind(id)
    .bind(by)
    .bind(verdict)
    .bind(shown_sha256)
    .execute(tx.write())
    .await
    .map_err(fault)?;
    Ok(())
}

/// Somebody is disabled: what is open about them ends, and what they proposed about people; says how many that were.
pub async fn cancel_of(tx: &mut Tx, staff: Uuid) -> Result<i64, Fault> {
    let ended = sql("update proposal set state = 'cancelled', ended_at = pulih.now()
        where state = 'proposed' and (staff_id = {} or (proposed_by = {} and kind like 'staff-%'))")
    .bind(staff)
    .bind(staff)
    .execute(tx.write())
    .await
    .map_err(fault)?;
    Ok(i64::try_from(ended).unwrap_or(i64::MAX))
}
