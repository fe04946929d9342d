//! The demo: a private cluster, seeded people and a mail catcher, in one process.

