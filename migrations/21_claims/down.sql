delete from letter where kind = 'portal-claimed';
alter table letter drop constraint letter_kind_check;
alter table letter add constraint letter_kind_check check (kind in ('link', 'done', 'scheduled', 'cancelled', 'hint',
    'none', 'activate', 'activated', 'disabled', 'password-changed', 'codes-failing',
    'reply', 'manual-scheduled', 'manual-cancelled', 'address-changed', 'staff-invite', 'staff-notice',
    'acknowledged', 'permitted', 'checkpoint', 'codes-renewed'));
alter table account drop column portal_since;
