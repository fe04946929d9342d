//! Rows in bulk: accounts, and requests that stand where a measurement needs them. All are made of their number.

use data_encoding::HEXLOWER;
use pulih::base::clock::Clock;
use pulih::base::keyring::Purpose;
use pulih::base::seal;
use pulih::base::totp::{self, Params};
use uuid::Uuid;

use crate::ground::Ground;

/// Kinds of rows whose ids are told apart by their fourth group.
#[derive(Clone, Copy, Debug)]
pub enum Row {
    /// An account.
    Account = 0x8000,
    /// Its credential.
    Credential = 0x8001,
    /// A request.
    Request = 0x9000,
    /// A link.
    Link = 0xa000,
    /// A letter.
    Letter = 0xb000,
    /// A session.
    Session = 0x8002,
}

impl Row {
    /// The id of a row.
    pub fn id(self, number: usize) -> Uuid {
        Uuid::from_u128((0x7000 << 64) | ((self as u128) << 48) | number as u128)
    }

    /// The same in SQL, of the number that an expression gives.
    pub fn sql(self, number: &str) -> String {
        format!("('00000000-0000-7000-{:x}-' || lpad(to_hex(({number})::bigint), 12, '0'))::uuid", self as u16)
    }
}

/// The random bytes of a link's row, as [`links`] makes them.
pub fn link_random(number: usize) -> [u8; 32] {
    let mut random = [0; 32];
    random[24..].copy_from_slice(&(number as u64).to_be_bytes());
    random
}

/// The User ID of an account's number; as much shorter as the word of the Tipe User is longer.
pub fn user_id(kind: &str, number: usize) -> String {
    format!("{}{number:09}", prefix(kind))
}

fn prefix(kind: &str) -> &'static str {
    if kind == "penyedia" { "BENCH" } else { "B" }
}

/// Its address.
pub fn address(number: usize) -> String {
    format!("orang.{number:09}@perusahaan.example")
}

/// Makes accounts with one address and an active TOTP; the numbers run from `first`.
pub fn accounts(ground: &Ground, first: usize, count: usize, kind: &str, locked: bool) {
    let series = series(first, count);
    let (account, credential) = (Row::Account.sql("n"), Row::Credential.sql("n"));
    let prefix = prefix(kind);
    let (status, reason) = if locked { ("locked", "'measured'") } else { ("active", "null") };
    ground.sql(&format!(
        "insert into account (id, user_id, user_id_folded, kind, name, status, locked_reason)
            select {account}, u, lower(u), '{kind}', 'Orang ' || n, '{status}', {reason}
            from {series}, lateral (select '{prefix}' || lpad(n::text, 9, '0') as u) u;
        insert into address (account_id, position, address, folded)
            select {account}, 1, a, a from {series}, lateral (select 'orang.' || lpad(n::text, 9, '0') || '@perusahaan.example' as a) a;
        insert into credential (id, account_id, sealed_secret) select {credential}, {account}, '\\x00' from {series};"
    ));
}

/// The secret of everybody measured.
const SECRET: &[u8; 20] = b"secret of all people";

/// Gives those accounts a TOTP that opens.
pub fn phones(ground: &Ground, first: usize, count: usize) {
    let keys = ground.keys().of(Purpose::Seal);
    let numbers: Vec<usize> = (first..first + count).collect();
    for chunk in numbers.chunks(1_000) {
        let rows = chunk.iter().map(|n| {
            let id = Row::Credential.id(*n);
            let sealed = seal::seal(keys, id, SECRET).expect("a sealed secret");
            format!("('{id}'::uuid, '\\x{}'::bytea)", HEXLOWER.encode(&sealed))
        });
        let rows: Vec<String> = rows.collect();
        ground.sql(&format!(
            "update credential c set sealed_secret = v.s from (values {}) v (id, s) where c.id = v.id",
            rows.join(", ")
        ));
    }
}

/// The code that all their phones show so many steps from now.
pub fn code(steps: i64) -> String {
    let params = Params::default();
    totp::code(SECRET, &params, totp::step(Clock::system().now(), &params) + steps).expect("a code")
}

/// Makes requests of those accounts with a link each, in the state that `state` names; in `opened` the confirm step is
/// open.
pub fn links(ground: &Ground, first: usize, count: usize, state: &str) {
    let series = series(first, count);
    let (account, request, link) = (Row::Account.sql("n"), Row::Request.sql("n"), Row::Link.sql("n"));
    let key_id = ground.keys().of(Purpose::Link).current().0;
    let opened = if state == "opened" { "now() + interval '2 h'" } else { "null" };
    ground.sql(&format!(
        "insert into request (id, reference, channel, state, form, typed_user_id, typed_address, typed_type, language,
                browser_hash, browser_name, network, account_id)
            select {request}, 'R-' || left(r, 4) || '-' || right(r, 4), 'web', '{state}', gen_random_uuid(),
                'BENCH' || lpad(n::text, 9, '0'), 'orang.' || lpad(n::text, 9, '0') || '@perusahaan.example',
                'penyedia', 'id', sha256(int8send(n)), 'Chrome, Android', '127.0.0.1', {account}
            from (select n::bigint, 'Z' || lpad(upper(to_hex(n)), 7, '0') as r from {series}) s;
        insert into link (id, kind, request_id, account_id, position, key_id, random, handed_over_at, expires_at,
                opened_at, step_until)
            select {link}, 'reset', {request}, {account}, 1, '{key_id}',
                decode(repeat('00', 24), 'hex') || int8send(n::bigint), now(), now() + interval '6 h', {opened}, {opened}
            from {series};"
    ));
}

/// Makes a waiting letter for each of those links.
pub fn letters(ground: &Ground, first: usize, count: usize) {
    let (series, ids) =
        (series(first, count), [Row::Letter, Row::Request, Row::Account, Row::Link].map(|r| r.sql("n")));
    let [letter, request, account, link] = ids;
    ground.sql(&format!(
        "insert into letter (id, kind, request_id, account_id, link_id, position, language)
            select {letter}, 'link', {request}, {account}, {link}, 1, 'id' from {series}"
    ));
}

/// What a fresh load of rows needs before it is measured; otherwise the first plans are made for empty tables.
pub fn settle(ground: &Ground) {
    ground.sql("analyze");
    ground.sql("checkpoint");
}

fn series(first: usize, count: usize) -> String {
    format!("generate_series({first}, {}) n", first + count - 1)
}
