drop table review_mark;
drop index request_stranger;
drop index event_actor;
drop index event_refusal;
drop index event_refused;
drop index event_kind;
drop index event_at;
