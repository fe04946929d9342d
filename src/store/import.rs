//! Import of accounts: lines are staged first, compared with what is there, and taken over in one statement.

use diesel::sql_types::{BigInt, Binary, Text, Uuid as SqlUuid};
use diesel::{OptionalExtension as _, QueryableByName};
use diesel_async::RunQueryDsl;
use serde_json::{Value, json};
use uuid::Uuid;

use super::sql::{Count, sql};
use super::tx::{Read, Tx, fault};
use crate::base::fault::Fault;
use crate::base::random;
use crate::model::account::{fold_address, fold_user_id};
use crate::model::account_csv::Line;

/// A line with the ids it will have, its secret sealed for its credential's row.
pub struct Staged {
    /// The line.
    pub line: Line,
    /// Row id of the new account.
    pub account: Uuid,
    /// Row id of its credential.
    pub credential: Uuid,
    /// The sealed secret, where the line holds one.
    pub sealed_secret: Option<Vec<u8>>,
}

/// A line that differs from the account that is there.
#[derive(Clone, Debug, QueryableByName)]
pub struct Conflict {
    /// The line in the file.
    #[diesel(sql_type = BigInt)]
    pub line: i64,
    /// The columns that differ.
    #[diesel(sql_type = Text)]
    pub columns: String,
}

/// A line whose account has a secret already: the two must be compared where the key is.
#[derive(QueryableByName)]
pub struct Secrets {
    /// The line in the file.
    #[diesel(sql_type = BigInt)]
    pub line: i64,
    /// Row that the staged secret is sealed for.
    #[diesel(sql_type = SqlUuid)]
    pub staged_row: Uuid,
    /// The staged secret.
    #[diesel(sql_type = Binary)]
    pub staged: Vec<u8>,
    /// Row that the stored secret is sealed for.
    #[diesel(sql_type = SqlUuid)]
    pub stored_row: Uuid,
    /// The stored secret.
    #[diesel(sql_type = Binary)]
    pub stored: Vec<u8>,
}

/// Who of the desk brought a file, and its SHA-256 in hexadecimal.
#[derive(Clone, Copy, Debug)]
pub struct Brought<'a> {
    /// The person.
    pub staff: Uuid,
    /// The hash.
    pub file_sha256: &'a str,
}

/// Stages lines of an operator's file. Bookkeeping: it touches scratch rows alone.
pub async fn stage(read: &mut Read, import: Uuid, lines: &[Staged]) -> Result<(), Fault> {
    stage_of(read, import, lines, None).await
}

/// Stages lines of a file. Bookkeeping: it touches scratch rows alone.
pub async fn stage_of(
    read: &mut Read,
    import: Uuid,
    lines: &[Staged],
    brought: Option<Brought<'_>>,
) -> Result<(), Fault> {
    let rows = Value::Array(lines.iter().map(row).collect());
    sql("insert into account_import (import, staff_id, file_sha256, line, account_id, user_id, user_id_folded, kind, name, email, email_folded,
            email_2, email_2_folded, password_hash, credential_id, sealed_secret, protected)
        select {}, {}, {}, line, account_id, user_id, user_id_folded, kind, name, email, email_folded,
            email_2, email_2_folded, password_hash, credential_id, decode(sealed_secret, 'hex'), protected
        from jsonb_to_recordset({}) as l (line bigint, account_id uuid, user_id text, user_id_folded text, kind text,
            name text, email text, email_folded text, email_2 text, email_2_folded text, password_hash text,
            credential_id uuid, sealed_secret text, protected boolean)")
    .bind(import)
    .bind(brought.map(|b| b.staff))
    .bind(brought.map(|b| b.file_sha256))
    .bind(Some(&rows))
    .execute(read.look())
    .await
    .map_err(fault)?;
    Ok(())
}

fn row(staged: &Staged) -> Value {
    let line = &staged.line;
    json!({
        "line": line.number,
        "account_id": staged.account,
        "user_id": line.user_id,
        "user_id_folded": fold_user_id(&line.user_id),
        "kind": line.kind.code(),
        "name": line.name,
        "email": line.email,
        "email_folded": fold_address(&line.email),
        "email_2": line.email_2,
        "email_2_folded": line.email_2.as_deref().map(fold_address),
        "password_hash": line.password_hash,
        "credential_id": staged.credential,
        "sealed_secret": staged.sealed_secret.as_deref().map(|sealed| data_encoding::HEXLOWER.encode(sealed)),
        "protected": line.protected,
    })
}

