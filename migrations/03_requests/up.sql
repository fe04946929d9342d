-- Requests, the links mailed for them, the letters that carry those, and the grants a reset leaves.
create table request (
    id uuid primary key,
    reference text not null unique check (reference ~ '^R-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$'),
    channel text not null check (channel in ('web', 'mail', 'staff', 'portal')),
    state text not null check (state in ('received', 'sending', 'unmatched', 'mailed', 'opened', 'waiting', 'done',
        'cancelled', 'expired', 'undeliverable', 'rejected', 'closed')),
    -- one form is one request, however often it is posted
    form uuid unique,
    typed_user_id text not null,
    typed_address text not null,
    typed_type text not null check (typed_type in ('penyedia', 'non_penyedia')),
    language text not null check (language in ('id', 'en')),
    -- SHA-256 of the asking browser's id
    browser_hash bytea check (length(browser_hash) = 32),
    browser_name text,
    network text,
    asked_at timestamptz not null default pulih.now(),
    account_id uuid references account,
    -- why nothing was matched
    unmatched_reason text,
    -- shares the letter of that request
    joined_to uuid references request,
    -- times *Kirim ulang* was pressed for this reference
    resends smallint not null default 0,
    -- new mails after a late arrival
    reissues smallint not null default 0,
    -- why it stands in the helpdesk's queue
    queue_reason text check (queue_reason in ('undeliverable', 'late', 'help', 'disputed')),
    queued_at timestamptz,
    due_at timestamptz,
    ended_at timestamptz,
    check ((state = 'waiting') <= (due_at is not null)),
    check ((queue_reason is null) = (queued_at is null))
);
create index request_received on request (asked_at) where state = 'received';
create index request_due on request (due_at) where state = 'waiting';
create index request_open on request (account_id) where state in ('sending', 'mailed', 'opened', 'waiting', 'expired', 'undeliverable');
create index request_joined on request (joined_to) where joined_to is not null;
create index request_unmatched on request (asked_at) where state = 'unmatched';
create index request_browser on request (browser_hash, asked_at);

create table link (
    id uuid primary key,
    -- 'reset' opens a reset; 'notice' only carries *Ini bukan saya*
    kind text not null check (kind in ('reset', 'notice')),
    request_id uuid not null references request,
    -- null where the request matched nothing
    account_id uuid references account,
    position smallint not null check (position in (1, 2)),
    key_id text not null,
    random bytea not null check (length(random) = 32),
    issued_at timestamptz not null default pulih.now(),
    handed_over_at timestamptz,
    expires_at timestamptz,
    opened_at timestamptz,
    -- the confirm step, which may outlive the link
    step_until timestamptz,
    -- wrong passwords at the confirm step
    tries smallint not null default 0,
    -- SHA-256 of the browser's id that pressed OK
    spent_by bytea check (length(spent_by) = 32),
    spent_at timestamptz,
    ended_at timestamptz,
    end_reason text check (end_reason in ('spent', 'superseded', 'cancelled', 'expired', 'undeliverable', 'unmatched')),
    check ((ended_at is null) = (end_reason is null)),
    check (spent_at is null or end_reason = 'spent')
);
create index link_live on link (account_id) where ended_at is null;
create index link_request on link (request_id);
create index link_expiring on link (expires_at) where ended_at is null and kind = 'reset';
create index link_old on link (issued_at);

create table letter (
    id uuid primary key,
    kind text not null check (kind in ('link', 'done', 'scheduled', 'cancelled', 'hint', 'none')),
    hint text,
    request_id uuid references request,
    account_id uuid references account,
    link_id uuid not null references link,
    position smallint not null check (position in (1, 2)),
    language text not null check (language in ('id', 'en')),
    state text not null default 'queued' check (state in ('queued', 'leased', 'sent', 'failed', 'dropped', 'parked')),
    queued_at timestamptz not null default pulih.now(),
    -- when it may be tried (again); the end of the lease while leased
    next_attempt_at timestamptz not null default pulih.now(),
    leased_by uuid,
    attempts smallint not null default 0,
    -- how the last attempts failed, and how many in a row that way
    class text,
    in_row smallint not null default 0,
    -- a new mail for a late link does not count against the letters of an hour
    uncounted boolean not null default false,
    -- domain it was handed over for
    domain text,
    server_code smallint,
    server_text text,
    ended_at timestamptz
);
create index letter_due on letter (next_attempt_at) where state in ('queued', 'leased');
create index letter_recent on letter (account_id, queued_at) where kind in ('link', 'hint') and not uncounted;
create index letter_request on letter (request_id);
create index letter_link on letter (link_id);
create index letter_old on letter (queued_at);

create table activation_grant (
    id uuid primary key,
    account_id uuid not null references account,
    request_id uuid references request,
    source text not null check (source in ('reset', 'disable', 'manual')),
    -- SHA-256 of the browser's secret; null where it is given by mail alone
    secret_hash bytea check (length(secret_hash) = 32),
    created_at timestamptz not null default pulih.now(),
    expires_at timestamptz not null,
    used_at timestamptz,
    revoked_at timestamptz
);
create index activation_grant_live on activation_grant (account_id) where used_at is null and revoked_at is null;
-- asked for each request that is removed
create index activation_grant_request on activation_grant (request_id);

-- What stops self-service for a while: all of the web, or one Tipe User.
create table frozen (
    scope text primary key check (scope in ('web', 'penyedia', 'non_penyedia')),
    reason text not null,
    since timestamptz not null default pulih.now()
);

-- How long mail takes for each recipient domain, measured from hand-over to the first click.
create table domain_delay (
    domain text primary key,
    p50_seconds integer not null,
    p95_seconds integer not null,
    samples integer not null,
    measured_at timestamptz not null default pulih.now()
);

grant select, insert, update, delete on request, link, letter, domain_delay to pulih_app;
grant select, insert, update on activation_grant, frozen to pulih_app;
grant delete on frozen to pulih_app;
