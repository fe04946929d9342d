create or replace function pulih.seal(most integer, restored boolean) returns table (first bigint, hashes bytea)
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
