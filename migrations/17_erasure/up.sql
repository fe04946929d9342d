-- Erasing a person's details while every proof stays: what goes, who lets it go, and that it went.
create table erasure (
    id uuid primary key,
    account_id uuid not null unique references account,
    proposal_id uuid not null unique references proposal,
    at timestamptz not null default pulih.now(),
    -- how much went, by what it was
    counts jsonb not null
);

-- Events of no account and no request whose details went too: a search by the person's User ID, a mail from their address.
create table erased_event (
    event_id uuid primary key,
    erasure_id uuid not null references erasure
);

-- What went of requests and mails, also of those that were matched with nobody.
alter table request add column erasure_id uuid references erasure;
alter table inbound add column erasure_id uuid references erasure;

alter table proposal drop constraint proposal_kind_check;
alter table proposal add constraint proposal_kind_check check (kind in ('reset', 'self-reset', 'address', 'protect', 'unprotect',
    'unlock', 'overwrite', 'staff-new', 'staff-roles', 'staff-mfa', 'erase'));

-- Events that hold what was typed and belong to nobody: few, and looked through for each erasure.
create index event_unattached on event (kind, at) where account_id is null and request_id is null
    and kind in ('account.searched', 'login.password', 'inbound.read', 'audit.searched', 'audit.export-asked', 'audit.marked');

-- What an auditor wrote about an event may name its person: a mark stays, and its note may be emptied.
do $$
begin
    if to_regclass('public.review_mark') is not null then
        drop trigger review_mark_append_only on review_mark;
        create trigger review_mark_append_only before delete on review_mark
            for each row execute function pulih.refuse_change();
        create trigger review_mark_not_rewritten before update on review_mark
            for each row when (new.note <> '' or (old.id, old.event_id, old.event_at, old.mark, old.staff_id, old.at)
                is distinct from (new.id, new.event_id, new.event_at, new.mark, new.staff_id, new.at))
            execute function pulih.refuse_change();
    end if;
end
$$;

-- What holds the person, as sets: what is counted for the one who confirms is what goes. Addresses that are theirs alone.
create function pulih.erasure_addresses(whose uuid) returns setof text
    language sql stable set search_path = pg_catalog, pg_temp
as $$
    select d.folded from public.address d where d.account_id = whose
        and not exists (select from public.address o where o.folded = d.folded and o.account_id <> whose)
$$;

-- Mails that may be about this account and no other: from its address, or naming its User ID.
create function pulih.erasure_matches(whose uuid) returns setof uuid
    language sql stable set search_path = pg_catalog, pg_temp
as $$
    select m.inbound_id from public.inbound_match m
    join public.inbound i on i.id = m.inbound_id
    left join public.request r on r.id = i.request_id
    where m.account_id = whose and m.how in ('address', 'user-id') and (r.account_id is null or r.account_id = whose)
        and not exists (select from public.inbound_match o
            where o.inbound_id = m.inbound_id and o.account_id <> whose and o.how in ('address', 'user-id'))
$$;

-- Its requests, and those matched with nobody that typed its User ID or its address, or began with such a mail.
create function pulih.erasure_requests(whose uuid) returns setof uuid
    language sql stable set search_path = pg_catalog, pg_temp
as $$
    select r.id from public.request r where r.account_id = whose
    union
    select r.id from public.request r, public.account a
    where a.id = whose and r.account_id is null and (lower(btrim(r.typed_user_id)) = a.user_id_folded
        or lower(btrim(r.typed_address)) in (select * from pulih.erasure_addresses(whose))
        or r.id in (select i.request_id from public.inbound i where i.id in (select * from pulih.erasure_matches(whose))))
$$;

create function pulih.erasure_cases(whose uuid) returns setof uuid
    language sql stable set search_path = pg_catalog, pg_temp
as $$
    select c.id from public.desk_case c
    where c.account_id = whose or c.request_id in (select * from pulih.erasure_requests(whose))
$$;

create function pulih.erasure_mails(whose uuid) returns setof uuid
    language sql stable set search_path = pg_catalog, pg_temp
