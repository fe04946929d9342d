drop index event_account;
drop table password_limit, code_limit, known_browser, enrolment;
delete from letter where kind in ('activate', 'activated', 'disabled', 'password-changed', 'codes-failing')
    or link_id in (select id from link where request_id is null or kind = 'activate');
delete from link where request_id is null or kind = 'activate';
drop index letter_recent;
create index letter_recent on letter (account_id, queued_at) where kind in ('link', 'hint') and not uncounted;
alter table letter drop column place;
alter table letter drop constraint letter_kind_check;
alter table letter add constraint letter_kind_check check (kind in ('link', 'done', 'scheduled', 'cancelled', 'hint', 'none'));
alter table link drop column grant_id;
alter table link drop constraint link_kind_check;
alter table link add constraint link_kind_check check (kind in ('reset', 'notice'));
alter table link alter column request_id set not null;
delete from activation_grant where source = 'renewed';
alter table activation_grant drop constraint activation_grant_source_check;
alter table activation_grant add constraint activation_grant_source_check check (source in ('reset', 'disable', 'manual'));
delete from network_limit where what = 'password';
alter table network_limit drop constraint network_limit_what_check;
alter table network_limit add constraint network_limit_what_check check (what in ('kirim', 'picture'));
alter table account drop column imported_hash_sha256;
drop index credential_account;
alter table credential drop column burned;
drop index session_account;
drop index session_expiring;
alter table session drop column level, drop column browser_hash, drop column browser_name, drop column network,
    drop column seen_at, drop column expires_at, drop column activated;
