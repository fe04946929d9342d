-- Figures of reports: counted out of sealed events alone, in the order of their leaves. All of it can be made anew: empty
-- figure and figure_memory, and set figure_place back to leaf 0.
create table figure (
    -- in the zone of the settings
    day date not null,
    measure text not null,
    a text not null,
    b text not null,
    n bigint not null,
    -- a report is one walk along it
    primary key (day, measure, a, b)
);

-- What an earlier event said that a later one is counted by: of a request, a proposal, a case, and the working hours.
create table figure_memory (
    noun text not null check (noun in ('request', 'proposal', 'case', 'hours')),
    id uuid not null,
    facts jsonb not null,
    primary key (noun, id)
);

-- How far the log was counted; whoever counts holds the row.
create table figure_place (
    one boolean primary key default true check (one),
    next bigint not null default 0 check (next >= 0),
    -- time of the last event that was counted
    at timestamptz
);
insert into figure_place default values;

grant select on figure, figure_memory, figure_place to pulih_app, pulih_auditor;
grant insert, update on figure, figure_memory to pulih_app;
grant delete on figure_memory to pulih_app;
grant update on figure_place to pulih_app;
