drop index event_personal_asked_address;
drop index event_personal_asked;
drop index erased_event_erasure;
create or replace function pulih.erasure_told() returns trigger
    language plpgsql
as $$
begin
    if not exists (select from public.event e where e.account_id = new.account_id and e.kind = 'erase.approved'
        and e.outcome = 'done' and strpos(e.body, '"proposal":"' || new.proposal_id || '"') > 0) then
        raise exception 'the log does not tell of erasure %', new.id;
    end if;
    return null;
end
$$;
create or replace function pulih.erase_late() returns bigint
    language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
    gone bigint;
begin
    delete from public.event_personal p using (
        select e.id, e.at from public.erasure x
            join public.event e on e.account_id = x.account_id and e.at > x.at - interval '1 day'
            where x.at > pulih.now() - interval '7 days'
        union
        select e.id, e.at from public.erasure x join public.request r on r.erasure_id = x.id
            join public.event e on e.request_id = r.id and e.at > x.at - interval '1 day'
            where x.at > pulih.now() - interval '7 days') e
        where p.event_id = e.id and p.at = e.at;
    get diagnostics gone = row_count;
    return gone;
end
$$;
create or replace function pulih.erase_personal(as_erasure uuid, of_proposal uuid) returns void
    language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
    whose uuid;
    short text := right(replace(as_erasure::text, '-', ''), 12);
    s pulih.erasure_sets;
    proposals uuid[];
    told jsonb;
    gone bigint;
begin
    select p.account_id into whose from public.proposal p
    join public.staff o on o.id = p.proposed_by and o.status = 'active'
    join public.decision d on d.proposal_id = p.id and d.verdict = 'approve' and d.xmin = pg_current_xact_id()::xid
    join public.staff u on u.id = d.staff_id and u.status = 'active' and 'auditor' = any (u.roles)
    where p.id = of_proposal and p.kind = 'erase' and p.state = 'proposed' and p.expires_at > pulih.now()
        and u.id <> o.id and u.employee_number_folded <> o.employee_number_folded;
    if whose is null then
        raise exception 'nobody agreed to this erasure' using errcode = 'insufficient_privilege';
    end if;
    perform from public.account a where a.id = whose for update;
    s := pulih.erasure_of(whose);
    if (select h.open_requests + h.open_cases + h.open_proposals + h.open_letters + h.open_marks
        from pulih.erasure_hindered(whose, s) h) > 0 then
        raise exception 'something of account % is under way', whose;
    end if;
    select array_agg(p.id) into proposals from public.proposal p where p.account_id = whose;
    select to_jsonb(e) into told from pulih.erasable(whose, s) e;

    insert into public.erasure (id, account_id, proposal_id, counts) values (as_erasure, whose, of_proposal, told);
    insert into public.erased_event (event_id, erasure_id) select t, as_erasure from unnest(s.strays) t;

    delete from public.event_personal p using unnest(s.events, s.times) as e (id, at)
        where p.event_id = e.id and p.at = e.at;
    get diagnostics gone = row_count;
    if gone <> (told ->> 'events')::bigint then
        raise exception 'details of % events went, not %', gone, told ->> 'events';
    end if;

    update public.request set typed_user_id = 'erased-' || short, typed_address = '', browser_hash = null, browser_name = null,
        network = null, erasure_id = as_erasure
        where id = any (s.requests);
    update public.link set ended_at = coalesce(ended_at, pulih.now()), end_reason = coalesce(end_reason, 'cancelled'),
        step_until = null, spent_by = null
        where account_id = whose or request_id = any (s.requests);
    update public.letter set to_address = null, place = null, domain = null, server_text = null, bounce_text = null,
        ended_at = case when state = 'queued' then pulih.now() else ended_at end,
        state = case when state = 'queued' then 'dropped' else state end
        where id = any (s.letters);
    update public.case_entry set text = '' where case_id = any (s.cases);

    delete from public.inbound_match where account_id = whose or inbound_id = any (s.mails);
    update public.inbound set sealed_raw = null, sealed_message = null, judgement = null, message_id = null,
        from_address = null, from_folded = null, subject = null, client = null, helo = null, envelope_sender = null,
        envelope_recipient = null, erasure_id = as_erasure
        where id = any (s.mails);
    update public.permission set message_id = 'erased-' || id, browser_hash = sha256(''),
        ended_at = coalesce(ended_at, pulih.now())
        where account_id = whose or inbound_id = any (s.mails);

    -- what the erasure itself was proposed for stays: its reason and the number of its legal document
    update public.proposal set note = '', called_number = null, change = '{}',
        evidence = case when id = of_proposal then evidence end
        where id = any (proposals);
    update public.decision set reason = '' where proposal_id = any (proposals);
    update public.evidence set name = '', sealed = null where proposal_id = any (proposals);
    delete from public.overwrite where proposal_id = any (proposals);

    update public.review_mark m set note = '' from public.event e
        where e.id = m.event_id and e.at = m.event_at and m.note <> ''
            and (e.account_id = whose or e.request_id = any (s.requests) or e.id = any (s.strays));

    -- what auditors took along, or are about to: files that may hold it, and queries (and manifests) that name it. One that
    -- is being made ends too: without its query it would be an export of everything.
    delete from public.export_part where export_id in (select x.id from public.export x
        where x.personal_too or s.words && regexp_split_to_array(lower(x.query), '[[:space:]":,]+'));
    update public.export x set state = 'failed', ended_at = coalesce(x.ended_at, pulih.now()), leased_by = null,
        leased_until = null, sha256 = null, manifest = null, expires_at = null
        where x.personal_too and (x.ended_at is null or x.expires_at > pulih.now())
            or s.words && regexp_split_to_array(lower(x.query), '[[:space:]":,]+');
    update public.export x set query = ''
        where s.words && regexp_split_to_array(lower(x.query), '[[:space:]":,]+');

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
create or replace function pulih.erasure_of(whose uuid) returns pulih.erasure_sets
    language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
