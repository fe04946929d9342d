-- Vendors: who they are, where mail reaches them, what they sign in with.
create table account (
    id uuid primary key,
    user_id text not null,
    user_id_folded text not null unique,
    kind text not null check (kind in ('penyedia', 'non_penyedia')),
    name text not null,
    language text not null default 'id' check (language in ('id', 'en')),
    status text not null default 'active' check (status in ('active', 'locked')),
    locked_reason text,
    protected boolean not null default false,
    password_hash text,
    password_changed_at timestamptz,
    address_changed_at timestamptz,
    -- requests asked before these resolve to nothing
    last_reset_at timestamptz,
    last_cancel_at timestamptz,
    -- after *Ini bukan saya*
    resets_held_until timestamptz,
    created_at timestamptz not null default pulih.now(),
    check ((status = 'locked') = (locked_reason is not null))
);

create table address (
    account_id uuid not null references account,
    -- 1 is the registered address, the only one a link is mailed to
    position smallint not null check (position in (1, 2)),
    address text not null,
    folded text not null,
    -- a permanent refusal or a bounce
    suspect boolean not null default false,
    primary key (account_id, position)
);

create table credential (
    id uuid primary key,
    account_id uuid not null references account,
    -- null once revoked: a dead secret is not kept
    sealed_secret bytea,
    algorithm text not null default 'SHA1' check (algorithm in ('SHA1', 'SHA256', 'SHA512')),
    digits smallint not null default 6 check (digits in (6, 8)),
    period smallint not null default 30 check (period between 15 and 120),
    -- the last time step (RFC 6238) that was accepted or burned
    last_step bigint,
    created_at timestamptz not null default pulih.now(),
    revoked_at timestamptz,
    check ((revoked_at is null) = (sealed_secret is not null))
);
create unique index credential_active on credential (account_id) where revoked_at is null;

create table recovery_code (
    id uuid primary key,
    account_id uuid not null references account,
    credential_id uuid not null references credential,
    hash bytea not null check (length(hash) = 32),
    used_at timestamptz,
    revoked_at timestamptz
);
create index recovery_code_live on recovery_code (account_id) where used_at is null and revoked_at is null;

create table session (
    id uuid primary key,
    account_id uuid not null references account,
    token_hash bytea not null unique check (length(token_hash) = 32),
    created_at timestamptz not null default pulih.now(),
    ended_at timestamptz
);
create index session_live on session (account_id) where ended_at is null;

grant select, insert, update on account, address, credential, recovery_code, session to pulih_app;
grant delete on session to pulih_app;
