//! The sealed log for whoever follows it from elsewhere (C2SP tlog-tiles).

use super::{Enter, Limit, Route, read_as};
use crate::web::pages::log;

/// Its rows.
pub const ROWS: &[Route] = &[
    read_as(Enter::LogKey, "/log/checkpoint", Limit::Guesses, |r| r.to(log::checkpoint)),
    // before the tiles' row, which would take it
    read_as(Enter::LogKey, "/log/tile/entries/{place:.+}", Limit::Guesses, |r| r.to(log::entries)),
    read_as(Enter::LogKey, "/log/tile/{level}/{place:.+}", Limit::Guesses, |r| r.to(log::tile)),
    read_as(Enter::LogKey, "/log/entries/{place:.+}", Limit::Guesses, |r| r.to(log::entries)),
];
