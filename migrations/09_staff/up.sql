-- The desk: its people, its cases, what two people decide, and what it may set by itself.
create table staff (
    id uuid primary key,
    username text not null,
    username_folded text not null unique,
    -- one person has one account, whatever it is called
    employee_number text not null,
    employee_number_folded text not null unique,
    name text not null,
    address text not null,
    language text not null default 'id' check (language in ('id', 'en')),
    -- an auditor is nothing else
    roles text[] not null check (cardinality(roles) > 0 and roles <@ array['helpdesk', 'supervisor', 'admin', 'auditor']
        and ('auditor' <> all (roles) or cardinality(roles) = 1)),
    -- proposed by an admin; invited once somebody else confirmed; active once the password is set
    status text not null check (status in ('proposed', 'invited', 'active', 'disabled')),
    password_hash text,
    -- keys of the keyboard
    shortcuts boolean not null default true,
    created_at timestamptz not null default pulih.now(),
    disabled_at timestamptz,
    check ((status = 'disabled') = (disabled_at is not null))
);

-- Who made or promoted whom: neither may decide what the other proposed for a while. Null: an operator on the machine.
create table staff_change (
    id uuid primary key,
    staff_id uuid not null references staff,
    by uuid references staff,
    what text not null check (what in ('created', 'promoted')),
    at timestamptz not null default pulih.now()
);
create index staff_change_recent on staff_change (staff_id, at);

create table staff_factor (
    id uuid primary key,
    staff_id uuid not null references staff,
    -- null once revoked
    sealed_secret bytea,
    -- the one browser that is shown it
    browser_hash bytea check (length(browser_hash) = 32),
    algorithm text not null check (algorithm in ('SHA1', 'SHA256', 'SHA512')),
    digits smallint not null check (digits in (6, 8)),
    period smallint not null check (period between 15 and 120),
    last_step bigint,
    burned bigint[] not null default '{}',
    created_at timestamptz not null default pulih.now(),
    -- null while it is shown and not yet proved
    proved_at timestamptz,
    revoked_at timestamptz,
    check ((revoked_at is null) = (sealed_secret is not null))
);
create unique index staff_factor_live on staff_factor (staff_id) where revoked_at is null;

create table staff_session (
    id uuid primary key,
    staff_id uuid not null references staff,
    token_hash bytea not null unique check (length(token_hash) = 32),
    browser_hash bytea not null check (length(browser_hash) = 32),
    browser_name text,
    network text not null,
    level text not null check (level in ('password', 'full')),
    created_at timestamptz not null default pulih.now(),
    seen_at timestamptz not null default pulih.now(),
    expires_at timestamptz not null,
    ended_at timestamptz
);
create index staff_session_live on staff_session (staff_id) where ended_at is null;
create index staff_session_of on staff_session (staff_id, created_at);

-- What one person of the desk did lately, counted: wrong codes, searches, addresses shown, alerts about it.
create table staff_limit (
    staff_id uuid not null references staff,
    what text not null check (what in ('code', 'search', 'reveal', 'alert')),
    -- newest first
    hits timestamptz[] not null,
    primary key (staff_id, what)
);

-- The open requests of one account, or one request without an account, as the desk works them.
create table desk_case (
    id uuid primary key,
    -- that of its first request
    reference text not null unique,
    account_id uuid references account,
    -- the one it began with
    request_id uuid not null references request,
    reason text not null check (reason in ('undeliverable', 'late', 'help', 'disputed', 'manual', 'mail')),
    -- waiting: for its person; its time stands still meanwhile
    state text not null check (state in ('new', 'open', 'waiting', 'closed')),
    outcome text check (outcome in ('reset', 'answered', 'rejected', 'closed', 'spam')),
    taken_by uuid references staff,
    taken_at timestamptz,
    -- each change makes it one more; a write says which it saw
    version integer not null default 1,
    changed_by uuid references staff,
    opened_at timestamptz not null default pulih.now(),
    changed_at timestamptz not null default pulih.now(),
    -- when it should be answered, by working hours
    due_at timestamptz not null,
    waiting_since timestamptz,
    closed_at timestamptz,
    check ((state = 'closed') = (closed_at is not null)),
    check ((state = 'closed') = (outcome is not null)),
    check ((state = 'waiting') = (waiting_since is not null)),
    check ((taken_by is null) = (taken_at is null))
);
create unique index desk_case_open on desk_case (account_id) where closed_at is null and account_id is not null;
create index desk_case_due on desk_case (due_at, id) where closed_at is null;
create index desk_case_state on desk_case (state, due_at, id) where closed_at is null;
create index desk_case_disputed on desk_case (due_at, id) where closed_at is null and reason = 'disputed';
create index desk_case_opened on desk_case (opened_at, id);
create index desk_case_taken on desk_case (taken_by, due_at) where closed_at is null;
create index desk_case_closed on desk_case (closed_at, id) where closed_at is not null;
create index desk_case_changed on desk_case (changed_at);
create index desk_case_request on desk_case (request_id);
create index desk_case_account on desk_case (account_id);

