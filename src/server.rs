//! Starts web and workers and stops them gracefully.
