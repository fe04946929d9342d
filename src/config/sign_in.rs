//! Settings of sign-in: codes of authenticator apps, activation, and how long people stay signed in.

use serde::{Deserialize, Serialize};

use super::Config;
use crate::base::totp::{Algorithm, Params};

/// Codes of authenticator apps.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Totp {
    /// Whether everybody needs one to sign in; otherwise people choose.
    pub required: bool,
    /// The name apps show beside the code; empty takes `server.agency`.
    pub issuer: String,
    /// The hash function of new secrets.
    pub algorithm: Algorithm,
    /// Digits of their codes: 6 or 8.
    pub digits: u8,
    /// Seconds of a step: 15 to 120.
    pub period: u32,
}

impl Totp {
    /// How the codes of new secrets are made.
    pub fn params(&self) -> Params {
        Params { algorithm: self.algorithm, digits: self.digits, period: self.period }
    }
}

impl Config {
    /// The name apps show beside the code.
    pub fn totp_issuer(&self) -> &str {
        let issuer = self.totp.issuer.trim();
        if issuer.is_empty() { &self.server.agency } else { issuer }
    }
}

/// What an account that never had TOTP needs to activate it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum EnrolFirst {
    /// The password alone.
    #[default]
    Password,
    /// The password and a grant.
    Grant,
}

/// Activation.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Enrol {
    /// What the first activation of an account needs.
    pub first: EnrolFirst,
}

/// Signed-in people.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Session {
    /// Minutes a begun sign-in waits for its next step.
    pub step_minutes: u32,
    /// Minutes without a request after which a session ends.
    pub idle_minutes: u32,
    /// Hours after which a session ends whatever is done.
    pub absolute_hours: u32,
}
