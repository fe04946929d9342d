-- What the auditor's pages walk, in the order of their lists: newest first, by time and id. Each costs every event that it
-- holds, so that whatever can be partial is.
create index event_at on event (at, id);
create index event_kind on event (kind, at, id);
create index event_refused on event (at, id) where outcome = 'refused';
-- a name of a member cannot stand within a text of JSON, where its quotation mark would be escaped
create index event_refusal on event (substring(body from '"refusal":"([^"]+)"'), at, id) where outcome = 'refused';
-- users and workers are most of everything: the walk over all finds them at once
create index event_actor on event (actor, at, id) where actor in ('staff', 'operator', 'portal');

-- Requests of nobody, by the User ID that was typed.
create index request_stranger on request (lower(typed_user_id), asked_at) where state = 'unmatched';

-- What auditors say about events they reviewed: the newest mark of an event counts, and none is ever changed.
create table review_mark (
    id uuid primary key,
    event_id uuid not null,
    event_at timestamptz not null,
    mark text not null check (mark in ('ok', 'question', 'finding')),
    note text not null,
    staff_id uuid not null references staff,
    at timestamptz not null default pulih.now()
);
create index review_mark_event on review_mark (event_id, at, id);
create index review_mark_open on review_mark (at, id) where mark <> 'ok';
create trigger review_mark_append_only before update or delete on review_mark
    for each row execute function pulih.refuse_change();
create trigger review_mark_not_truncated before truncate on review_mark
    for each statement execute function pulih.refuse_change();
grant select, insert on review_mark to pulih_app;
grant select on review_mark to pulih_auditor;
