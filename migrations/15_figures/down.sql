drop table figure_place;
drop table figure_memory;
drop table figure;
