revoke select on __diesel_schema_migrations from pulih_app;
drop table account_import;
