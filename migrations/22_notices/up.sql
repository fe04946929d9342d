-- Letters about changes that portals made, counted for each address they go to and for each portal.
create table notice_limit (
    -- SHA-256 of the folded address, or of the portal's id
    key bytea primary key check (length(key) = 32),
    -- the first letter that counts; a day later the count begins anew
    since timestamptz not null,
    letters bigint not null
);
create index notice_limit_old on notice_limit (since);

grant select, insert, update, delete on notice_limit to pulih_app;
