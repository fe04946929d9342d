drop table session;
drop table recovery_code;
drop table credential;
drop table address;
drop table account;
