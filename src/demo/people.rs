//! The people of the demo: made of their number alone, so that a kept demo knows them again.

use std::fmt::Write as _;

use data_encoding::BASE32_NOPAD;
use sha2::{Digest, Sha256};

use crate::model::account::UserType;
use crate::model::account_csv::HEADER;

/// The password of everybody in the demo.
pub const PASSWORD: &str = "coba-pulih-2026";

const GIVEN: [&str; 10] = ["Rina", "Budi", "Sari", "Agus", "Dewi", "Eko", "Fitri", "Hendra", "Indah", "Joko"];
const FAMILY: [&str; 10] =
    ["Wijaya", "Santoso", "Lestari", "Pratama", "Anggraini", "Nugroho", "Rahmawati", "Saputra", "Permata", "Susilo"];
const FIRMS: [&str; 10] =
    ["amanah", "bahtera", "cakra", "dharma", "elang", "fajar", "gemilang", "harapan", "intan", "jaya"];

/// One of them.
#[derive(Clone, Debug)]
pub struct Person {
    /// User ID.
    pub user_id: String,
    /// Tipe User.
    pub user_type: UserType,
    /// Name.
    pub name: String,
    /// Registered address.
    pub email: String,
    /// TOTP secret (RFC 4648 base 32, without padding).
    pub totp_secret: String,
}

/// The person of a number, from 0.
pub fn person(number: usize) -> Person {
    let pick = |list: [&'static str; 10], at: usize| list[at % list.len()];
    let (given, family, firm) = (pick(GIVEN, number), pick(FAMILY, number / 10), pick(FIRMS, number / 3));
    let user_type = if number % 5 == 3 { UserType::NonPenyedia } else { UserType::Penyedia };
    let user_id = format!("{}{:03}", firm.to_uppercase(), number + 1);
    let email = format!("{}.{}@{firm}{}.example", given.to_lowercase(), family.to_lowercase(), number + 1);
    let digest = Sha256::digest(format!("demo person {user_id}"));
    Person {
        totp_secret: BASE32_NOPAD.encode(&digest[..20]),
        name: format!("{given} {family}"),
        user_id,
        user_type,
        email,
    }
}

/// The file of accounts with so many people, all with one password hash.
pub fn csv(people: usize, password_hash: &str) -> String {
    let mut csv = HEADER.join(",") + "\n";
    for p in (0..people).map(person) {
        // every tenth has a second address; nothing here needs quotes but the hash, which holds commas
        let second = if p.user_id.ends_with('0') { format!("kantor@{}", after_at(&p.email)) } else { String::new() };
        let (kind, hash) = (p.user_type.code(), password_hash);
        // writing to a string cannot fail
        let _ = writeln!(csv, "{},{kind},{},{},{second},\"{hash}\",{},", p.user_id, p.name, p.email, p.totp_secret);
    }
    csv
}

fn after_at(address: &str) -> &str {
    address.rsplit_once('@').map_or("", |(_, domain)| domain)
}
