-- Places outside that get copies of checkpoints, or the stream of events: how far each has come, and who is at it.
create table log_copy (
    place text primary key,
    kind text not null check (kind in ('file', 'syslog', 'http', 'mail', 'stream-file', 'stream-syslog')),
    -- leaves that lie there, or that its newest checkpoint covers
    size bigint not null default 0 check (size >= 0),
    -- when it got its last
    at timestamptz,
    tried_at timestamptz,
    -- why the last try failed, in plain words
    error text,
    failures integer not null default 0,
    -- what the place holds that this log cannot have grown from; nothing is sealed meanwhile
    contradiction text,
    next_at timestamptz not null default '-infinity',
    leased_by uuid,
    leased_until timestamptz not null default '-infinity'
);
grant select, insert, update on log_copy to pulih_app;

alter table letter drop constraint letter_kind_check;
alter table letter add constraint letter_kind_check check (kind in ('link', 'done', 'scheduled', 'cancelled', 'hint',
    'none', 'activate', 'activated', 'disabled', 'password-changed', 'codes-failing',
    'reply', 'manual-scheduled', 'manual-cancelled', 'address-changed', 'staff-invite', 'staff-notice',
    'acknowledged', 'permitted', 'checkpoint'));
