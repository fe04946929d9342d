//! Primitives that know nothing of our business.

pub mod browser;
pub mod catcher;
pub mod checkpoint;
pub mod clock;
pub mod cluster;
pub mod crockford;
pub mod deflate;
pub mod fault;
pub mod form_token;
pub mod json;
pub mod keyring;
pub mod mac;
pub mod machine;
pub mod merkle;
pub mod message;
pub mod name_server;
pub mod network;
pub mod note;
pub mod password;
pub mod passwords;
pub mod picture;
pub mod pow;
pub mod qr;
pub mod random;
pub mod recovery;
pub mod seal;
pub mod slots;
pub mod syslog;
pub mod tile;
pub mod token;
pub mod totp;
pub mod trust;

pub use token::secret_hash;
