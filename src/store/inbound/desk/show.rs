//! One mail with what it belongs to, and the accounts it may be about.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types as t;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::base::fault::Fault;
use crate::model::desk::CaseState;
use crate::model::inbound::{Box, Judgement, Kind, Park, Source, Verdict};
use crate::store::sql::sql;
use crate::store::tx::{Read, fault, word};

/// A mail as its page shows it.
#[derive(Clone, Debug, QueryableByName)]
pub struct Mail {
    /// Row id.
    #[diesel(sql_type = t::Uuid)]
    pub id: Uuid,
    /// SHA-256 of its bytes.
    #[diesel(sql_type = t::Binary)]
    pub sha256: Vec<u8>,
    /// How long it is.
    #[diesel(sql_type = t::Integer)]
    pub bytes: i32,
    /// Whether its bytes are still kept.
    #[diesel(sql_type = t::Bool)]
    pub raw_kept: bool,
    #[diesel(sql_type = t::Text)]
    source: String,
    /// The client that handed it over.
    #[diesel(sql_type = t::Nullable<t::Text>)]
    pub client: Option<String>,
    /// What that client called itself.
    #[diesel(sql_type = t::Nullable<t::Text>)]
    pub helo: Option<String>,
    /// The envelope sender; an empty one is the null sender.
    #[diesel(sql_type = t::Nullable<t::Text>)]
    pub envelope_sender: Option<String>,
    /// When it came.
    #[diesel(sql_type = t::Timestamptz)]
    pub taken_at: DateTime<Utc>,
    #[diesel(sql_type = t::Nullable<t::Text>)]
    park_reason: Option<String>,
    #[diesel(sql_type = t::Nullable<t::Text>)]
    kind: Option<String>,
    #[diesel(sql_type = t::Nullable<t::Text>)]
    place: Option<String>,
    /// What it says, sealed.
    #[diesel(sql_type = t::Nullable<t::Binary>)]
    pub sealed_message: Option<Vec<u8>>,
    /// The address in `From`.
    #[diesel(sql_type = t::Nullable<t::Text>)]
    pub from_address: Option<String>,
    /// Whether that is the registered address of the account of its case.
    #[diesel(sql_type = t::Bool)]
    pub of_owner: bool,
    /// What it is about.
    #[diesel(sql_type = t::Nullable<t::Text>)]
    pub subject: Option<String>,
    #[diesel(sql_type = t::Nullable<t::Text>)]
    verdict: Option<String>,
    #[diesel(sql_type = t::Nullable<t::Text>)]
    judgement: Option<String>,
    /// When somebody of the desk moved it.
    #[diesel(sql_type = t::Nullable<t::Timestamptz>)]
    pub moved_at: Option<DateTime<Utc>>,
    /// Who that was.
    #[diesel(sql_type = t::Nullable<t::Text>)]
    pub moved_name: Option<String>,
    /// The request it began.
    #[diesel(sql_type = t::Nullable<t::Uuid>)]
    pub request_id: Option<Uuid>,
    /// Its reference.
    #[diesel(sql_type = t::Nullable<t::Text>)]
    pub reference: Option<String>,
    /// The account the desk, or its proof, said it is about.
    #[diesel(sql_type = t::Nullable<t::Uuid>)]
    pub account_id: Option<Uuid>,
    /// That account's User ID.
    #[diesel(sql_type = t::Nullable<t::Text>)]
    pub user_id: Option<String>,
    /// That account's name.
    #[diesel(sql_type = t::Nullable<t::Text>)]
    pub name: Option<String>,
    /// That account's registered address.
    #[diesel(sql_type = t::Nullable<t::Text>)]
    pub address: Option<String>,
    /// The case it stands in.
    #[diesel(sql_type = t::Nullable<t::Uuid>)]
    pub case_id: Option<Uuid>,
    /// That case's version; 0 where there is none.
    #[diesel(sql_type = t::Integer)]
    pub version: i32,
    #[diesel(sql_type = t::Nullable<t::Text>)]
    case_state: Option<String>,
    /// That case's reference.
    #[diesel(sql_type = t::Nullable<t::Text>)]
    pub case_reference: Option<String>,
    /// A case that its subject alone names.
    #[diesel(sql_type = t::Nullable<t::Uuid>)]
    pub maybe_case_id: Option<Uuid>,
    /// Its reference.
    #[diesel(sql_type = t::Nullable<t::Text>)]
    pub maybe_reference: Option<String>,
}

impl Mail {
    /// By which way it came.
    pub fn source(&self) -> Result<Source, Fault> {
        word(Source::from_code(&self.source), "source", self.id)
    }

    /// Why it was set aside.
    pub fn park(&self) -> Result<Option<Park>, Fault> {
        self.park_reason.as_deref().map(|code| word(Park::from_code(code), "park_reason", self.id)).transpose()
    }

