-- Sign-in, activation and the account page: sessions in two levels, TOTP that is being enrolled, budgets for guesses.
alter table session
    -- 'password' has shown the password alone; it opens the code step and activation, nothing else
    add column level text not null default 'full' check (level in ('password', 'full')),
    -- SHA-256 of the browser's id
    add column browser_hash bytea check (length(browser_hash) = 32),
    add column browser_name text,
    add column network text,
    add column seen_at timestamptz not null default pulih.now(),
    -- however busy it is
    add column expires_at timestamptz not null default pulih.now() + interval '12 h',
    -- the credential this session activated, whose recovery codes it may show until they are said to be kept
    add column activated uuid references credential;
create index session_expiring on session (expires_at) where ended_at is null;
create index session_account on session (account_id, created_at);

alter table account
    -- SHA-256 of the hash an import brought, where its password was hashed anew since: the same import brings nothing new
    add column imported_hash_sha256 bytea check (length(imported_hash_sha256) = 32);

alter table credential
    -- future time steps that were presented early: refused when their time comes
    add column burned bigint[] not null default '{}';
create index credential_account on credential (account_id);

-- A secret that is shown and not yet proved. Its id becomes the credential's, since the seal is bound to it.
create table enrolment (
    account_id uuid primary key references account,
    id uuid not null unique,
    -- only the browser it was made for is shown it again
    browser_hash bytea not null check (length(browser_hash) = 32),
    -- null where the password alone may enrol
    grant_id uuid references activation_grant,
    sealed_secret bytea not null,
    algorithm text not null check (algorithm in ('SHA1', 'SHA256', 'SHA512')),
    digits smallint not null check (digits in (6, 8)),
    period smallint not null check (period between 15 and 120),
    -- as a credential's, which takes them over
    burned bigint[] not null default '{}',
    created_at timestamptz not null default pulih.now()
);

-- Browsers that signed in to an account: strangers' wrong codes do not count against them.
create table known_browser (
    account_id uuid not null references account,
    browser_hash bytea not null check (length(browser_hash) = 32),
    since timestamptz not null default pulih.now(),
    last_at timestamptz not null default pulih.now(),
    primary key (account_id, browser_hash)
);
create index known_browser_old on known_browser (last_at);

-- Wrong codes after a right password.
create table code_limit (
    account_id uuid not null references account,
    -- the known browser, or 32 zero bytes for all others together
    share bytea not null check (length(share) = 32),
    -- newest first
    hits timestamptz[] not null,
    -- since the last right one
    in_row integer not null,
    primary key (account_id, share)
);

-- Wrong passwords.
create table password_limit (
    -- SHA-256 of the folded User ID, as typed, and the network
    key bytea primary key check (length(key) = 32),
    -- newest first
    hits timestamptz[] not null
);
create index password_limit_old on password_limit ((hits[1]));

alter table network_limit drop constraint network_limit_what_check;
alter table network_limit add constraint network_limit_what_check check (what in ('kirim', 'picture', 'password'));

-- A mailed link can be about the account alone: the way to activation, or *Ini bukan saya* in a notice.
alter table activation_grant drop constraint activation_grant_source_check;
alter table activation_grant add constraint activation_grant_source_check
    check (source in ('reset', 'disable', 'manual', 'renewed'));
alter table link alter column request_id drop not null;
alter table link drop constraint link_kind_check;
alter table link add constraint link_kind_check check (kind in ('reset', 'notice', 'activate'));
alter table link add column grant_id uuid references activation_grant;
alter table letter drop constraint letter_kind_check;
alter table letter add constraint letter_kind_check check (kind in ('link', 'done', 'scheduled', 'cancelled', 'hint',
    'none', 'activate', 'activated', 'disabled', 'password-changed', 'codes-failing'));
-- where it happened, in words of our own
alter table letter add column place text;
drop index letter_recent;
create index letter_recent on letter (account_id, queued_at) where kind in ('link', 'hint', 'activate') and not uncounted;

-- An account's own history.
create index event_account on event (account_id, at) where account_id is not null;

grant select, insert, update, delete on enrolment, known_browser, code_limit, password_limit to pulih_app;
