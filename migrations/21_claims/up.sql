-- Since when an account signs in at its portal: a reset that was asked before does not lead there. Null where it was so from
-- the start.
alter table account add column portal_since timestamptz;

-- The owner is told that a portal took the account.
alter table letter drop constraint letter_kind_check;
alter table letter add constraint letter_kind_check check (kind in ('link', 'done', 'scheduled', 'cancelled', 'hint',
    'none', 'activate', 'activated', 'disabled', 'password-changed', 'codes-failing',
    'reply', 'manual-scheduled', 'manual-cancelled', 'address-changed', 'staff-invite', 'staff-notice',
    'acknowledged', 'permitted', 'checkpoint', 'codes-renewed', 'portal-claimed'));
