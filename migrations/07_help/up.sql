-- When its person asked for help: shown to the browser that asked, so it must not depend on why else the request stands
-- in the helpdesk's queue.
alter table request add column help_asked_at timestamptz;
