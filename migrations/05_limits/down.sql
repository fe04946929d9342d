drop table network_limit;
drop table captcha_spent;
drop table pair_limit;
