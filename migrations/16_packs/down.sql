drop table verification;
drop table export_part;
drop table export;
