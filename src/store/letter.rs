//! The outbox: letters are posted with their link, leased by couriers, and end in one of four ways.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use diesel::sql_types as t;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::sql::{Count, sql};
use super::tx::{Read, Tx, fault, word};
use crate::base::fault::Fault;
use crate::base::random;
use crate::i18n::Lang;
use crate::model::event::LetterRef;
use crate::model::letter::{Hint, LetterKind};
use crate::model::link::LinkKind;
use crate::model::request::State;

/// Letters of one kind to one account, each with a link row of its own.
#[derive(Clone, Copy, Debug)]
pub struct Post<'a> {
    /// The kind; none for the stand-in that a miss writes instead of a letter.
    pub kind: Option<LetterKind>,
    /// What stands in the way, for a hint.
    pub hint: Option<Hint>,
    /// The request it is about; none where it is about the account alone.
    pub request: Option<Uuid>,
    /// The account; none for a stand-in.
    pub account: Option<Uuid>,
    /// The grant its link carries.
    pub grant: Option<Uuid>,
    /// Where it happened, in words of our own.
    pub place: Option<&'a str>,
    /// Where it goes in place of an address on file.
    pub to_address: Option<&'a str>,
    /// What the desk wrote, for a reply.
    pub entry: Option<Uuid>,
    /// The proposal it tells of.
    pub proposal: Option<Uuid>,
    /// The mail it answers.
    pub inbound: Option<Uuid>,
    /// Which addresses: 1 is the registered one; [`ELSEWHERE`] for `to_address`.
    pub positions: &'a [i16],
    /// Its language.
    pub language: Lang,
    /// Id of the current link key.
    pub key_id: &'a str,
    /// Not counted against the letters of an hour.
    pub uncounted: bool,
}

impl<'a> Post<'a> {
    /// A letter to the registered address of an account.
    pub fn to(account: Uuid, kind: LetterKind, language: Lang, key_id: &'a str) -> Self {
        Self {
            kind: Some(kind),
            hint: None,
            request: None,
            account: Some(account),
            grant: None,
            place: None,
            to_address: None,
            entry: None,
            proposal: None,
            inbound: None,
            positions: everywhere(1),
            language,
            key_id,
            uncounted: false,
        }
    }
}

impl<'a> Post<'a> {
    /// A letter to an address that is no account's.
    pub fn away(address: &'a str, kind: LetterKind, language: Lang, key_id: &'a str) -> Self {
        let away = Self::to(Uuid::nil(), kind, language, key_id);
        Self { account: None, to_address: Some(address), positions: ELSEWHERE, ..away }
    }
}

/// The position of an address that is not on file.
pub const ELSEWHERE: &[i16] = &[0];

/// The positions of so many addresses.
pub fn everywhere(addresses: i64) -> &'static [i16] {
    if addresses > 1 { &[1, 2] } else { &[1] }
}

/// Posts letters; returns the link of the first.
pub async fn post(tx: &mut Tx, post: &Post<'_>) -> Result<Uuid, Fault> {
    let fresh = |_| random::id();
    let letters: Vec<Uuid> = post.positions.iter().map(fresh).collect();
    let links: Vec<Uuid> = post.positions.iter().map(fresh).collect();
    let randoms = post.positions.iter().map(|_| random::bytes::<32>()).collect::<Result<Vec<_>, _>>()?;
    let first = links.iter().copied().next().ok_or_else(|| Fault::broken("a letter was posted to no address"))?;
    let link_kind = match post.kind {
        Some(LetterKind::Link) => LinkKind::Reset,
        Some(LetterKind::Activate) => LinkKind::Activate,
        Some(LetterKind::ManualScheduled) => LinkKind::Cancel,
        _ => LinkKind::Notice,
    };
    let standing_in = post.kind.is_none();
    sql("with n as (
            select n.letter, n.link, n.random, nullif(n.place, 0) as position
            from unnest({}::uuid[], {}::uuid[], {}::bytea[], {}::smallint[]) as n (letter, link, random, place)),
        l as (
            insert into link (id, kind, request_id, account_id, grant_id, position, key_id, random, issued_at, ended_at,
                end_reason)
            select n.link, {}, {}, {}, {}, n.position, {}, n.random, pulih.now(),
                case when {} then pulih.now() end, case when {} then 'unmatched' end from n)
        insert into letter (id, kind, hint, request_id, account_id, link_id, position, language, state, uncounted, place,
            to_address, entry_id, proposal_id, inbound_id, ended_at)
        select n.letter, {}, {}, {}, {}, n.link, n.position, {}, {}, {}, {}, {}, {}, {}, {}, case when {} then pulih.now() end from n")
    .bind(letters)
    .bind(links)
    .bind(randoms.iter().map(<[u8; 32]>::as_slice).collect::<Vec<_>>())
    .bind(post.positions.to_vec())
    .bind(link_kind.code())
    .bind(post.request)
    .bind(post.account)
    .bind(post.grant)
    .bind(post.key_id)
    .bind(standing_in)
    .bind(standing_in)
    .bind(post.kind.map_or("none", LetterKind::code))
    .bind(post.hint.map(Hint::code))
    .bind(post.request)
    .bind(post.account)
    .bind(post.language.code())
    .bind(if standing_in { "dropped" } else { "queued" })
    .bind(post.uncounted)
    .bind(post.place)
    .bind(post.to_address)
    .bind(post.entry)
    .bind(post.proposal)
    .bind(post.inbound)
    .bind(standing_in)
    .execute(tx.write())
    .await
    .map_err(fault)?;
    Ok(first)
}

