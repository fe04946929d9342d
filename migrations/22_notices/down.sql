drop table notice_limit;