as $$
    select * from pulih.erasure_matches(whose)
    union select i.id from public.inbound i where i.request_id in (select * from pulih.erasure_requests(whose))
        or i.case_id in (select * from pulih.erasure_cases(whose))
        or i.from_folded in (select * from pulih.erasure_addresses(whose))
        or i.letter_id in (select l.id from public.letter l where l.account_id = whose)
    union select p.inbound_id from public.permission p where p.account_id = whose
$$;

create function pulih.erasure_letters(whose uuid) returns setof uuid
    language sql stable set search_path = pg_catalog, pg_temp
as $$
    select l.id from public.letter l where l.account_id = whose
        or l.request_id in (select * from pulih.erasure_requests(whose))
        or l.inbound_id in (select * from pulih.erasure_mails(whose))
        or l.link_id in (select k.id from public.link k where k.account_id = whose)
        or l.proposal_id in (select p.id from public.proposal p where p.account_id = whose)
        or l.entry_id in (select e.id from public.case_entry e where e.case_id in (select * from pulih.erasure_cases(whose)))
$$;

-- Events whose details hold it. `stray`: of no account and no request, known by what was typed.
create function pulih.erasure_events(whose uuid) returns table (id uuid, at timestamptz, stray boolean)
    language sql stable set search_path = pg_catalog, pg_temp
as $$
    with mails as (select m as id from pulih.erasure_mails(whose) m),
    words as (
        select a.user_id_folded as word from public.account a where a.id = whose
        union select * from pulih.erasure_addresses(whose)),
    own as (
        select e.id, e.at, false as stray from public.event e where e.account_id = whose
        union select e.id, e.at, false from public.event e
            where e.request_id in (select * from pulih.erasure_requests(whose))),
    typed as (
        select e.id, e.at, e.kind, e.body from public.event e
        where e.account_id is null and e.request_id is null
            and e.kind in ('account.searched', 'login.password', 'inbound.read', 'audit.searched', 'audit.export-asked',
                'audit.marked'))
    select o.id, o.at, o.stray from own o join public.event_personal p on p.event_id = o.id and p.at = o.at
    union all
    select t.id, t.at, true from typed t join public.event_personal p on p.event_id = t.id and p.at = t.at
    -- a search is for the beginning of a User ID or an address: one that says half of it says whose
    where (t.kind in ('account.searched', 'login.password') and exists (
            select from words w, lower(btrim(coalesce(p.details ->> 'term', p.details ->> 'user_id'))) as term
            where w.word = term
                or (t.kind = 'account.searched' and starts_with(w.word, term) and length(term) * 2 >= length(w.word))))
        or (t.kind = 'inbound.read' and (t.body::jsonb -> 'subject' ->> 'mail')::uuid in (select id from mails))
        or (t.kind = 'audit.marked' and (t.body::jsonb -> 'facts' ->> 'event')::uuid in (select id from own))
        or (t.kind in ('audit.searched', 'audit.export-asked') and exists (
            select from words w
            where w.word = any (regexp_split_to_array(lower(p.details ->> 'query'), '[[:space:]":,]+'))))
$$;

-- How much would go.
create function pulih.erasable(whose uuid) returns table (events bigint, requests bigint, letters bigint, mails bigint,
    notes bigint, addresses bigint, files bigint, proposals bigint)
    language sql stable set search_path = pg_catalog, pg_temp
as $$
    select (select count(*) from pulih.erasure_events(whose)), (select count(*) from pulih.erasure_requests(whose)),
        (select count(*) from pulih.erasure_letters(whose)), (select count(*) from pulih.erasure_mails(whose)),
        (select count(*) from public.case_entry e where e.case_id in (select * from pulih.erasure_cases(whose))),
        (select count(*) from public.address d where d.account_id = whose),
        (select count(*) from public.evidence f join public.proposal p on p.id = f.proposal_id where p.account_id = whose),
        (select count(*) from public.proposal p where p.account_id = whose and p.kind <> 'erase')
$$;

-- What is still under way, and has to end first.
create function pulih.erasure_hindered(whose uuid) returns table (requests bigint, cases bigint, proposals bigint,
    letters bigint)
    language sql stable set search_path = pg_catalog, pg_temp