/// Posts letters without a link to people of the desk, each in their own language; `place` is what they tell of.
pub async fn post_staff(
    tx: &mut Tx,
    kind: LetterKind,
    staff: &[Uuid],
    place: Option<&str>,
    proposal: Option<Uuid>,
) -> Result<(), Fault> {
    let letters: Vec<Uuid> = staff.iter().map(|_| random::id()).collect();
    sql("insert into letter (id, kind, staff_id, language, place, proposal_id)
        select n.letter, {}, s.id, s.language, {}, {}
        from unnest({}::uuid[], {}::uuid[]) as n (letter, staff) join staff s on s.id = n.staff")
    .bind(kind.code())
    .bind(place)
    .bind(proposal)
    .bind(letters)
    .bind(staff.to_vec())
    .execute(tx.write())
    .await
    .map_err(fault)?;
    Ok(())
}

/// A letter in a courier's hands, with what is needed to compose it.
#[derive(Clone, Debug, QueryableByName)]
pub struct Leased {
    /// Row id.
    #[diesel(sql_type = t::Uuid)]
    pub id: Uuid,
    /// Word of its kind.
    #[diesel(sql_type = t::Text)]
    pub kind: String,
    /// Word of its hint.
    #[diesel(sql_type = t::Nullable<t::Text>)]
    pub hint: Option<String>,
    /// Word of its language.
    #[diesel(sql_type = t::Text)]
    pub language: String,
    /// This attempt's number, from 1.
    #[diesel(sql_type = t::SmallInt)]
    pub attempts: i16,
    /// Word of the class of the last failure.
    #[diesel(sql_type = t::Nullable<t::Text>)]
    pub class: Option<String>,
    /// Failures of that class in a row.
    #[diesel(sql_type = t::SmallInt)]
    pub in_row: i16,
    /// When it was posted.
    #[diesel(sql_type = t::Timestamptz)]
    pub queued_at: DateTime<Utc>,
    /// Whether it tells of a proposal of the desk.
    #[diesel(sql_type = t::Bool)]
    pub by_desk: bool,
    /// Its account.
    #[diesel(sql_type = t::Nullable<t::Uuid>)]
    pub account_id: Option<Uuid>,
    /// The account's User ID.
    #[diesel(sql_type = t::Nullable<t::Text>)]
    pub user_id: Option<String>,
    /// The name of whom it goes to.
    #[diesel(sql_type = t::Nullable<t::Text>)]
    pub name: Option<String>,
    /// The person of the desk it goes to.
    #[diesel(sql_type = t::Nullable<t::Uuid>)]
    pub staff_id: Option<Uuid>,
    /// Their user name.
    #[diesel(sql_type = t::Nullable<t::Text>)]
    pub username: Option<String>,
    /// What the desk wrote, for a reply.
    #[diesel(sql_type = t::Nullable<t::Text>)]
    pub entry: Option<String>,
    /// Whether two people decide about the account.
    #[diesel(sql_type = t::Nullable<t::Bool>)]
    pub protected: Option<bool>,
    /// Until when resets of the account are held.
    #[diesel(sql_type = t::Nullable<t::Timestamptz>)]
    pub held_until: Option<DateTime<Utc>>,
    /// Where it goes.
    #[diesel(sql_type = t::Nullable<t::Text>)]
    pub address: Option<String>,
    /// The Message-ID of the mail it answers, without angle brackets, where it goes to who wrote that.
    #[diesel(sql_type = t::Nullable<t::Text>)]
    pub answers: Option<String>,
    /// Where it happened, in words of our own.
    #[diesel(sql_type = t::Nullable<t::Text>)]
    pub place: Option<String>,
    /// Its link; letters to people of the desk may have none.
    #[diesel(sql_type = t::Nullable<t::Uuid>)]
    pub link_id: Option<Uuid>,
    /// The grant its link carries.
    #[diesel(sql_type = t::Nullable<t::Uuid>)]
    pub grant_id: Option<Uuid>,
    /// Key id of the link.
    #[diesel(sql_type = t::Nullable<t::Text>)]
    pub key_id: Option<String>,
    /// Random bytes of the link.
    #[diesel(sql_type = t::Nullable<t::Binary>)]
    pub random: Option<Vec<u8>>,
    /// Whether the link has ended, or can no longer be handed over alive.
    #[diesel(sql_type = t::Bool)]
    pub link_over: bool,
    /// 95 of 100 links to this domain were clicked within so many seconds.
    #[diesel(sql_type = t::Nullable<t::Integer>)]
    pub p95_seconds: Option<i32>,
    /// The request.
    #[diesel(sql_type = t::Nullable<t::Uuid>)]
    pub request_id: Option<Uuid>,
    /// Word of the way it came.
    #[diesel(sql_type = t::Nullable<t::Text>)]
    pub channel: Option<String>,
    /// Its reference.
    #[diesel(sql_type = t::Nullable<t::Text>)]
    pub reference: Option<String>,
    /// When it was asked.
    #[diesel(sql_type = t::Nullable<t::Timestamptz>)]
    pub asked_at: Option<DateTime<Utc>>,
    /// When a scheduled reset takes effect.
    #[diesel(sql_type = t::Nullable<t::Timestamptz>)]
    pub due_at: Option<DateTime<Utc>>,
    /// When the request ended.
    #[diesel(sql_type = t::Nullable<t::Timestamptz>)]
    pub request_ended_at: Option<DateTime<Utc>>,
}

impl Leased {
    /// Its kind.
    pub fn kind(&self) -> Result<LetterKind, Fault> {
        word(LetterKind::from_code(&self.kind), "kind", self.id)
    }

    /// What stands in the way, for a hint.
    pub fn hint(&self) -> Result<Option<Hint>, Fault> {
        self.hint.as_deref().map(|h| word(Hint::from_code(h), "hint", self.id)).transpose()
    }

    /// Its language.
    pub fn language(&self) -> Result<Lang, Fault> {
        word(Lang::from_code(&self.language), "language", self.id)
    }

    /// What events say of it.
    pub fn subject(&self) -> Result<LetterRef, Fault> {
        Ok(LetterRef { letter: self.id, kind: self.kind()?, request: self.request_id, account: self.account_id })
    }
}

/// Leases up to `most` letters that are due, or whose lease ran out, to `courier`. Bookkeeping, no action.
///
/// The link of a letter is over when it ended, or when its 24 hours would be gone on arrival.
pub async fn lease(read: &mut Read, courier: Uuid, most: i64, seconds: i32) -> Result<Vec<Leased>, Fault> {
    sql("with due as (
            select id from letter
            where state in ('queued', 'leased') and next_attempt_at <= (select pulih.now())
            order by next_attempt_at limit {} for update skip locked),
        l as (
            update letter set state = 'leased', leased_by = {}, attempts = least(attempts, 32000) + 1,
                next_attempt_at = pulih.now() + make_interval(secs => {})
            from due where letter.id = due.id returning letter.*)
        select l.id, l.kind, l.hint, l.language, l.attempts, l.class, l.in_row, l.queued_at, l.proposal_id is not null as by_desk, l.account_id,
            a.user_id, coalesce(s.name, a.name) as name, a.protected, a.resets_held_until as held_until, l.staff_id,
            s.username, e.text as entry,
            coalesce(l.to_address, s.address, d.address) as address, l.place, k.id as link_id, k.grant_id, k.key_id, k.random,
            l.kind in ('link', 'activate') and (k.ended_at is not null or k.issued_at + interval '24 h' <= pulih.now())
                or l.kind = 'staff-invite' and k.ended_at is not null as link_over,
            (select i.message_id from inbound i where i.id = l.inbound_id
                and i.from_folded = coalesce(lower(l.to_address), d.folded)) as answers,
            w.p95_seconds, r.id as request_id, r.channel, r.reference, r.asked_at,
            -- until the notice it waits for is handed over, it takes effect a wait from now at the earliest
            coalesce(case when l.kind = 'permitted' then (
                select greatest(r.due_at, pulih.now() + make_interval(secs => m.wait_seconds))
                from permission m join letter n on n.id = m.letter_id
                where m.request_id = l.request_id and n.state in ('queued', 'leased')) end, r.due_at) as due_at,
            r.ended_at as request_ended_at
        from l
        left join link k on k.id = l.link_id
        left join account a on a.id = l.account_id
        left join staff s on s.id = l.staff_id
        left join case_entry e on e.id = l.entry_id
        left join address d on d.account_id = l.account_id and d.position = l.position
        left join domain_delay w on w.domain = split_part(d.folded, '@', 2)
        left join request r on r.id = l.request_id
        order by l.next_attempt_at")
    .bind(most)
    .bind(courier)
    .bind(seconds)
    .load::<Leased>(read.look())
    .await
    .map_err(fault)
}

/// When and why a letter is tried again.
pub struct Retry<'a> {
    /// How long to wait.
    pub wait: TimeDelta,
    /// Word of the class of the failure.
    pub class: &'a str,
    /// Failures of that class in a row.
    pub in_row: i16,
    /// What the relay said.
    pub answer: Answer<'a>,
}

