//! What the house shares.
