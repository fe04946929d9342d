-- The event log: append-only, partitioned by month, each row with the canonical bytes that are hashed for ever.
create table event (
    id uuid not null,
    at timestamptz not null,
    kind text not null,
    outcome text not null check (outcome in ('done', 'refused')),
    actor text not null check (actor in ('user', 'worker', 'operator', 'staff', 'portal')),
    account_id uuid,
    request_id uuid,
    -- RFC 8785 JSON; its UTF-8 bytes are the leaf
    body text not null,
    primary key (id, at)
) partition by range (at);

-- What the commitments in the body open to. Erasing a person's details removes the row; the body stays.
create table event_personal (
    event_id uuid not null,
    at timestamptz not null,
    salt bytea not null check (length(salt) = 32),
    details jsonb not null,
    primary key (event_id, at)
) partition by range (at);

-- Events waiting for their leaf number, with what puts them in commit-safe order.
create table seal_queue (
    event_id uuid primary key,
    event_at timestamptz not null,
    txid xid8 not null default pg_current_xact_id(),
    system_identifier bigint not null
);
create index seal_queue_order on seal_queue (txid, event_id);

-- A logical restore brings old transaction ids into a cluster of another identity.
create function pulih.queue_for_seal() returns trigger
    language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
    insert into public.seal_queue (event_id, event_at, system_identifier)
    values (new.id, new.at, (select system_identifier from pg_control_system()));
    return null;
end
$$;
create trigger event_queued after insert on event for each row execute function pulih.queue_for_seal();

create function pulih.refuse_change() returns trigger
    language plpgsql
as $$
begin
    raise exception '% is append-only', tg_table_name using errcode = 'insufficient_privilege';
end
$$;
create trigger event_append_only before update or delete on event
    for each row execute function pulih.refuse_change();
create trigger event_not_truncated before truncate on event
    for each statement execute function pulih.refuse_change();
create trigger event_personal_not_updated before update on event_personal
    for each row execute function pulih.refuse_change();
create trigger event_personal_not_truncated before truncate on event_personal
    for each statement execute function pulih.refuse_change();

-- Makes the monthly partitions from last month to `months` ahead; safe to call at any time, by anybody.
create function pulih.make_partitions(months integer) returns integer
    language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
    first date := (date_trunc('month', pulih.now() at time zone 'UTC') - interval '1 month')::date;
    parent text;
    month date;
    child text;
    made integer := 0;
begin
    if months not between 0 and 120 then
        raise exception 'months must be between 0 and 120';
    end if;
    perform pg_advisory_xact_lock(hashtext('pulih.make_partitions'));
    for i in 0 .. months + 1 loop
        month := (first + make_interval(months => i))::date;
        foreach parent in array array['event', 'event_personal'] loop
            child := parent || to_char(month, '_YYYY_MM');
            if to_regclass('public.' || child) is null then
                execute format('create table public.%I partition of public.%I for values from (%L) to (%L)', child, parent,
                    month::timestamp at time zone 'UTC', (month + interval '1 month') at time zone 'UTC');
                -- a trigger on TRUNCATE is not handed down to partitions
                execute format('create trigger %I before truncate on public.%I
                    for each statement execute function pulih.refuse_change()', parent || '_not_truncated', child);
                made := made + 1;
            end if;
        end loop;
    end loop;
    return made;
end
$$;
select pulih.make_partitions(13);

grant select, insert on event, event_personal to pulih_app;
grant select on seal_queue to pulih_app;
grant execute on function pulih.make_partitions(integer) to pulih_app;
