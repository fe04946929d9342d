delete from letter where kind = 'codes-renewed';
alter table letter drop constraint letter_kind_check;
alter table letter add constraint letter_kind_check check (kind in ('link', 'done', 'scheduled', 'cancelled', 'hint',
    'none', 'activate', 'activated', 'disabled', 'password-changed', 'codes-failing',
    'reply', 'manual-scheduled', 'manual-cancelled', 'address-changed', 'staff-invite', 'staff-notice',
    'acknowledged', 'permitted', 'checkpoint'));
drop trigger erasure_forgets_answers on erasure;
drop function pulih.forget_answers();
alter table credential drop column guesses;
drop table stray_guess;
drop table api_answer;
alter table activation_grant drop column portal_id, drop column portal_hash, drop column handed_at, drop column taken_at;
alter table request drop column portal_id;
alter table account drop column portal_id;
delete from network_limit where what = 'portal-key';
alter table network_limit drop constraint network_limit_what_check;
alter table network_limit add constraint network_limit_what_check
    check (what in ('kirim', 'picture', 'password', 'log-key'));
delete from access_key where purpose = 'portal';
drop index access_key_name;
create unique index access_key_name on access_key (purpose, lower(name)) where revoked_at is null;
alter table access_key drop constraint access_key_of_portal;
alter table access_key drop constraint access_key_purpose_check;
alter table access_key add constraint access_key_purpose_check check (purpose in ('log'));
alter table access_key drop column portal_id, drop column scopes, drop column networks;
drop table portal;
