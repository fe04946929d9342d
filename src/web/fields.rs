//! Fields that several forms have, and the API's bodies too, read alike.

use super::body::{Field, Form, Trouble};
use crate::model::account::{ADDRESS_MAX, USER_ID_MAX};

/// What is wrong with a text as typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextFlaw {
    /// Nothing was typed.
    Missing,
    /// More than any has.
    TooLong,
    /// None.
    Unreadable,
}

/// The User ID of a form, trimmed.
pub fn user_id(form: &Form) -> Result<String, TextFlaw> {
    user_id_of(form.one("user_id"))
}

/// A User ID, trimmed: a line of text.
pub fn user_id_of(field: Field<'_>) -> Result<String, TextFlaw> {
    let text = line(field)?;
    match text.chars().count() {
        0 => Err(TextFlaw::Missing),
        n if n > USER_ID_MAX => Err(TextFlaw::TooLong),
        _ => Ok(text.to_owned()),
    }
}

/// One mail address, trimmed, and nothing around it.
pub fn address_of(field: Field<'_>) -> Result<String, TextFlaw> {
    let text = line(field)?;
    if text.is_empty() {
        return Err(TextFlaw::Missing);
    }
    if text.len() > ADDRESS_MAX {
        return Err(TextFlaw::TooLong);
    }
    let shaped = text.split_once('@').is_some_and(|(local, domain)| {
        !local.is_empty() && domain.contains('.') && !domain.starts_with('.') && !domain.ends_with('.')
    });
    let foreign = |c: char| c.is_whitespace() || matches!(c, ',' | ';' | '<' | '>' | '"' | '(' | ')' | '\\');
    if !shaped || text.matches('@').count() != 1 || text.contains(foreign) {
        return Err(TextFlaw::Unreadable);
    }
    Ok(text.to_owned())
}

fn line(field: Field<'_>) -> Result<&str, TextFlaw> {
    match field.line() {
        Ok(text) => Ok(text.trim()),
        Err(Trouble::Missing) => Ok(""),
        Err(_) => Err(TextFlaw::Unreadable),
    }
}
