alter table request drop column help_asked_at;
