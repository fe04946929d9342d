drop index event_request, event_staff;
alter table event drop column staff_id;
drop index letter_ended;
delete from letter where link_id is null or position is null or kind in ('reply', 'manual-scheduled', 'manual-cancelled',
    'address-changed', 'staff-invite', 'staff-notice');
alter table letter drop constraint letter_kind_check;
alter table letter add constraint letter_kind_check check (kind in ('link', 'done', 'scheduled', 'cancelled', 'hint',
    'none', 'activate', 'activated', 'disabled', 'password-changed', 'codes-failing'));
alter table letter drop column staff_id, drop column to_address, drop column entry_id, drop column proposal_id;
alter table letter alter column link_id set not null;
alter table letter alter column position set not null;
delete from link where position is null or kind in ('cancel', 'invite');
alter table link drop constraint link_kind_check;
alter table link add constraint link_kind_check check (kind in ('reset', 'notice', 'activate'));
alter table link drop column staff_id;
alter table link alter column position set not null;
delete from frozen where scope = 'manual';
alter table frozen drop column staff_id;
alter table frozen drop constraint frozen_scope_check;
alter table frozen add constraint frozen_scope_check check (scope in ('web', 'penyedia', 'non_penyedia'));
drop index address_folded, account_user_id_prefix, account_care;
alter table account drop column address_changed_by;
drop index request_open, request_account, request_case, request_renewed, request_queued;
alter table account_import drop column staff_id, drop column file_sha256;
drop table overwrite, evidence, decision, proposal, setting, canned, case_entry;
alter table request drop column case_id, drop column renew_at;
drop table desk_case, staff_limit, staff_session, staff_factor, staff_change, staff;
update request set queue_reason = 'help' where queue_reason in ('manual', 'mail');
alter table request drop constraint request_queue_reason_check;
alter table request add constraint request_queue_reason_check
    check (queue_reason in ('undeliverable', 'late', 'help', 'disputed'));
update request set state = 'closed', ended_at = coalesce(ended_at, pulih.now()) where state in ('proposed', 'contested');
alter table request drop constraint request_state_check;
alter table request add constraint request_state_check check (state in ('received', 'sending', 'unmatched', 'mailed', 'opened',
    'waiting', 'done', 'cancelled', 'expired', 'undeliverable', 'rejected', 'closed'));
create index request_open on request (account_id)
    where state in ('sending', 'mailed', 'opened', 'waiting', 'expired', 'undeliverable');
