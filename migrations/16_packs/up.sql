-- What auditors take along: exports of the history, made in parts, and verifications of the whole log.
create table export (
    id uuid primary key,
    asked_by uuid not null references staff,
    asked_at timestamptz not null default pulih.now(),
    format text not null check (format in ('csv', 'jsonl')),
    personal_too boolean not null,
    -- what was typed
    query text not null,
    state text not null default 'queued' check (state in ('queued', 'running', 'made', 'failed')),
    -- the checkpoint it goes up to: chosen when it begins
    size bigint,
    -- the next leaf to look at
    next_leaf bigint not null default 0,
    parts integer not null default 0,
    rows bigint not null default 0,
    -- of the file as it is fetched
    bytes bigint not null default 0,
    sha256 bytea check (length(sha256) = 32),
    -- the signed note
    manifest text,
    leased_by uuid,
    leased_until timestamptz,
    ended_at timestamptz,
    -- until when it can be fetched
    expires_at timestamptz,
    check ((state in ('made', 'failed')) = (ended_at is not null)),
    check ((state = 'made') = (sha256 is not null and manifest is not null and expires_at is not null))
);
create index export_asked on export (asked_at);
create index export_open on export (asked_at) where ended_at is null;
-- one at a time for each person
create unique index export_one on export (asked_by) where ended_at is null;

create table export_part (
    export_id uuid not null references export on delete cascade,
    number integer not null check (number >= 0),
    -- zlib (RFC 1950)
    body bytea not null,
    primary key (export_id, number)
);

create table verification (
    id uuid primary key,
    -- null: the clock
    asked_by uuid references staff,
    asked_at timestamptz not null default pulih.now(),
    state text not null default 'queued' check (state in ('queued', 'running', 'done')),
    done bigint not null default 0,
    total bigint not null default 0,
    -- leaves that were looked at, and the root over them
    size bigint,
    root bytea check (length(root) = 32),
    result text check (result in ('whole', 'findings')),
    -- how many, and the first of them as a list of {"index", "code", "words"}
    found bigint not null default 0,
    findings jsonb not null default '[]',
    first_bad bigint,
    -- how often it was begun and came to no end
    tries integer not null default 0,
    leased_by uuid,
    leased_until timestamptz,
    started_at timestamptz,
    ended_at timestamptz,
    check ((state = 'done') = (ended_at is not null)),
    check ((state = 'done') = (result is not null))
);
create index verification_ended on verification (ended_at) where ended_at is not null;
-- one at a time
create unique index verification_open on verification ((true)) where ended_at is null;

grant select, insert, update, delete on export, export_part to pulih_app;
grant select, insert, update on verification to pulih_app;
