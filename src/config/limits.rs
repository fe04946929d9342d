//! Settings of what holds programs and guessers back: Kode Keamanan and the limits.

use serde::{Deserialize, Serialize};

/// How Kode Keamanan is asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum CaptchaMode {
    /// Proof of work; the picture where scripts are off or on request.
    #[default]
    Pow,
    /// The picture alone.
    Image,
    /// Nothing is asked; for tests and measurements.
    Off,
}

/// Kode Keamanan.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Captcha {
    /// How it is asked.
    pub mode: CaptchaMode,
    /// Hashes at most for the easiest proof of work.
    pub work: u32,
    /// Pictures one network may answer in ten minutes.
    pub pictures_per_10_min: u32,
}

/// Whether limits hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum LimitsMode {
    /// They hold.
    #[default]
    On,
    /// They do not; for measurements.
    Off,
}

/// Limits.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Whether they hold.
    pub mode: LimitsMode,
    /// Requests an hour for one typed pair of User ID and address.
    pub pair_per_hour: u32,
    /// Requests a day for one typed pair.
    pub pair_per_day: u32,
    /// Letters an hour to one stored address.
    pub letters_per_hour: u32,
    /// Kirim in ten minutes from one network before the proof of work gets harder.
    pub network_per_10_min: u32,
    /// Requests a second that one network may send to this process, and its burst in seconds.
    pub wall_per_second: u32,
    /// TOTP codes that may be tried for one account in five minutes, counted after the right password alone.
    pub codes_per_5_min: u32,
    /// The same in an hour.
    pub codes_per_hour: u32,
    /// The same in a day.
    pub codes_per_day: u32,
    /// Wrong codes in a row that close the code path of an account until a mailed link opens it.
    pub codes_in_row: u32,
    /// Passwords that may be tried in five minutes for one User ID from one network.
    pub passwords_per_5_min: u32,
    /// Sign-ins of the desk that may fail in five minutes for one user name and network, and wrong codes of one person.
    pub staff_per_5_min: u32,
    /// Searches for accounts that one person of the desk may make in an hour.
    pub searches_per_hour: u32,
    /// Registered addresses that one person of the desk may have shown in an hour.
    pub reveals_per_hour: u32,
    /// Times in ten minutes that one person of the desk may do one powerful thing before others are told.
    pub hurried_per_10_min: u32,
    /// Failed passwords of one network in ten minutes after which operators are told.
    pub sprayed_per_10_min: u32,
    /// Requests a second that one key of a portal may send to this process; ten seconds of it may come at once.
    pub key_per_second: u32,
    /// Letters about changed addresses and passwords that one portal may cause in a day.
    pub portal_notices_per_day: u32,
}