    /// What it is, once read.
    pub fn kind(&self) -> Result<Option<Kind>, Fault> {
        self.kind.as_deref().map(|code| word(Kind::from_code(code), "kind", self.id)).transpose()
    }

    /// Where it stands, once read.
    pub fn place(&self) -> Result<Option<Box>, Fault> {
        self.place.as_deref().map(|code| word(Box::from_code(code), "place", self.id)).transpose()
    }

    /// What it proves, once judged.
    pub fn verdict(&self) -> Result<Option<Verdict>, Fault> {
        self.verdict.as_deref().map(|code| word(Verdict::from_code(code), "verdict", self.id)).transpose()
    }

    /// Whether it proves too little for a link without a word why: its owner's domain did not sign it.
    pub fn is_weak(&self) -> Result<bool, Fault> {
        Ok(self.verdict()? != Some(Verdict::Verified) || !self.of_owner)
    }

    /// The whole judgement.
    pub fn judgement(&self) -> Result<Option<Judgement>, Fault> {
        let read = |json: &str| serde_json::from_str(json).map_err(|e| Fault::bug("reading a judgement", e));
        self.judgement.as_deref().map(read).transpose()
    }

    /// Where its case stands.
    pub fn case_state(&self) -> Result<Option<CaseState>, Fault> {
        self.case_state.as_deref().map(|code| word(CaseState::from_code(code), "state", self.id)).transpose()
    }
}

/// The mail with that id.
pub async fn find(read: &mut Read, id: Uuid) -> Result<Option<Mail>, Fault> {
    sql("select i.id, i.sha256, i.bytes, i.sealed_raw is not null as raw_kept, i.source, i.client, i.helo,
            i.envelope_sender, i.taken_at, i.park_reason, i.kind, i.place, i.sealed_message, i.from_address, i.subject,
            i.verdict, i.judgement::text as judgement, i.moved_at, s.name as moved_name, i.request_id, r.reference,
            a.id as account_id, a.user_id, a.name, d.address, c.id as case_id, coalesce(c.version, 0) as version,
            c.state as case_state, c.reference as case_reference, m.id as maybe_case_id, m.reference as maybe_reference,
            exists (select from address o where o.account_id = c.account_id and o.position = 1
                and o.folded = i.from_folded) as of_owner
        from inbound i
        left join request r on r.id = i.request_id
        left join desk_case c on c.id = coalesce(r.case_id, i.case_id)
        left join desk_case m on m.id = i.maybe_case_id
        left join account a on a.id = coalesce(r.account_id, c.account_id)
        left join address d on d.account_id = a.id and d.position = 1
        left join staff s on s.id = i.moved_by
        where i.id = {}")
    .bind(id)
    .get_result::<Mail>(read.look())
    .await
    .optional()
    .map_err(fault)
}

/// The bytes of a mail, sealed; nothing where there is no such mail, or its retention is over.
pub async fn raw(read: &mut Read, id: Uuid) -> Result<Option<Vec<u8>>, Fault> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = t::Nullable<t::Binary>)]
        sealed_raw: Option<Vec<u8>>,
    }
    let row = sql("select sealed_raw from inbound where id = {}")
        .bind(id)
        .get_result::<Row>(read.look())
        .await
        .optional()
        .map_err(fault)?;
    Ok(row.and_then(|row| row.sealed_raw))
}

/// An account that a mail may be about.
#[derive(Clone, Debug, QueryableByName)]
pub struct Candidate {
    /// Row id.
    #[diesel(sql_type = t::Uuid)]
    pub id: Uuid,
    /// User ID.
    #[diesel(sql_type = t::Text)]
    pub user_id: String,
    /// Name.
    #[diesel(sql_type = t::Text)]
    pub name: String,
    /// The registered address.
    #[diesel(sql_type = t::Text)]
    pub address: String,
    /// What matched: `address`, `user-id`, `name`.
    #[diesel(sql_type = t::Array<t::Text>)]
    pub how: Vec<String>,
}

/// Accounts shown at most.
const CANDIDATES: i64 = 20;

/// The accounts that a mail may be about: those of its sender's address first.
pub async fn candidates(read: &mut Read, id: Uuid) -> Result<Vec<Candidate>, Fault> {
    sql("select a.id, a.user_id, a.name, d.address, array_agg(m.how order by m.how) as how
        from inbound_match m
        join account a on a.id = m.account_id
        join address d on d.account_id = a.id and d.position = 1
        where m.inbound_id = {}
        group by a.id, d.address
        order by min(case m.how when 'address' then 0 when 'user-id' then 1 else 2 end), a.user_id limit {}")
    .bind(id)
    .bind(CANDIDATES)
    .load::<Candidate>(read.look())
    .await
    .map_err(fault)
}
