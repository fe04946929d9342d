//! What happened in a case: events of its requests and its account, what the desk wrote, and letters on their way.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types as t;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::base::fault::Fault;
use crate::model::desk::Source;
use crate::store::sql::sql;
use crate::store::tx::{Read, fault};

/// The most lines of a timeline.
pub const LINES: i64 = 200;

/// A line.
#[derive(Clone, Debug, QueryableByName)]
pub struct Line {
    /// The event; none for a letter that is still on its way.
    #[diesel(sql_type = t::Nullable<t::Uuid>)]
    pub event: Option<Uuid>,
    /// The mail that came in it is about.
    #[diesel(sql_type = t::Nullable<t::Uuid>)]
    pub mail: Option<Uuid>,
    /// When.
    #[diesel(sql_type = t::Timestamptz)]
    pub at: DateTime<Utc>,
    /// Kind of the event, or `mail.queued`.
    #[diesel(sql_type = t::Text)]
    pub kind: String,
    /// Whether it was refused.
    #[diesel(sql_type = t::Bool)]
    pub refused: bool,
    #[diesel(sql_type = t::Text)]
    actor: String,
    /// Who of the desk it was.
    #[diesel(sql_type = t::Nullable<t::Text>)]
    pub staff: Option<String>,
    /// What was written.
    #[diesel(sql_type = t::Nullable<t::Text>)]
    pub text: Option<String>,
    /// Whether that was a reply.
    #[diesel(sql_type = t::Bool)]
    pub reply: bool,
    /// Word of the letter it is about.
    #[diesel(sql_type = t::Nullable<t::Text>)]
    pub letter: Option<String>,
    /// Attempts to send it.
    #[diesel(sql_type = t::Nullable<t::SmallInt>)]
    pub attempts: Option<i16>,
    /// Code of the relay's last answer.
    #[diesel(sql_type = t::Nullable<t::SmallInt>)]
    pub code: Option<i16>,
    /// Words of the relay's last answer.
    #[diesel(sql_type = t::Nullable<t::Text>)]
    pub answer: Option<String>,
}

impl Line {
    /// Where it comes from.
    pub fn source(&self) -> Source {
        match self.actor.as_str() {
            _ if self.kind.starts_with("mail.") => Source::Mail,
            "worker" if self.kind.starts_with("inbound.") => Source::Mail,
            "staff" => Source::Staff,
            "worker" | "operator" => Source::System,
            _ => Source::Web,
        }
    }
}

/// The newest lines of a case, newest first. Events about the account alone count from its first request on.
pub async fn of_case(read: &mut Read, case: Uuid) -> Result<Vec<Line>, Fault> {
    sql("with c as (
            select c.id, c.account_id, c.request_id, least(r.asked_at,
                (select min(q.asked_at) from request q where q.case_id = c.id)) as since
            from desk_case c join request r on r.id = c.request_id where c.id = {}),
        q as (
            select request_id as id from c union select r.id from request r join c on r.case_id = c.id),
        e as (
            select e.id, e.at, e.kind, e.outcome, e.actor, e.staff_id, e.body::jsonb as body
            from event e where e.request_id in (select id from q)
            union
            select e.id, e.at, e.kind, e.outcome, e.actor, e.staff_id, e.body::jsonb
            from event e join c on e.account_id = c.account_id and e.at >= c.since),
        newest as (select * from e order by at desc, id desc limit {})
        select e.id as event, (e.body -> 'subject' ->> 'mail')::uuid as mail, e.at, e.kind,
            e.outcome = 'refused' as refused, e.actor, s.name as staff,
            coalesce(n.text, nullif(p.details ->> 'note', '')) as text,
            coalesce(n.kind = 'reply', false) as reply, case when e.kind like 'mail.%' then l.kind end as letter, l.attempts, l.server_code as code,
            l.server_text as answer
        from newest e
        left join staff s on s.id = e.staff_id
        left join letter l on (e.kind like 'mail.%' or e.kind = 'inbound.answered')
            and l.id = (e.body -> 'subject' ->> 'letter')::uuid
        left join case_entry n on n.id = coalesce((e.body -> 'facts' ->> 'entry')::uuid,
            case when e.kind = 'inbound.answered' then l.entry_id end)
        left join event_personal p on e.kind = 'inbound.linked' and p.event_id = e.id and p.at = e.at
        union all
        select null, null, l.queued_at, 'mail.queued', false, 'worker', null, null, false, l.kind, l.attempts, l.server_code,
            l.server_text
        from letter l join c on l.account_id = c.account_id or l.request_id in (select id from q)
        where l.state in ('queued', 'leased')
        order by 3 desc, 1 desc nulls first")
    .bind(case)
    .bind(LINES)
    .load::<Line>(read.look())
    .await
    .map_err(fault)
}
