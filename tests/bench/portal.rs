//! A portal with a key, and its calls as a program sends them.

use data_encoding::HEXLOWER;
use pulih::base::{random, secret_hash};
use pulih::model::access::{self, Purpose};
use uuid::Uuid;

use crate::ground::Ground;

/// A portal.
pub struct Portal {
    /// Its id.
    pub id: Uuid,
    token: String,
}

impl Portal {
    /// A portal with a key of every scope that the API needs here.
    pub fn on(ground: &Ground) -> Self {
        let (id, token) = (random::id(), random::bytes::<32>().expect("randomness"));
        let hash = HEXLOWER.encode(&secret_hash(&token));
        ground.sql(&format!(
            "insert into portal (id, slug, name) values ('{id}', 'bench', 'Bench');
             insert into access_key (id, purpose, name, portal_id, token_hash, scopes)
                values ('{}', 'portal', 'bench', '{id}', '\\x{hash}', array['verify'])",
            random::id()
        ));
        Self { id, token: access::write(Purpose::Portal, &token) }
    }

    /// Whether a code is right.
    pub fn verify(&self, user_id: &str, code: &str) -> Vec<u8> {
        let body = format!("{{\"code\":\"{code}\"}}");
        let (token, length) = (&self.token, body.len());
        format!(
            "POST /api/v1/accounts/{user_id}/verify HTTP/1.1\r\nHost: pulih.bench.example\r\n\
            Authorization: Bearer {token}\r\nAccept: application/json\r\nContent-Type: application/json\r\n\
            Content-Length: {length}\r\n\r\n{body}"
        )
        .into_bytes()
    }

    /// Who it is here.
    pub fn show(&self) -> Vec<u8> {
        let token = &self.token;
        format!(
            "GET /api/v1/portal HTTP/1.1\r\nHost: pulih.bench.example\r\nAuthorization: Bearer {token}\r\n\
            Accept: application/json\r\n\r\n"
        )
        .into_bytes()
    }
}
