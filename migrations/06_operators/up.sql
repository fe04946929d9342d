-- What the operators' commands need.

-- `accounts import`: lines of a file wait here until the whole file is known to be right. Scratch: a crash may empty it.
create unlogged table account_import (
    import uuid not null,
    line bigint not null,
    account_id uuid not null,
    user_id text not null,
    user_id_folded text not null,
    kind text not null,
    name text not null,
    email text not null,
    email_folded text not null,
    email_2 text,
    email_2_folded text,
    password_hash text,
    credential_id uuid not null,
    sealed_secret bytea,
    protected boolean,
    staged_at timestamptz not null default pulih.now(),
    primary key (import, line)
);

grant select, insert, delete on account_import to pulih_app;

-- `doctor`: whether the tables are as new as the program.
grant select on __diesel_schema_migrations to pulih_app;
