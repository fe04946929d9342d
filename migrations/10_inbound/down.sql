drop index account_name_key;
drop function pulih.name_key(text);
delete from domain_delay where p50_seconds is null;
alter table domain_delay drop column handed_p50_seconds, drop column handed_p95_seconds, drop column handed,
    alter column p50_seconds set not null, alter column p95_seconds set not null;
alter table letter drop column bounced_at, drop column bounce_status, drop column bounce_text;
drop index request_received;
create index request_received on request (asked_at) where state = 'received';
delete from letter where kind in ('acknowledged', 'permitted');
drop index link_permit;
drop index link_expiring;
create index link_expiring on link (expires_at) where ended_at is null and kind = 'reset';
delete from link where kind = 'permit';
alter table link drop constraint link_kind_check;
alter table link add constraint link_kind_check check (kind in ('reset', 'notice', 'activate', 'cancel', 'invite'));
drop index letter_acknowledged, letter_inbound;
alter table letter drop constraint letter_kind_check;
alter table letter add constraint letter_kind_check check (kind in ('link', 'done', 'scheduled', 'cancelled', 'hint',
    'none', 'activate', 'activated', 'disabled', 'password-changed', 'codes-failing',
    'reply', 'manual-scheduled', 'manual-cancelled', 'address-changed', 'staff-invite', 'staff-notice'));
alter table letter drop column inbound_id;
alter table request drop constraint request_type_known;
update request set typed_type = 'penyedia' where typed_type is null;
alter table request alter column typed_type set not null;
drop table mailbox;
drop table permission;
drop table inbound_match;
drop table inbound;