-- What the desk wrote into a case.
create table case_entry (
    id uuid primary key,
    case_id uuid not null references desk_case,
    kind text not null check (kind in ('note', 'reply')),
    staff_id uuid not null references staff,
    at timestamptz not null default pulih.now(),
    text text not null,
    language text check (language in ('id', 'en')),
    -- the event that tells of it
    event_id uuid,
    check ((kind = 'reply') = (language is not null))
);
create index case_entry_of on case_entry (case_id, at);

-- Texts for replies; a change is a new version.
create table canned (
    id uuid primary key,
    name text not null,
    version integer not null,
    text_id text not null,
    text_en text not null,
    staff_id uuid references staff,
    at timestamptz not null default pulih.now(),
    retired_at timestamptz,
    unique (name, version)
);
create unique index canned_current on canned (name) where retired_at is null;

-- What the desk may set on a page: working hours and holidays. A change is a new version.
create table setting (
    name text not null check (name in ('hours', 'holidays')),
    version integer not null,
    value jsonb not null,
    staff_id uuid references staff,
    at timestamptz not null default pulih.now(),
    primary key (name, version)
);

-- What takes effect when somebody else agrees.
create table proposal (
    id uuid primary key,
    kind text not null check (kind in ('reset', 'self-reset', 'address', 'protect', 'unprotect', 'unlock', 'overwrite',
        'staff-new', 'staff-roles', 'staff-mfa')),
    account_id uuid references account,
    -- the person of the desk it is about
    staff_id uuid references staff,
    -- the request a reset belongs to
    request_id uuid references request,
    state text not null check (state in ('proposed', 'waiting', 'contested', 'done', 'rejected', 'expired', 'cancelled')),
    reason text,
    -- how the person was verified, and by what evidence
    verified text,
    evidence text,
    note text not null default '',
    called_number text,
    called_at timestamptz,
    mailbox_lost boolean not null default false,
    urgent boolean not null default false,
    -- what changes: address and its position, roles, lines of an import; no secret
    change jsonb not null default '{}',
    -- how many have to agree
    needed smallint not null default 1 check (needed between 1 and 2),
    -- each edit makes it one more; an approval says which it saw
    version integer not null default 1,
    -- null: the account's own person, or an operator
    proposed_by uuid references staff,
    proposed_at timestamptz not null default pulih.now(),
    expires_at timestamptz not null,
    due_at timestamptz,
    ended_at timestamptz,
    check ((account_id is null) <> (staff_id is null)),
    check ((state in ('done', 'rejected', 'expired', 'cancelled')) = (ended_at is not null))
);
create unique index proposal_open on proposal (account_id, kind)
    where account_id is not null and ended_at is null;
create unique index proposal_open_staff on proposal (staff_id, kind) where staff_id is not null and ended_at is null;
create index proposal_waiting on proposal (expires_at) where state = 'proposed';
create index proposal_due on proposal (due_at) where state = 'waiting';
create index proposal_account on proposal (account_id, proposed_at);
create index proposal_request on proposal (request_id) where request_id is not null;

create table decision (
    proposal_id uuid not null references proposal,
    staff_id uuid not null references staff,
    verdict text not null check (verdict in ('approve', 'reject', 'withdraw', 'uphold', 'dismiss')),
    reason text not null default '',
    -- SHA-256 of the canonical bytes of what was shown
    shown_sha256 bytea not null check (length(shown_sha256) = 32),
    at timestamptz not null default pulih.now(),
    primary key (proposal_id, staff_id, verdict)
);

-- Files that prove: sealed, known by their hash.
create table evidence (
    id uuid primary key,
    proposal_id uuid not null references proposal,
    name text not null,
    media_type text not null,
    bytes bigint not null,
    sha256 bytea not null check (length(sha256) = 32),
    -- null once its retention is over
    sealed bytea,
    staff_id uuid not null references staff,
    at timestamptz not null default pulih.now()
);
create index evidence_of on evidence (proposal_id);

-- Lines of an import that would overwrite, until somebody else agrees.
create table overwrite (
    proposal_id uuid primary key references proposal,
    name text,
    email_2 text,
    password_hash text
);

-- Who of the desk brought the file of an import, and what file it was.
alter table account_import
    add column staff_id uuid,
    add column file_sha256 text;

alter table request
    add column case_id uuid references desk_case,
    -- a new link was asked for by the desk for everybody who was late
    add column renew_at timestamptz;
