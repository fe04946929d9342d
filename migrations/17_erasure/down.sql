drop trigger review_mark_not_rewritten on review_mark;
drop trigger review_mark_append_only on review_mark;
create trigger review_mark_append_only before update or delete on review_mark
    for each row execute function pulih.refuse_change();
drop trigger account_stays_erased on account;
drop function pulih.stay_erased();
drop function pulih.erase_personal(uuid, uuid);
drop function pulih.erase_late();
drop function pulih.erasure_hindered(uuid, pulih.erasure_sets);
drop function pulih.erasable(uuid, pulih.erasure_sets);
drop function pulih.erasure_of(uuid);
drop type pulih.erasure_sets;
drop index request_typed;
drop index event_personal_typed;
drop index event_unattached;
-- proposals of this kind cannot stand without it; what was erased stays erased
alter table inbound drop column erasure_id;
alter table request drop column erasure_id;
drop table erased_event;
drop table erasure;
drop function pulih.erasure_told();
delete from decision where proposal_id in (select id from proposal where kind = 'erase');
delete from proposal where kind = 'erase';
alter table proposal drop constraint proposal_kind_check;
alter table proposal add constraint proposal_kind_check check (kind in ('reset', 'self-reset', 'address', 'protect', 'unprotect',
    'unlock', 'overwrite', 'staff-new', 'staff-roles', 'staff-mfa'));
