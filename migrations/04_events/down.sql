drop function pulih.make_partitions(integer);
drop table seal_queue;
drop table event_personal;
drop table event;
drop function pulih.refuse_change();
drop function pulih.queue_for_seal();
