//! Bytes as servers pack them.

#![allow(dead_code)] // Not every test file packs.

use std::io::Write;

/// Bytes as a gzip file.
pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn brotli(bytes: &[u8]) -> Vec<u8> {
    let mut packed = Vec::new();
    brotli::CompressorWriter::new(&mut packed, 1 << 16, 3, 20).write_all(bytes).unwrap();
    packed
}

/// The same bytes in every packing that is asked for.
pub fn packings(bytes: &[u8]) -> [(&'static str, Vec<u8>); 4] {
    let zstandard = zstd::stream::encode_all(bytes, 1).unwrap();
    [("gzip", gzip(bytes)), ("zstd", zstandard), ("deflate", deflate(bytes)), ("br", brotli(bytes))]
}