/// Removes what this import staged, and what imports of days ago left. Bookkeeping.
pub async fn clear(read: &mut Read, import: Uuid) -> Result<(), Fault> {
    sql("delete from account_import where import = {} or staged_at < pulih.now() - interval '1 day'")
        .bind(import)
        .execute(read.look())
        .await
        .map_err(fault)?;
    Ok(())
}

/// Lines whose account is there with other data; an empty cell of the last four columns says nothing and differs from nothing.
pub async fn conflicts(read: &mut Read, import: Uuid) -> Result<Vec<Conflict>, Fault> {
    sql("select * from (
            select i.line, concat_ws(', ',
                case when a.kind <> i.kind then 'user_type' end,
                case when a.name <> i.name then 'name' end,
                case when a1.folded is distinct from i.email_folded then 'email' end,
                case when i.email_2_folded is not null and a2.folded is distinct from i.email_2_folded then 'email_2' end,
                case when i.password_hash is not null and a.password_hash is distinct from i.password_hash
                    and a.imported_hash_sha256 is distinct from sha256(convert_to(i.password_hash, 'UTF8'))
                    then 'password_hash' end,
                case when i.sealed_secret is not null and c.id is null then 'totp_secret' end,
                case when a.protected <> i.protected then 'protected' end) as columns
            from account_import i
            join account a on a.user_id_folded = i.user_id_folded
            left join address a1 on a1.account_id = a.id and a1.position = 1
            left join address a2 on a2.account_id = a.id and a2.position = 2
            left join credential c on c.account_id = a.id and c.revoked_at is null
            where i.import = {}) as compared
        where columns <> '' order by line")
    .bind(import)
    .load(read.look())
    .await
    .map_err(fault)
}

/// Pairs of staged and stored secrets of accounts that are there.
pub async fn secrets(read: &mut Read, import: Uuid) -> Result<Vec<Secrets>, Fault> {
    sql("select i.line, i.credential_id as staged_row, i.sealed_secret as staged, c.id as stored_row,
            c.sealed_secret as stored
        from account_import i
        join account a on a.user_id_folded = i.user_id_folded
        join credential c on c.account_id = a.id and c.revoked_at is null
        where i.import = {} and i.sealed_secret is not null order by i.line")
    .bind(import)
    .load(read.look())
    .await
    .map_err(fault)
}

/// How many staged lines are of accounts that are not there yet.
pub async fn fresh(read: &mut Read, import: Uuid) -> Result<i64, Fault> {
    let count: Count = sql("select count(*) as count from account_import i
        where i.import = {} and not exists (select from account a where a.user_id_folded = i.user_id_folded)")
    .bind(import)
    .get_result(read.look())
    .await
    .map_err(fault)?;
    Ok(count.count)
}

/// How many lines are staged.
pub async fn count(read: &mut Read, import: Uuid) -> Result<i64, Fault> {
    let count: Count = sql("select count(*) as count from account_import where import = {}")
        .bind(import)
        .get_result(read.look())
        .await
        .map_err(fault)?;
    Ok(count.count)
}

/// Takes over the staged lines whose accounts are not there yet: account, addresses, credential. Gives how many.
pub async fn finish(tx: &mut Tx, import: Uuid) -> Result<i64, Fault> {
    let count: Count = sql("with fresh as materialized (
            select * from account_import i
            where i.import = {} and not exists (select from account a where a.user_id_folded = i.user_id_folded)),
        accounts as (
            insert into account (id, user_id, user_id_folded, kind, name, password_hash, protected)
            select account_id, user_id, user_id_folded, kind, name, password_hash, coalesce(protected, false)
            from fresh returning id),
        addresses as (
            insert into address (account_id, position, address, folded)
            select account_id, 1, email, email_folded from fresh
            union all select account_id, 2, email_2, email_2_folded from fresh where email_2 is not null),
        credentials as (
            insert into credential (id, account_id, sealed_secret)
            select credential_id, account_id, sealed_secret from fresh where sealed_secret is not null)
        select count(*) as count from accounts")
    .bind(import)
    .get_result(tx.write())
    .await
    .map_err(fault)?;
    Ok(count.count)
}

/// The hash of the file whose lines that person staged; nothing once they are gone. Who asks waits for whoever takes them
/// over now.
pub async fn staged_by(tx: &mut Tx, import: Uuid, staff: Uuid) -> Result<Option<String>, Fault> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Text)]
        file_sha256: String,
    }
    sql("select pg_advisory_xact_lock(hashtext('pulih.import'), hashtext({}::text))")
        .bind(import)
        .execute(tx.look())
        .await
        .map_err(fault)?;
    // looked at after the wait, so that what the other took over is seen to be gone
    let row = sql("select file_sha256 from account_import where import = {} and staff_id = {} limit 1")
        .bind(import)
        .bind(staff)
        .get_result::<Row>(tx.look())
        .await
        .optional()
        .map_err(fault)?;
    Ok(row.map(|row| row.file_sha256))
}

