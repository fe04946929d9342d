//! SQL: the only room that speaks to Postgres.
//!
//! Reads take a [`Read`], writes a [`Tx`]; both are made by `app` alone. What is no action (a lease, a counter, a
//! cleaning of scratch rows) is a short list of functions that take a [`Read`] and say so.

pub mod access;
pub mod account;
pub mod answer;
pub mod audit;
pub mod delay;
pub mod desk;
pub mod device;
pub mod due;
pub mod erasure;
pub mod event;
pub mod export;
pub mod factor;
pub mod freeze;
pub mod guess;
pub mod health;
pub mod history;
pub mod import;
pub mod inbound;
pub mod letter;
pub mod limit;
pub mod link;
pub mod log;
pub mod login;
pub mod lookup;
pub mod migrations;
pub mod notice;
pub mod outbox;
pub mod pool;
pub mod portal;
pub mod portal_account;
pub mod portal_feed;
pub mod proposal;
pub mod request;
pub mod retention;
pub mod schema;
pub mod session;
pub mod setup;
mod sql;
pub mod staff;
pub mod tx;
pub mod way_back;

pub use tx::{Read, Tx};
