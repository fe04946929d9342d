//! SQL: the only room that speaks to Postgres.
