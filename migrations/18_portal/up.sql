-- Portals that keep their own login page and ask us for the second factor.
create table portal (
    id uuid primary key,
    -- how commands and addresses name it
    slug text not null unique check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and length(slug) <= 40),
    -- how people see it
    name text not null check (name <> '' and length(name) <= 80),
    -- where browsers go back to, with a grant, after a reset
    return_url text check (length(return_url) <= 500),
    created_at timestamptz not null default pulih.now()
);

-- Its keys: beside those that read the log.
alter table access_key
    add column portal_id uuid references portal,
    add column scopes text[] not null default '{}',
    -- where it may come from; empty for anywhere
    add column networks text[] not null default '{}';
alter table access_key drop constraint access_key_purpose_check;
alter table access_key add constraint access_key_purpose_check check (purpose in ('log', 'portal'));
alter table access_key add constraint access_key_of_portal check ((purpose = 'portal') = (portal_id is not null));
-- a portal has two keys while one takes the place of the other
drop index access_key_name;
create unique index access_key_name on access_key (lower(name)) where revoked_at is null and purpose = 'log';
create index access_key_portal on access_key (portal_id) where portal_id is not null;

alter table network_limit drop constraint network_limit_what_check;
alter table network_limit add constraint network_limit_what_check
    check (what in ('kirim', 'picture', 'password', 'log-key', 'portal-key'));

-- The portal where an account signs in; none for those that sign in here, whom every portal may ask about.
alter table account add column portal_id uuid references portal;
-- The portal by whose page or form a reset was asked.
alter table request add column portal_id uuid references portal;

-- A grant that was handed to a portal by its return URL: anew until the portal has shown it once.
alter table activation_grant
    add column portal_id uuid references portal,
    add column portal_hash bytea check (length(portal_hash) = 32),
    add column handed_at timestamptz,
    add column taken_at timestamptz,
    add constraint activation_grant_handed check ((portal_hash is null) = (handed_at is null)
        and (portal_hash is null or portal_id is not null) and (taken_at is null or handed_at is not null));

-- What a program was answered, for as long as it may ask the same again (Idempotency-Key).
create table api_answer (
    id uuid primary key,
    portal_id uuid not null references portal,
    key text not null check (key <> '' and length(key) <= 255),
    -- SHA-256 of method, path and body
    asked bytea not null check (length(asked) = 32),
    -- sealed; null once it may not be given again
    answer bytea,
    -- whom it is about
    account_id uuid references account,
    -- the enrolment whose secret it holds
    enrolment_id uuid,
    at timestamptz not null default pulih.now(),
    unique (portal_id, key)
);
create index api_answer_at on api_answer (at);
create index api_answer_account on api_answer (account_id) where account_id is not null;
create index api_answer_enrolment on api_answer (enrolment_id) where enrolment_id is not null;

-- Wrong codes for a User ID that nobody has: counted as those of an account are, so that time tells nothing.
create table stray_guess (
    -- SHA-256 of portal and folded User ID
    key bytea primary key check (length(key) = 32),
    -- newest first
    hits timestamptz[] not null,
    in_row integer not null
);

-- Guesses at a TOTP, right and wrong ones: what was judged before another one counts is judged again.
alter table credential add column guesses bigint not null default 0;

-- An erased person's answers go with the rest.
create function pulih.forget_answers() returns trigger
    language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
    delete from public.api_answer where account_id = new.account_id;
    return null;
end
$$;
create trigger erasure_forgets_answers after insert on erasure
    for each row execute function pulih.forget_answers();

grant select, insert on portal to pulih_app;
grant update (name, return_url) on portal to pulih_app;
grant select, insert, update, delete on api_answer, stray_guess to pulih_app;

alter table letter drop constraint letter_kind_check;
alter table letter add constraint letter_kind_check check (kind in ('link', 'done', 'scheduled', 'cancelled', 'hint',
    'none', 'activate', 'activated', 'disabled', 'password-changed', 'codes-failing',
    'reply', 'manual-scheduled', 'manual-cancelled', 'address-changed', 'staff-invite', 'staff-notice',
    'acknowledged', 'permitted', 'checkpoint', 'codes-renewed'));