/// Gives a letter back for a later attempt, with the server's words. Bookkeeping, no action.
///
/// Whose it is tells that it is leased: were its state asked too, a plan made while the outbox was empty would walk
/// through all that waits to find one.
pub async fn retry(read: &mut Read, id: Uuid, courier: Uuid, retry: &Retry<'_>) -> Result<(), Fault> {
    sql("update letter set state = 'queued', leased_by = null, class = {}, in_row = {}, server_code = {}, server_text = {},
            next_attempt_at = pulih.now() + make_interval(secs => {})
        where id = {} and leased_by = {}")
    .bind(retry.class)
    .bind(retry.in_row)
    .bind(retry.answer.code.and_then(|code| i16::try_from(code).ok()))
    .bind(retry.answer.text)
    .bind(i32::try_from(retry.wait.num_seconds()).unwrap_or(i32::MAX))
    .bind(id)
    .bind(courier)
    .execute(read.look())
    .await
    .map_err(fault)?;
    Ok(())
}

/// What the relay said.
#[derive(Clone, Copy, Debug, Default)]
pub struct Answer<'a> {
    /// Its code, where it answered.
    pub code: Option<u16>,
    /// Its words, or ours where it did not answer.
    pub text: &'a str,
}

/// How a letter ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LetterEnd {
    /// The relay took it.
    Sent,
    /// Refused for good, or given up.
    Failed,
    /// Its link had ended.
    Dropped,
    /// It could not be composed.
    Parked,
}