declare
    s pulih.erasure_sets;
    user_id text := (select a.user_id_folded from public.account a where a.id = whose);
    addresses text[];
    matches uuid[];
begin
    select coalesce(array_agg(d.folded), '{}') into addresses from public.address d
        where d.account_id = whose
            and not exists (select from public.address o where o.folded = d.folded and o.account_id <> whose);
    s.words := user_id || addresses;

    -- mails that may be about this account and no other: from its address, or naming its User ID
    select coalesce(array_agg(m.inbound_id), '{}') into matches from public.inbound_match m
        join public.inbound i on i.id = m.inbound_id
        left join public.request r on r.id = i.request_id
        where m.account_id = whose and m.how in ('address', 'user-id') and (r.account_id is null or r.account_id = whose)
            and not exists (select from public.inbound_match o
                where o.inbound_id = m.inbound_id and o.account_id <> whose and o.how in ('address', 'user-id'));

    -- its requests, and those matched with nobody that typed its User ID or its address, or began with such a mail
    select coalesce(array_agg(r.id), '{}') into s.requests from (
        select r.id from public.request r where r.account_id = whose
        union
        select r.id from public.request r where r.account_id is null and lower(btrim(r.typed_user_id)) = user_id
        union
        select r.id from public.request r where r.account_id is null and lower(btrim(r.typed_address)) = any (addresses)
        union
        select r.id from public.inbound i join public.request r on r.id = i.request_id
            where i.id = any (matches) and r.account_id is null) r;

    -- a case of another account stays, whoever it began with
    select coalesce(array_agg(c.id), '{}') into s.cases from public.desk_case c
        where c.account_id = whose or (c.account_id is null and c.request_id = any (s.requests));

    select coalesce(array_agg(m.id), '{}') into s.mails from (
        select unnest(matches) as id
        union select i.id from public.inbound i where i.request_id = any (s.requests)
        union select i.id from public.inbound i where i.case_id = any (s.cases)
        union select i.id from public.inbound i where i.from_folded = any (addresses)
        union select i.id from public.letter l join public.inbound i on i.letter_id = l.id where l.account_id = whose
        union select p.inbound_id from public.permission p where p.account_id = whose) m
        where m.id is not null;

    select coalesce(array_agg(l.id), '{}') into s.letters from (
        select l.id from public.letter l where l.account_id = whose
        union select l.id from public.letter l where l.request_id = any (s.requests)
        union select l.id from public.letter l where l.inbound_id = any (s.mails)
        union select l.id from public.letter l where l.link_id in (select k.id from public.link k where k.account_id = whose)
        union select l.id from public.letter l
            where l.proposal_id in (select p.id from public.proposal p where p.account_id = whose)
        union select l.id from public.letter l
            where l.entry_id in (select e.id from public.case_entry e where e.case_id = any (s.cases))) l;

    -- bodies are looked into as text: one that was tampered with must not keep anybody from being erased
    with own as materialized (
        select e.id, e.at from public.event e where e.account_id = whose
        union select e.id, e.at from public.event e where e.request_id = any (s.requests)),
    unattached as (
        select e.id, e.at, e.kind, e.body, p.details from public.event e
        join public.event_personal p on p.event_id = e.id and p.at = e.at
        where e.account_id is null and e.request_id is null
            and e.kind in ('account.searched', 'inbound.read', 'audit.searched', 'audit.export-asked', 'audit.marked')),
    stray as (
        select e.id, e.at from public.event_personal p join public.event e on e.id = p.event_id and e.at = p.at
        where lower(btrim(p.details ->> 'user_id')) = user_id and p.details ? 'user_id' and not p.details ? 'address'
            and e.kind = 'login.password' and e.account_id is null and e.request_id is null
        union
        select u.id, u.at from unattached u
        -- a search is for the beginning of a User ID or an address: one that says half of it says whose
        where (u.kind = 'account.searched' and exists (
                select from unnest(s.words) as word, lower(btrim(u.details ->> 'term')) as term
                where word = term or (starts_with(word, term) and length(term) * 2 >= length(word))))
            or (u.kind = 'inbound.read' and substring(u.body from '"mail":"([^"]+)"') = any (s.mails::text[]))
            or (u.kind = 'audit.marked' and substring(u.body from '"event":"([^"]+)"') in (select o.id::text from own o))
            or (u.kind in ('audit.searched', 'audit.export-asked') and s.words
                && regexp_split_to_array(lower(u.details ->> 'query'), '[[:space:]":,]+'))),
    held as (
        select o.id, o.at, false as stray from own o join public.event_personal p on p.event_id = o.id and p.at = o.at
        union all select t.id, t.at, true from stray t)
    select coalesce((select array_agg(h.id) from held h), '{}'), coalesce((select array_agg(h.at) from held h), '{}'),
        coalesce((select array_agg(t.id) from stray t), '{}'),
        coalesce((select array_agg(distinct m.event_id) from public.review_mark m
            where m.mark <> 'ok'
                and (m.event_id in (select o.id from own o) or m.event_id in (select t.id from stray t))
                and not exists (select from public.review_mark n
                    where n.event_id = m.event_id and (n.at, n.id) > (m.at, m.id))), '{}')
        into s.events, s.times, s.strays, s.marked;
    return s;
end
$$;
drop function pulih.query_names(text, text[]);