as $$
    select (select count(*) from public.request r where r.id in (select * from pulih.erasure_requests(whose))
            and r.state in ('received', 'sending', 'mailed', 'opened', 'proposed', 'waiting', 'contested')),
        (select count(*) from public.desk_case c where c.id in (select * from pulih.erasure_cases(whose))
            and c.closed_at is null),
        (select count(*) from public.proposal p where p.account_id = whose and p.kind <> 'erase' and p.ended_at is null),
        (select count(*) from public.letter l where l.id in (select * from pulih.erasure_letters(whose))
            and l.state = 'leased')
$$;

-- Erases the person of an account, and ends the proposal that asks for it. It does so only while the approval of that
-- proposal is being written: by an auditor, who is another person than the admin who proposed it, in this very
-- transaction. The app's role cannot delete what this deletes by any other way.
create function pulih.erase_personal(as_erasure uuid, of_proposal uuid) returns void
    language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
    whose uuid;
    short text := right(replace(as_erasure::text, '-', ''), 12);
    requests uuid[];
    cases uuid[];
    mails uuid[];
    letters uuid[];
    proposals uuid[];
    events uuid[];
    times timestamptz[];
    strays uuid[];
    told jsonb;
    gone bigint;
begin
    select p.account_id into whose from public.proposal p
    join public.staff o on o.id = p.proposed_by and o.status = 'active'
    join public.decision d on d.proposal_id = p.id and d.verdict = 'approve' and d.xmin = pg_current_xact_id()::xid
    join public.staff s on s.id = d.staff_id and s.status = 'active' and 'auditor' = any (s.roles)
    where p.id = of_proposal and p.kind = 'erase' and p.state = 'proposed' and p.expires_at > pulih.now()
        and s.id <> o.id and s.employee_number_folded <> o.employee_number_folded;
    if whose is null then
        raise exception 'nobody agreed to this erasure' using errcode = 'insufficient_privilege';
    end if;
    perform from public.account a where a.id = whose for update;
    if (select h.requests + h.cases + h.proposals + h.letters from pulih.erasure_hindered(whose) h) > 0 then
        raise exception 'something of account % is under way', whose;
    end if;

    select array_agg(r) into requests from pulih.erasure_requests(whose) r;
    select array_agg(c) into cases from pulih.erasure_cases(whose) c;
    select array_agg(m) into mails from pulih.erasure_mails(whose) m;
    select array_agg(l) into letters from pulih.erasure_letters(whose) l;
    select array_agg(p.id) into proposals from public.proposal p where p.account_id = whose;
    select array_agg(e.id), array_agg(e.at), array_agg(e.id) filter (where e.stray) into events, times, strays
        from pulih.erasure_events(whose) e;
    select to_jsonb(e) into told from pulih.erasable(whose) e;

    insert into public.erasure (id, account_id, proposal_id, counts) values (as_erasure, whose, of_proposal, told);
    insert into public.erased_event (event_id, erasure_id) select s, as_erasure from unnest(strays) s;

    delete from public.event_personal p using unnest(events, times) as e (id, at)
        where p.event_id = e.id and p.at = e.at;
    get diagnostics gone = row_count;
    if gone <> (told ->> 'events')::bigint then
        raise exception 'details of % events went, not %', gone, told ->> 'events';
    end if;

    update public.request set typed_user_id = 'erased-' || short, typed_address = '', browser_hash = null, browser_name = null,
        network = null, erasure_id = as_erasure
        where id = any (requests);
    update public.link set ended_at = coalesce(ended_at, pulih.now()), end_reason = coalesce(end_reason, 'cancelled'),
        step_until = null, spent_by = null
        where account_id = whose or request_id = any (requests);
    update public.letter set to_address = null, place = null, domain = null, server_text = null, bounce_text = null,
        ended_at = case when state = 'queued' then pulih.now() else ended_at end,
        state = case when state = 'queued' then 'dropped' else state end
        where id = any (letters);
    update public.case_entry set text = '' where case_id = any (cases);

    delete from public.inbound_match where account_id = whose or inbound_id = any (mails);
    update public.inbound set sealed_raw = null, sealed_message = null, judgement = null, message_id = null,
        from_address = null, from_folded = null, subject = null, client = null, helo = null, envelope_sender = null,
        envelope_recipient = null, erasure_id = as_erasure
        where id = any (mails);
    update public.permission set message_id = 'erased-' || id, browser_hash = sha256(''),
        ended_at = coalesce(ended_at, pulih.now())
        where account_id = whose or inbound_id = any (mails);

    -- what the erasure itself was proposed for stays: its reason and the number of its legal document
    update public.proposal set note = '', called_number = null, change = '{}',
        evidence = case when id = of_proposal then evidence end
        where id = any (proposals);
    update public.decision set reason = '' where proposal_id = any (proposals);
    update public.evidence set name = '', sealed = null where proposal_id = any (proposals);
    delete from public.overwrite where proposal_id = any (proposals);

    -- what auditors took along, or are about to
    if to_regclass('public.review_mark') is not null then
        update public.review_mark m set note = '' from public.event e
            where e.id = m.event_id and e.at = m.event_at and m.note <> ''
                and (e.account_id = whose or e.request_id = any (requests));
    end if;
    if to_regclass('public.export') is not null then
        delete from public.export_part where export_id in (select x.id from public.export x where x.personal_too);
        update public.export set state = 'failed', ended_at = coalesce(ended_at, pulih.now()), leased_by = null,
            leased_until = null, sha256 = null, manifest = null, expires_at = null
            where personal_too and (ended_at is null or expires_at > pulih.now());
        update public.export x set query = '' from public.account a
            where a.id = whose and strpos(lower(x.query), a.user_id_folded) > 0;
    end if;

    delete from public.session where account_id = whose;
    delete from public.enrolment where account_id = whose;
    delete from public.known_browser where account_id = whose;
    delete from public.code_limit where account_id = whose;
    delete from public.recovery_code where account_id = whose;
    update public.credential set sealed_secret = null, last_step = null, burned = '{}',
        revoked_at = coalesce(revoked_at, pulih.now())
        where account_id = whose;
    update public.activation_grant set secret_hash = null,
        revoked_at = case when used_at is null then coalesce(revoked_at, pulih.now()) else revoked_at end
        where account_id = whose;
    delete from public.account_import i using public.account a
        where a.id = whose and (i.account_id = whose or i.user_id_folded = a.user_id_folded);
    delete from public.address where account_id = whose;
    -- no User ID is folded to capitals, so nobody can type this one
    update public.account set user_id = 'erased-' || short, user_id_folded = 'ERASED-' || short, name = 'erased-' || short,
        password_hash = null, imported_hash_sha256 = null, status = 'locked', locked_reason = 'erased'
        where id = whose;
    update public.proposal set state = 'done', ended_at = pulih.now() where id = of_proposal;
