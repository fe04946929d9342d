//! HMAC-SHA-256 (RFC 2104), by the hashing that TLS brings along: in assembly, also for processors without instructions of their own for it.

use ring::hmac;

/// A MAC that is being made.
pub struct Mac(hmac::Context);

impl Mac {
    /// Begins one.
    pub fn new(key: &[u8]) -> Self {
        Self(hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, key)))
    }

    /// Takes more of the message.
    pub fn update(&mut self, more: &[u8]) {
        self.0.update(more);
    }

    /// The MAC of all that was taken.
    pub fn finish(self) -> [u8; 32] {
        // a tag of SHA-256 has 32 bytes, so that nothing else can come; an all-zero MAC would be seen by the tests
        self.0.sign().as_ref().try_into().unwrap_or([0; 32])
    }
}

/// The MAC of a message.
pub fn hmac_sha256(key: &[u8], message: &[u8]) -> [u8; 32] {
    let mut mac = Mac::new(key);
    mac.update(message);
    mac.finish()
}

#[cfg(test)]
mod tests {
    use data_encoding::HEXLOWER;

    use super::*;

    #[test]
    fn macs_are_those_of_rfc_4231() {
        let mac = |key: &[u8], message: &[u8]| HEXLOWER.encode(&hmac_sha256(key, message));
        assert_eq!(
            mac(b"Jefe", b"what do ya want for nothing?"),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
        assert_eq!(
            mac(&[0xaa; 131], b"Test Using Larger Than Block-Size Key - Hash Key First"),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        );
    }
}
