-- Mail that comes in: kept whole first, read and judged after.
create table inbound (
    id uuid primary key,
    -- of the raw bytes: the same message twice is one
    sha256 bytea not null unique check (length(sha256) = 32),
    bytes integer not null,
    -- null once its retention is over
    sealed_raw bytea,
    source text not null check (source in ('imap', 'pipe')),
    -- how it was handed over, where the way tells
    client text,
    helo text,
    -- '' is the null sender
    envelope_sender text,
    envelope_recipient text,
    taken_at timestamptz not null default pulih.now(),
    stage text not null default 'taken' check (stage in ('taken', 'read', 'parked')),
    -- a lease while it is read, and how often that was begun
    next_attempt_at timestamptz not null default pulih.now(),
    attempts smallint not null default 0,
    park_reason text check (park_reason in ('too-large', 'too-many-headers', 'too-many-parts', 'no-message', 'too-costly')),
    kind text check (kind in ('request', 'reply', 'bounce', 'automatic', 'permission')),
    place text check (place in ('queue', 'quarantine', 'spam', 'done')),
    -- what it says, as JSON, sealed like its bytes
    sealed_message bytea,
    message_id text,
    from_address text,
    from_folded text,
    subject text,
    verdict text check (verdict in ('verified', 'check', 'failed', 'unknown')),
    judgement jsonb,
    -- the request it began, or permits
    request_id uuid references request,
    -- the case it belongs to besides: an answer within a thread, a report about a letter
    case_id uuid references desk_case,
    -- the letter a report is about
    letter_id uuid references letter on delete set null,
    -- looks related by its subject alone: a hint, no proof
    maybe_case_id uuid references desk_case,
    read_at timestamptz,
    -- who of the desk moved it
    moved_by uuid references staff,
    moved_at timestamptz,
    check ((stage = 'parked') = (park_reason is not null)),
    check ((stage = 'taken') = (read_at is null)),
    check (stage <> 'read' or (kind is not null and place is not null))
);
create index inbound_taken on inbound (next_attempt_at) where stage = 'taken';
create index inbound_place on inbound (place, taken_at, id);
create index inbound_parked on inbound (taken_at, id) where stage = 'parked';
create index inbound_request on inbound (request_id) where request_id is not null;
create index inbound_case on inbound (case_id) where case_id is not null;
create index inbound_from on inbound (from_folded, taken_at);
create index inbound_letter on inbound (letter_id) where letter_id is not null;
create index inbound_all on inbound (taken_at, id);
create index inbound_message_id on inbound (message_id);
create index inbound_old on inbound (taken_at) where sealed_raw is not null;

-- Accounts that a mail may be about: shown, never decided.
create table inbound_match (
    inbound_id uuid not null references inbound,
    account_id uuid not null references account,
    -- 'address': the sender's is registered; 'user-id': it stands in the mail; 'name': the names are alike
    how text not null check (how in ('address', 'user-id', 'name')),
    primary key (inbound_id, account_id, how)
);
create index inbound_match_account on inbound_match (account_id);

-- A permission by mail for a reset that one browser asked for.
create table permission (
    id uuid primary key,
    request_id uuid not null unique references request,
    inbound_id uuid not null references inbound,
    account_id uuid not null references account,
    -- of the mail: none counts twice
    message_id text not null unique,
    -- the one browser that may go on
    browser_hash bytea not null check (length(browser_hash) = 32),
    granted_at timestamptz not null default pulih.now(),
    expires_at timestamptz not null,
    -- the letter that tells the registered address; the reset waits for its hand-over. Letters are forgotten before this is
    letter_id uuid references letter on delete set null,
    -- how long it waits after that; null until OK was pressed
    wait_seconds integer,
    ended_at timestamptz
);
create index permission_account on permission (account_id, granted_at);
create index permission_letter on permission (letter_id);

-- Where a mailbox was read to (RFC 9051 §2.3.1.1).
create table mailbox (
    name text primary key,
    uid_validity bigint not null,
    last_uid bigint not null,
    seen_at timestamptz not null default pulih.now(),
    -- the last trouble, in plain words
    trouble text
);

-- A mail may not say of which Tipe User its writer is.
alter table request alter column typed_type drop not null;
alter table request add constraint request_type_known check (typed_type is not null or channel = 'mail');

-- Letters within a thread, and those of this room.
alter table letter add column inbound_id uuid references inbound;
alter table letter drop constraint letter_kind_check;
alter table letter add constraint letter_kind_check check (kind in ('link', 'done', 'scheduled', 'cancelled', 'hint',
    'none', 'activate', 'activated', 'disabled', 'password-changed', 'codes-failing',
    'reply', 'manual-scheduled', 'manual-cancelled', 'address-changed', 'staff-invite', 'staff-notice',
    'acknowledged', 'permitted'));
create index letter_inbound on letter (inbound_id) where inbound_id is not null;
create index letter_acknowledged on letter (account_id, queued_at) where kind = 'acknowledged';

alter table link drop constraint link_kind_check;
alter table link add constraint link_kind_check check (kind in ('reset', 'notice', 'activate', 'cancel', 'invite', 'permit'));
drop index link_expiring;
create index link_expiring on link (expires_at) where ended_at is null and kind in ('reset', 'permit');
-- a permission opens one confirm step, with its few tries
create unique index link_permit on link (request_id) where kind = 'permit';

grant select, insert, update on inbound, permission, mailbox to pulih_app;
grant select, insert, delete on inbound_match to pulih_app;

-- The resolver leaves to the desk what came by mail.
drop index request_received;
create index request_received on request (asked_at) where state = 'received' and channel <> 'mail';

-- What a report said of a letter that had been taken.
alter table letter
    add column bounced_at timestamptz,
    add column bounce_status text,
    add column bounce_text text;
create index letter_bounced on letter (bounced_at) where bounced_at is not null;

-- How long the relay takes, and clicks where enough were made.
alter table domain_delay
    alter column p50_seconds drop not null,
    alter column p95_seconds drop not null,
    add column handed_p50_seconds integer,
    add column handed_p95_seconds integer,
    add column handed integer not null default 0;

-- Names without case, punctuation and the form of a company: what is alike has the same key.
create function pulih.name_key(name text) returns text
    language sql immutable strict parallel safe
    return lower(regexp_replace(regexp_replace(name, '^\s*(pt|cv|ud|pd|fa|yayasan|koperasi)\M[. ]*', '', 'i'), '[^[:alnum:]]+', '', 'g'));
create index account_name_key on account (pulih.name_key(name));
grant execute on function pulih.name_key(text) to pulih_app;