impl LetterEnd {
    fn code(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Failed => "failed",
            Self::Dropped => "dropped",
            Self::Parked => "parked",
        }
    }
}

/// Ends a letter that this courier still holds, after its account was locked; false where the lease was lost.
pub async fn end(
    tx: &mut Tx,
    letter: &Leased,
    courier: Uuid,
    end: LetterEnd,
    answer: Answer<'_>,
) -> Result<bool, Fault> {
    if let Some(account) = letter.account_id {
        sql("select 1 from account where id = {} for update").bind(account).execute(tx.look()).await.map_err(fault)?;
    }
    let domain = letter.address.as_deref().and_then(|a| a.rsplit_once('@')).map(|(_, domain)| domain);
    let ended = sql("update letter set state = {}, leased_by = null, ended_at = pulih.now(), domain = {},
            server_code = {}, server_text = {}
        where id = {} and leased_by = {}")
    .bind(end.code())
    .bind(domain)
    .bind(answer.code.and_then(|code| i16::try_from(code).ok()))
    .bind(answer.text)
    .bind(letter.id)
    .bind(courier)
    .execute(tx.write())
    .await
    .map_err(fault)?;
    Ok(ended == 1)
}

/// The state of a letter's request.
pub async fn request_state(tx: &mut Tx, request: Uuid) -> Result<State, Fault> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = t::Text)]
        state: String,
    }
    let row = sql("select state from request where id = {} for update")
        .bind(request)
        .get_result::<Row>(tx.look())
        .await
        .map_err(fault)?;
    word(State::from_code(&row.state), "state", request)
}

/// Starts the life of a link: the relay has taken its letter.
pub async fn hand_over(tx: &mut Tx, link: Uuid, life: TimeDelta) -> Result<(), Fault> {
    sql("update link set handed_over_at = pulih.now(),
            expires_at = least(pulih.now() + make_interval(secs => {}), issued_at + interval '24 h')
        where id = {} and handed_over_at is null")
    .bind(i32::try_from(life.num_seconds()).unwrap_or(i32::MAX))
    .bind(link)
    .execute(tx.write())
    .await
    .map_err(fault)?;
    Ok(())
}

/// Letters that wait or are under way, for metrics and readiness.
pub async fn backlog(read: &mut Read) -> Result<i64, Fault> {
    let row = sql("select count(*) as count from letter where state in ('queued', 'leased')")
        .get_result::<Count>(read.look())
        .await
        .map_err(fault)?;
    Ok(row.count)
}
