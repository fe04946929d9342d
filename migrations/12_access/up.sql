-- Keys of programs that read from elsewhere; only the SHA-256 of a token is kept.
create table access_key (
    id uuid primary key,
    purpose text not null check (purpose in ('log')),
    name text not null check (name <> '' and length(name) <= 80),
    token_hash bytea not null unique check (length(token_hash) = 32),
    created_at timestamptz not null default pulih.now(),
    expires_at timestamptz,
    revoked_at timestamptz,
    -- to the minute
    used_at timestamptz,
    uses bigint not null default 0
);
-- a name is somebody's until it is revoked
create unique index access_key_name on access_key (purpose, lower(name)) where revoked_at is null;

grant select, insert on access_key to pulih_app;
grant update (revoked_at, used_at, uses) on access_key to pulih_app;

alter table network_limit drop constraint network_limit_what_check;
alter table network_limit add constraint network_limit_what_check
    check (what in ('kirim', 'picture', 'password', 'log-key'));
