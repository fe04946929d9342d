//! Secrets at rest: XChaCha20-Poly1305, bound to the row they lie in.

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::fault::Fault;
use super::keyring::{Key, KeySet};
use super::random;

const VERSION: u8 = 1;
const NONCE: usize = 24;

/// Seals `plain` for the row of that id with the current key: version ‖ length of key id ‖ key id ‖ nonce ‖ ciphertext.
pub fn seal(keys: &KeySet, row_id: Uuid, plain: &[u8]) -> Result<Vec<u8>, Fault> {
    let (key_id, key) = keys.current();
    let nonce = random::bytes::<NONCE>()?;
    let mut sealed = vec![VERSION, u8::try_from(key_id.len()).map_err(|e| Fault::bug("the key id is too long", e))?];
    sealed.extend_from_slice(key_id.as_bytes());
    let bound = bound(&sealed, row_id);
    let text = XChaCha20Poly1305::new(key.expose().into())
        .encrypt(&XNonce::from(nonce), Payload { msg: plain, aad: &bound })
        .map_err(|_| Fault::broken("the secret cannot be sealed"))?;
    sealed.extend_from_slice(&nonce);
    sealed.extend_from_slice(&text);
    Ok(sealed)
}

/// Opens what was sealed for the row of that id, by the key it names.
pub fn open(keys: &KeySet, row_id: Uuid, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, Fault> {
    let (head, key, rest) = head(keys, row_id, sealed)?;
    let (nonce, text) = rest.split_first_chunk::<NONCE>().ok_or_else(|| cut(row_id))?;
    let bound = bound(head, row_id);
    XChaCha20Poly1305::new(key.expose().into())
        .decrypt(&XNonce::from(*nonce), Payload { msg: text, aad: &bound })
        .map(Zeroizing::new)
        .map_err(|_| Fault::broken(format!("the secret sealed in row {row_id} was changed or belongs to another row")))
}

/// The key that the secret sealed in the row of that id names: the same for as long as the row stands.
pub fn key<'a>(keys: &'a KeySet, row_id: Uuid, sealed: &[u8]) -> Result<&'a Key, Fault> {
    head(keys, row_id, sealed).map(|(_, key, _)| key)
}

/// Version and key id as they are bound, the key, and what follows.
fn head<'a, 'b>(keys: &'a KeySet, row_id: Uuid, sealed: &'b [u8]) -> Result<(&'b [u8], &'a Key, &'b [u8]), Fault> {
    let [VERSION, len, rest @ ..] = sealed else { return Err(cut(row_id)) };
    let (key_id, rest) = rest.split_at_checked(usize::from(*len)).ok_or_else(|| cut(row_id))?;
    let name = std::str::from_utf8(key_id).map_err(|_| cut(row_id))?;
    let key = keys.by_id(name).ok_or_else(|| {
        Fault::broken(format!(
            "the secret in row {row_id} is sealed with key {}, which is not here",
            name.escape_debug()
        ))
    })?;
    Ok((&sealed[..2 + key_id.len()], key, rest))
}

fn cut(row_id: Uuid) -> Fault {
    Fault::broken(format!("the secret sealed in row {row_id} is cut short or of an unknown version"))
}

/// What the ciphertext is bound to: its head and its row.
fn bound(head: &[u8], row_id: Uuid) -> Vec<u8> {
    [head, row_id.as_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROW: Uuid = Uuid::from_u128(9);

    #[test]
    fn what_was_sealed_opens_in_its_own_row_alone() {
        let keys = KeySet::of_one("20261121-0001", Key::new([1; 32]));
        for plain in [&b""[..], b"JBSWY3DPEHPK3PXP", &[0; 10_000]] {
            let sealed = seal(&keys, ROW, plain).unwrap();
            assert_eq!(open(&keys, ROW, &sealed).unwrap().as_slice(), plain);
            assert!(open(&keys, Uuid::from_u128(10), &sealed).is_err());
        }
    }

    #[test]
    fn a_rotated_key_still_opens_and_a_lost_one_is_named() {
        let sealed = seal(&KeySet::of_one("a", Key::new([1; 32])), ROW, b"secret").unwrap();
        let rotated = KeySet::of_one("a", Key::new([1; 32])).with("b", Key::new([2; 32]));
        assert_eq!(open(&rotated, ROW, &sealed).unwrap().as_slice(), b"secret");
        assert_eq!(key(&rotated, ROW, &sealed).unwrap().expose(), &[1; 32]);
        let lost = open(&KeySet::of_one("b", Key::new([2; 32])), ROW, &sealed).unwrap_err();
        assert!(lost.to_string().contains("key a, which is not here"), "{lost}");
    }

    #[test]
    fn every_flipped_bit_and_every_cut_is_found() {
        let keys = KeySet::of_one("a", Key::new([1; 32])).with("c", Key::new([1; 32]));
        let sealed = seal(&keys, ROW, b"secret").unwrap();
        for bit in 0..sealed.len() * 8 {
            let mut bent = sealed.clone();
            bent[bit / 8] ^= 1 << (bit % 8);
            assert!(open(&keys, ROW, &bent).is_err(), "bit {bit}");
        }
        for len in 0..sealed.len() {
            assert!(open(&keys, ROW, &sealed[..len]).is_err(), "cut to {len}");
        }
    }

    #[test]
    fn equal_secrets_look_different() {
        let keys = KeySet::of_one("a", Key::new([1; 32]));
        assert_ne!(seal(&keys, ROW, b"secret").unwrap(), seal(&keys, ROW, b"secret").unwrap());
    }
}
