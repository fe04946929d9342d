//! The face that people see: HTTP in, pages out.
