//! Pulih: a self-hosted recovery desk for lost second factors.
//!
//! The floors, from the ground up: `base` and `i18n`, `model` and `config`, `store`, `views`, `mail` and `inbound`,
//! `app`, `audit`, `actions`, `web` and `workers`, `server`, `demo`, `cli`. Who may import whom is written in
//! `docs/architecture.md` and held by `tests/it/layers.rs`.

pub mod actions;
pub mod app;
pub mod audit;
pub mod base;
pub mod cli;
pub mod config;
pub mod demo;
pub mod i18n;
pub mod inbound;
pub mod mail;
pub mod model;
pub mod server;
pub mod store;
pub mod views;
pub mod web;
pub mod workers;
