-- The ground: our schema for functions, the one clock SQL asks, and the roles.
create schema pulih;

-- Every time that decides something comes from here. Tests replace it in their template database.
create function pulih.now() returns timestamptz
    language sql volatile parallel safe
    as 'select clock_timestamp()';

-- Group roles: the operator grants them to login roles. They belong to the cluster, so another database may have made them.
do $$
begin
    if not exists (select from pg_roles where rolname = 'pulih_app') then
        create role pulih_app nologin;
    end if;
    if not exists (select from pg_roles where rolname = 'pulih_auditor') then
        create role pulih_auditor nologin;
    end if;
exception when duplicate_object or unique_violation then
    null;
end
$$;

grant usage on schema pulih to pulih_app, pulih_auditor;
