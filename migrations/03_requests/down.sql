drop table domain_delay;
drop table frozen;
drop table activation_grant;
drop table letter;
drop table link;
drop table request;
