drop function pulih.seal(integer, boolean);
create or replace function pulih.queue_for_seal() returns trigger
    language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
    insert into public.seal_queue (event_id, event_at, system_identifier)
    values (new.id, new.at, (select system_identifier from pg_control_system()));
    return null;
end
$$;
alter table seal_queue drop column hash;
alter table event drop constraint event_body_fits;
drop table checkpoint;
drop function pulih.checkpoint_fits();
alter function pulih.make_partitions(integer) reset lock_timeout;
revoke select on event, seal_queue from pulih_auditor;
drop table tile;
drop function pulih.tile_fits();
drop table leaf;
