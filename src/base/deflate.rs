//! Bytes made smaller for keeping: zlib (RFC 1950).

use std::io::{Read as _, Write as _};

use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;

use super::fault::Fault;

/// Makes bytes smaller.
pub fn pack(bytes: &[u8]) -> Result<Vec<u8>, Fault> {
    let failed = |e| Fault::bug("making bytes smaller", e);
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).map_err(failed)?;
    encoder.finish().map_err(failed)
}

/// What they were, `most` bytes at most; more is a fault.
pub fn unpack(packed: &[u8], most: usize) -> Result<Vec<u8>, Fault> {
    let mut bytes = Vec::new();
    let limit = u64::try_from(most).unwrap_or(u64::MAX).saturating_add(1);
    let read = ZlibDecoder::new(packed).take(limit).read_to_end(&mut bytes);
    read.map_err(|e| Fault::bug("reading bytes that were made smaller", e))?;
    if bytes.len() > most { Err(Fault::broken("more bytes than were packed")) } else { Ok(bytes) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_come_back_whole_and_never_more_than_expected() {
        let bytes = b"kind,outcome\n".repeat(1000);
        let packed = pack(&bytes).unwrap();
        assert!(packed.len() < bytes.len() / 10);
        assert_eq!(unpack(&packed, bytes.len()).unwrap(), bytes);
        assert!(unpack(&packed, bytes.len() - 1).is_err());
        assert!(unpack(&packed[..packed.len() / 2], bytes.len()).is_err());
    }
}
