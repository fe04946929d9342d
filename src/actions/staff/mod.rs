//! What people of the desk do about themselves and each other.

pub mod decide;
pub mod disable;
pub mod end_session;
pub mod enrol;
pub mod give_code;
pub mod join;
pub mod operate;
pub mod own;
pub mod propose;
pub mod sign_in;