alter table request drop constraint request_state_check;
alter table request add constraint request_state_check check (state in ('received', 'sending', 'unmatched', 'mailed', 'opened',
    'proposed', 'waiting', 'contested', 'done', 'cancelled', 'expired', 'undeliverable', 'rejected', 'closed'));
alter table request drop constraint request_queue_reason_check;
alter table request add constraint request_queue_reason_check
    check (queue_reason in ('undeliverable', 'late', 'help', 'disputed', 'manual', 'mail'));
create index request_queued on request (queued_at) where queued_at is not null and case_id is null;
create index request_renewed on request (renew_at) where renew_at is not null;
create index request_case on request (case_id) where case_id is not null;
create index request_account on request (account_id, asked_at) where account_id is not null;
drop index request_open;
create index request_open on request (account_id)
    where state in ('sending', 'mailed', 'opened', 'proposed', 'waiting', 'contested', 'expired', 'undeliverable');

alter table account
    add column address_changed_by uuid references staff;
-- few of them, and each of their cases is looked at with care
create index account_care on account (id) where protected or resets_held_until is not null;
create index account_user_id_prefix on account (user_id_folded text_pattern_ops);
create index address_folded on address (folded text_pattern_ops);

alter table frozen drop constraint frozen_scope_check;
alter table frozen add constraint frozen_scope_check check (scope in ('web', 'manual', 'penyedia', 'non_penyedia'));
alter table frozen add column staff_id uuid references staff;

-- Letters of the desk: to its own people, to an address that is no longer on file, and with words of a reply.
alter table link alter column position drop not null;
alter table link add column staff_id uuid references staff;
alter table link drop constraint link_kind_check;
alter table link add constraint link_kind_check check (kind in ('reset', 'notice', 'activate', 'cancel', 'invite'));
alter table letter alter column link_id drop not null;
alter table letter alter column position drop not null;
alter table letter
    add column staff_id uuid references staff,
    -- where it goes, in place of an address on file
    add column to_address text,
    add column entry_id uuid references case_entry,
    add column proposal_id uuid references proposal;
alter table letter drop constraint letter_kind_check;
alter table letter add constraint letter_kind_check check (kind in ('link', 'done', 'scheduled', 'cancelled', 'hint',
    'none', 'activate', 'activated', 'disabled', 'password-changed', 'codes-failing',
    'reply', 'manual-scheduled', 'manual-cancelled', 'address-changed', 'staff-invite', 'staff-notice'));
create index letter_ended on letter (ended_at) where state in ('failed', 'parked');

-- Who of the desk acted, and what happened to one request.
alter table event add column staff_id uuid;
create index event_staff on event (staff_id, at) where staff_id is not null;
create index event_request on event (request_id, at) where request_id is not null;

grant select, insert, update on staff, staff_factor, staff_session, staff_limit, desk_case, canned, proposal, evidence,
    overwrite to pulih_app;
grant select, insert on staff_change, case_entry, setting, decision to pulih_app;
grant delete on staff_session, overwrite to pulih_app;

-- Texts to begin with.
insert into canned (id, name, version, text_id, text_en) values
    (gen_random_uuid(), 'Tautan dikirim', 1,
        'Kami mengirim tautan reset ke email yang terdaftar di LPSE. Buka email terbaru dan klik Reset TOTP.',
        'We sent a reset link to the email address registered with LPSE. Open the newest email and click Reset TOTP.'),
    (gen_random_uuid(), 'Bukan email terdaftar', 1,
        'Demi keamanan, permintaan harus dari email yang terdaftar. Kami tidak bisa menyebutkan alamatnya.',
        'For your safety, requests must come from the registered email address. We cannot tell you which one that is.'),
    (gen_random_uuid(), 'Data kurang', 1,
        'Mohon kirim Nama Penyedia/Non Penyedia dan User ID. Jangan kirim password, Secret Key, atau kode TOTP.',
        'Please send the name of the Penyedia/Non Penyedia and the User ID. Do not send your password, Secret Key or TOTP code.'),
    (gen_random_uuid(), 'Jam HP', 1,
        'Aktifkan tanggal dan waktu otomatis, buka Cek jam, lalu coba kode baru.',
        'Switch on automatic date and time, open Check the clock, then try a new code.'),
    (gen_random_uuid(), 'Email hilang', 1,
        'Jika email terdaftar tidak bisa dibuka, siapkan surat kuasa dan identitas; ada masa tunggu 7 hari.',
        'If you cannot open the registered email, prepare a letter of authority and your identity card; there is a wait of 7 days.'),
    (gen_random_uuid(), 'Selesai', 1,
        'TOTP sudah direset. Lakukan Aktivasi TOTP dalam 72 jam.',
        'TOTP has been reset. Activate TOTP within 72 hours.');
