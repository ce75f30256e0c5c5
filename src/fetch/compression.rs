//! Reading files and standard input to a limit, unpacking gzip and Zstandard on the way.
//!
//! What is packed is told by its first bytes, never by its name, and never more than the limit is unpacked.

use std::io::{self, Read};

use flate2::read::MultiGzDecoder;

const GZIP: &[u8] = &[0x1f, 0x8b];
const ZSTANDARD: &[u8] = &[0x28, 0xb5, 0x2f, 0xfd];

/// Archives of old forums are packed with windows of 2 GiB. The window is filled as it is unpacked, so
/// memory stays within the limit all the same.
const WINDOW_LOG: u32 = if cfg!(target_pointer_width = "64") { 31 } else { 30 };

/// Why reading stopped early.
#[derive(Debug)]
pub(super) enum Stopped {
    /// There is more than the limit.
    TooLarge,
    /// The bytes could not be read at all.
    Unreadable(io::Error),
    /// The packed bytes are damaged or cut off.
    Damaged(io::Error),
}

/// Whether bytes begin as packed ones do.
pub(super) fn is_packed(head: &[u8]) -> bool {
    head.starts_with(GZIP) || head.starts_with(ZSTANDARD)
}

/// All bytes, unpacked if they are packed, at most `limit` of them.
pub(super) fn read(mut from: impl Read, limit: u64) -> Result<Vec<u8>, Stopped> {
    let mut head = [0u8; 4];
    let mut filled = 0;
    while let Some(rest) = head.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match from.read(rest) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(Stopped::Unreadable(error)),
        }
    }
    let head = head.get(..filled).unwrap_or_default();
    let whole = head.chain(&mut from);
    if head.starts_with(GZIP) {
        to_limit(MultiGzDecoder::new(whole), limit).map_err(|stopped| stopped.damaged())
    } else if head.starts_with(ZSTANDARD) {
        let unpacked = zstd::stream::read::Decoder::new(whole).and_then(|mut decoder| {
            decoder.window_log_max(WINDOW_LOG)?;
            Ok(decoder)
        });
        let unpacked = unpacked.map_err(Stopped::Damaged)?;
        to_limit(unpacked, limit).map_err(|stopped| stopped.damaged())
    } else {
        to_limit(whole, limit)
    }
}

fn to_limit(from: impl Read, limit: u64) -> Result<Vec<u8>, Stopped> {
    let mut bytes = Vec::new();
    from.take(limit.saturating_add(1)).read_to_end(&mut bytes).map_err(Stopped::Unreadable)?;
    if bytes.len() as u64 > limit { Err(Stopped::TooLarge) } else { Ok(bytes) }
}

impl Stopped {
    /// The same, of packed bytes. Only the decoder tells what is wrong, and it says "unexpected end" in
    /// several ways; a cut is the common case, so it is named.
    fn damaged(self) -> Self {
        match self {
            Self::Unreadable(error) => {
                let words = error.to_string();
                let cut = error.kind() == io::ErrorKind::UnexpectedEof || words.contains("incomplete");
                Self::Damaged(if cut {
                    io::Error::new(
                        io::ErrorKind::UnexpectedEof,
                        "it is cut off: the packed data end too early",
                    )
                } else {
                    io::Error::new(error.kind(), format!("the packed data are damaged: {words}"))
                })
            }
            other => other,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use proptest::prelude::*;

    use super::*;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn zstandard(bytes: &[u8]) -> Vec<u8> {
        zstd::stream::encode_all(bytes, 1).unwrap()
    }

    #[test]
    fn packed_and_plain_bytes_come_out_the_same() {
        for packed in [gzip(b"hello"), zstandard(b"hello"), b"hello".to_vec()] {
            assert_eq!(read(packed.as_slice(), 5).unwrap(), b"hello");
        }
        assert_eq!(read([gzip(b"one "), gzip(b"two")].concat().as_slice(), 100).unwrap(), b"one two");
        assert_eq!(read(&b""[..], 100).unwrap(), b"");
    }

    #[test]
    fn a_bomb_stops_at_the_limit() {
        let zeros = vec![0u8; 1 << 22];
        for bomb in [gzip(&zeros), zstandard(&zeros), zeros.clone()] {
            assert!(matches!(read(bomb.as_slice(), 1000), Err(Stopped::TooLarge)));
        }
    }

    #[test]
    fn packed_data_that_are_cut_off_are_called_so() {
        let words: Vec<u8> = (0..9999u32).flat_map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes()).collect();
        for packed in [gzip(&words), zstandard(&words)] {
            let half = packed.get(..packed.len() / 2).unwrap();
            match read(half, 1 << 20) {
                Err(Stopped::Damaged(error)) => assert!(error.to_string().contains("cut off"), "{error}"),
                other => panic!("{other:?}"),
            }
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = read(bytes.as_slice(), 100);
            let _ = read([GZIP, &bytes].concat().as_slice(), 100);
            let _ = read([ZSTANDARD, &bytes].concat().as_slice(), 100);
        }
    }
}
