drop table domain_delay;
drop table freeze;
drop table activation_grant;
drop table letter;
drop table link;
drop table request;
