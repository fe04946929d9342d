delete from network_limit where what = 'log-key';
alter table network_limit drop constraint network_limit_what_check;
alter table network_limit add constraint network_limit_what_check check (what in ('kirim', 'picture', 'password'));
drop table access_key;
