//! The sender against a scripted relay.