/// Removes what an import staged, once it was taken over.
pub async fn unstage(tx: &mut Tx, import: Uuid) -> Result<(), Fault> {
    sql("delete from account_import where import = {}").bind(import).execute(tx.write()).await.map_err(fault)?;
    Ok(())
}

/// What a line that would overwrite proposes: each kind with the columns it is about.
fn proposed(conflict: &Conflict) -> Vec<Value> {
    let has = |name: &str| conflict.columns.split(", ").any(|column| column == name);
    let one = |kind: &str, needed: i16| json!({ "id": random::id(), "line": conflict.line, "kind": kind, "needed": needed, "columns": conflict.columns });
    let rest = ["name", "email_2", "password_hash"].into_iter().any(has);
    let kinds = [("address", has("email"), 1), ("protect", has("protected"), 2), ("overwrite", rest, 1)];
    kinds.into_iter().filter(|(_, is, _)| *is).map(|(kind, _, needed)| one(kind, needed)).collect()
}

/// Makes proposals of these lines, which live for so many hours: an address is a change of address like any other, the flag
/// a change of protection, and the rest waits in `overwrite`. Returns how many.
pub async fn propose(tx: &mut Tx, import: Uuid, conflicts: &[Conflict], staff: Uuid, hours: i32) -> Result<i64, Fault> {
    let rows = Value::Array(conflicts.iter().flat_map(proposed).collect());
    let count: Count = sql("with n as (
            select n.id, n.needed, case when n.kind = 'protect' and not i.protected then 'unprotect' else n.kind end as kind,
                n.columns, string_to_array(replace(n.columns, ' ', ''), ',') as named, a.id as target, i.name, i.email,
                i.email_2, i.password_hash, i.file_sha256, a.name as old_name, e.address as old_2,
                a.password_hash as old_hash
            from jsonb_to_recordset({}) as n (id uuid, line bigint, kind text, needed smallint, columns text)
            join account_import i on i.import = {} and i.line = n.line
            join account a on a.user_id_folded = i.user_id_folded and a.status = 'active'
            left join address e on e.account_id = a.id and e.position = 2),
        p as (
            insert into proposal (id, kind, account_id, state, evidence, change, needed, proposed_by, proposed_at, expires_at)
            select id, kind, target, 'proposed', 'CSV ' || left(file_sha256, 16), case kind
                when 'address' then jsonb_build_object('address', email)
                when 'overwrite' then jsonb_strip_nulls(jsonb_build_object('columns', columns,
                    'name', case when 'name' = any(named) then name end,
                    'email_2', case when 'email_2' = any(named) then email_2 end,
                    'password_sha256', case when 'password_hash' = any(named)
                        then encode(sha256(convert_to(password_hash, 'UTF8')), 'hex') end,
                    'was_sha256', encode(sha256(convert_to(concat_ws(chr(31), old_name, coalesce(old_2, ''),
                        coalesce(old_hash, '')), 'UTF8')), 'hex')))
                else jsonb_build_object() end,
                needed, {}, pulih.now(), pulih.now() + make_interval(hours => {})
            from n where not exists (select from proposal o where o.account_id = n.target and o.ended_at is null
                and (o.kind = n.kind or (n.kind = 'address' and o.kind in ('reset', 'self-reset'))))
            on conflict do nothing returning id),
        o as (
            insert into overwrite (proposal_id, name, email_2, password_hash)
            select n.id, case when 'name' = any(named) then name end, case when 'email_2' = any(named) then email_2 end,
                case when 'password_hash' = any(named) then password_hash end
            from n join p on p.id = n.id where n.kind = 'overwrite')
        select count(*) as count from p")
    .bind(Some(&rows))
    .bind(import)
    .bind(staff)
    .bind(hours)
    .get_result(tx.write())
    .await
    .map_err(fault)?;
    Ok(count.count)
}
