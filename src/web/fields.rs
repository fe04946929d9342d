//! Fields that several forms have, read alike.

use super::body::{Form, Trouble};
use crate::model::account::USER_ID_MAX;

/// What is wrong with a User ID as typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserIdFlaw {
    /// Nothing was typed.
    Missing,
    /// More characters than any User ID has.
    TooLong,
    /// No line of text.
    Unreadable,
}

/// The User ID of a form, trimmed.
pub fn user_id(form: &Form) -> Result<String, UserIdFlaw> {
    let text = match form.one("user_id").line() {
        Ok(text) => text.trim(),
        Err(Trouble::Missing) => "",
        Err(_) => return Err(UserIdFlaw::Unreadable),
    };
    match text.chars().count() {
        0 => Err(UserIdFlaw::Missing),
        n if n > USER_ID_MAX => Err(UserIdFlaw::TooLong),
        _ => Ok(text.to_owned()),
    }
}
