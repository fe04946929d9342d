//! The face that time sees: what happens without anybody asking.
