-- The log that proves itself: each event has a leaf, leaves stand in tiles (C2SP tlog-tiles), tiles under a signed checkpoint.
create table leaf (
    index bigint primary key check (index >= 0),
    event_id uuid not null unique,
    event_at timestamptz not null,
    -- SHA-256(0x00 ‖ the event's body), as RFC 6962 hashes a leaf
    hash bytea not null check (length(hash) = 32)
);

-- Full tiles alone: what stands in the last one of each level is read from what is below it.
create table tile (
    level smallint not null check (level between 0 and 7),
    index bigint not null check (index >= 0),
    hashes bytea not null check (length(hashes) = 8192),
    -- the node over the whole tile, which stands in the tile above
    root bytea not null check (length(root) = 32),
    primary key (level, index)
);

create table checkpoint (
    size bigint primary key check (size > 0),
    root bytea not null check (length(root) = 32),
    -- the signed note (C2SP signed-note)
    note text not null,
    at timestamptz not null default pulih.now()
);
create index checkpoint_at on checkpoint (at);

-- The leaf is hashed as the event is written: what is changed before it is sealed no longer fits.
alter table seal_queue add column hash bytea check (length(hash) = 32);
update seal_queue q set hash = sha256('\x00'::bytea || convert_to(e.body, 'UTF8'))
    from event e where e.id = q.event_id and e.at = q.event_at;
alter table seal_queue alter column hash set not null;

create or replace function pulih.queue_for_seal() returns trigger
    language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
    -- the key of a partitioned table holds the time too: an id that was sealed could come again at another one
    if exists (select from public.leaf l where l.event_id = new.id) then
        raise exception 'event % has its leaf already', new.id using errcode = 'unique_violation';
    end if;
    insert into public.seal_queue (event_id, event_at, system_identifier, hash)
    values (new.id, new.at, (select system_identifier from pg_control_system()),
        sha256('\x00'::bytea || convert_to(new.body, 'UTF8')));
    return null;
end
$$;

-- Gives leaves to at most `most` events that wait, in commit-safe order, and empties the queue of them; one caller at a
-- time. It answers with the first leaf's index and all their hashes, or with no row where there is nothing to do.
--
-- Whatever has a transaction id below the horizon has committed or never will, so no later event can belong before it.
-- Rows of another system identifier came with a logical restore: their transactions are over, and they go first.
create function pulih.seal(most integer, restored boolean) returns table (first bigint, hashes bytea)
    language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
    own bigint := (select system_identifier from pg_control_system());
    start bigint;
begin
    if not pg_try_advisory_xact_lock(hashtext('pulih.seal')) then
        return;
    end if;
    select coalesce(max(l.index) + 1, 0) into start from public.leaf l;
    return query
    with chosen as (
        select q.event_id, q.event_at, q.hash, row_number() over (order by q.txid, q.event_id) - 1 as place
        from (
            select * from public.seal_queue w
            where case when restored then w.system_identifier <> own
                else w.system_identifier = own and w.txid < pg_snapshot_xmin(pg_current_snapshot()) end
                and not exists (select from public.leaf l where l.event_id = w.event_id)
            order by w.txid, w.event_id
            limit most
        ) q
    ), numbered as (
        insert into public.leaf (index, event_id, event_at, hash)
        select start + c.place, c.event_id, c.event_at, c.hash from chosen c
        returning leaf.index, leaf.event_id, leaf.hash
    ), emptied as (
        delete from public.seal_queue q using chosen c where q.event_id = c.event_id
    )
    select start, string_agg(n.hash, ''::bytea order by n.index) from numbered n having count(*) > 0;
end
$$;
revoke all on function pulih.seal(integer, boolean) from public;
grant execute on function pulih.seal(integer, boolean) to pulih_app;

do $$
declare
    name text;
begin
    foreach name in array array['leaf', 'tile', 'checkpoint'] loop
        execute format('create trigger %I before update or delete on %I for each row execute function pulih.refuse_change()',
            name || '_append_only', name);
        execute format('create trigger %I before truncate on %I for each statement execute function pulih.refuse_change()',
            name || '_not_truncated', name);
    end loop;
end
$$;

-- A checkpoint is about the log as it stands: one for a size that is still to come would stand in the way for ever.
create function pulih.checkpoint_fits() returns trigger
    language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
    if new.size <> (select coalesce(max(l.index) + 1, 0) from public.leaf l) then
        raise exception 'a checkpoint of % leaves does not fit the log', new.size using errcode = 'check_violation';
    end if;
    return new;
end
$$;
create trigger checkpoint_fits before insert on checkpoint for each row execute function pulih.checkpoint_fits();

-- The same for a tile: only what is full has one, and it holds what stands below it.
create function pulih.tile_fits() returns trigger
    language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
    if (new.index + 1) * power(256::numeric, new.level + 1) > (select coalesce(max(l.index) + 1, 0) from public.leaf l) then
        raise exception 'tile % of level % is not full', new.index, new.level using errcode = 'check_violation';
    end if;
    if new.hashes is distinct from (case new.level
        when 0 then (select string_agg(l.hash, ''::bytea order by l.index) from public.leaf l
            where l.index >= new.index * 256 and l.index < (new.index + 1) * 256)
        else (select string_agg(t.root, ''::bytea order by t.index) from public.tile t
            where t.level = new.level - 1 and t.index >= new.index * 256 and t.index < (new.index + 1) * 256) end) then
        raise exception 'tile % of level % holds something else', new.index, new.level using errcode = 'check_violation';
    end if;
    return new;
end
$$;
create trigger tile_fits before insert on tile for each row execute function pulih.tile_fits();

-- What a bundle of entries can hold (C2SP tlog-tiles), whose lengths are a u16; and what one line can, for whoever streams them.
alter table event add constraint event_body_fits check (octet_length(body) <= 65535 and body !~ '[\x01-\x1f]');

-- A month's partition is made while people write and auditors read: it waits its turn for a moment, and comes again later.
alter function pulih.make_partitions(integer) set lock_timeout = '2s';

grant select on leaf, tile, checkpoint to pulih_app, pulih_auditor;
-- ids, times and hashes of what waits
grant select on seal_queue to pulih_auditor;
-- bodies hold commitments alone
grant select on event to pulih_auditor;
grant insert on tile to pulih_app;
-- not its time, which is the database's
grant insert (size, root, note) on checkpoint to pulih_app;
