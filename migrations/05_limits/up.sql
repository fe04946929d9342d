-- Limits shared by all servers. What costs mail or guesses is logged; what only counts networks may be lost in a crash.
create table pair_limit (
    -- SHA-256 of the folded User ID and address, as typed
    key bytea primary key check (length(key) = 32),
    -- newest first
    hits timestamptz[] not null
);
create index pair_limit_old on pair_limit ((hits[1]));

-- Forms whose Kode Keamanan was answered wrongly: that answer cannot be tried again.
create unlogged table captcha_spent (
    form uuid primary key,
    at timestamptz not null default pulih.now()
);
create index captcha_spent_old on captcha_spent (at);

create unlogged table network_limit (
    network text not null,
    what text not null check (what in ('kirim', 'picture')),
    -- ten-minute slot since the epoch
    slot bigint not null,
    hits integer not null,
    primary key (network, what, slot)
);

grant select, insert, update, delete on pair_limit, captcha_spent, network_limit to pulih_app;
