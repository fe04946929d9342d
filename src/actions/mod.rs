//! What may be done: one verb is one function, one transaction, one event.