end
$$;
revoke all on function pulih.erase_personal(uuid, uuid) from public;
grant execute on function pulih.erase_personal(uuid, uuid) to pulih_app;

-- No event, no erasure: looked at as the transaction commits.
create function pulih.erasure_told() returns trigger
    language plpgsql
as $$
begin
    if not exists (select from public.event e where e.account_id = new.account_id and e.kind = 'erase.approved'
        and e.outcome = 'done' and e.body::jsonb -> 'subject' ->> 'proposal' = new.proposal_id::text) then
        raise exception 'the log does not tell of erasure %', new.id;
    end if;
    return null;
end
$$;
create constraint trigger erasure_told after insert on erasure deferrable initially deferred
    for each row execute function pulih.erasure_told();

-- What was erased stays so.
create trigger erasure_append_only before update or delete on erasure for each row execute function pulih.refuse_change();
create trigger erased_event_append_only before update or delete on erased_event
    for each row execute function pulih.refuse_change();
create function pulih.stay_erased() returns trigger
    language plpgsql
as $$
begin
    raise exception 'account % was erased', old.id using errcode = 'insufficient_privilege';
end
$$;
create trigger account_stays_erased before update on account for each row when (old.locked_reason = 'erased')
    execute function pulih.stay_erased();

grant select on erasure, erased_event to pulih_app;
