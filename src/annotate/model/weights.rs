//! The embedded file: a header, the vocabulary, then tensors one after the other.
//!
//! ```text
//! "RJREAD01"  u32 length of the header  header (JSON)  vocabulary (UTF-8, a token a line)  tensors
//! tensor i8:  rows * columns bytes, then rows scales (f32 LE)      tensor f32: rows * columns values (f32 LE)
//! ```
//!
//! `training/export.py` writes it. All sizes are checked, and so is the XXH3 checksum of what follows the header; a
//! file that does not fit is refused as a whole, with the reason.

use std::collections::BTreeMap;

use serde::Deserialize;
use xxhash_rust::xxh3::xxh3_64;

use super::kernel::as_signed;

const MAGIC: &[u8] = b"RJREAD01";

#[derive(Debug, Deserialize)]
pub(super) struct Header {
    /// XXH3 of all that follows the header, in hexadecimal.
    checksum: String,
    vocabulary_bytes: usize,
    tensors: Vec<Shape>,
    /// Tokens of the parent that are kept when the reply wants the rest.
    pub parent: usize,
    /// What the logits of each question are divided by before they become probabilities.
    pub temperatures: BTreeMap<String, f32>,
    /// How sure the model must be of an insult before it says so.
    pub insult_threshold: f32,
}

#[derive(Debug, Deserialize)]
struct Shape {
    name: String,
    kind: Kind,
    rows: usize,
    columns: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    I8,
    F32,
}

/// The parts of the file by name.
#[derive(Debug)]
pub(super) struct Tensors<'f> {
    parts: BTreeMap<String, (Shape, &'f [u8])>,
}

/// Opens the file: its header, vocabulary and tensors, or what is wrong with it.
pub(super) fn open(file: &[u8]) -> Result<(Header, &str, Tensors<'_>), String> {
    let rest = file.strip_prefix(MAGIC).ok_or("it does not begin as such a file does (RJREAD01)")?;
    let (length, rest) = rest.split_first_chunk::<4>().ok_or("it ends before its header")?;
    let header = rest.split_at_checked(u32::from_le_bytes(*length) as usize);
    let (header, rest) = header.ok_or("it ends within its header")?;
    let mut header: Header =
        serde_json::from_slice(header).map_err(|error| format!("its header is damaged: {error}"))?;
    if format!("{:016x}", xxh3_64(rest)) != header.checksum {
        return Err("its contents do not match its checksum: it is cut off or damaged".to_owned());
    }
    let vocabulary = rest.split_at_checked(header.vocabulary_bytes);
    let (vocabulary, mut rest) = vocabulary.ok_or("it ends within its vocabulary")?;
    let mut parts = BTreeMap::new();
    for shape in std::mem::take(&mut header.tensors) {
        let short = || format!("it ends within its tensor {}", shape.name);
        let bytes = shape.bytes().ok_or_else(short)?;
        let (part, after) = rest.split_at_checked(bytes).ok_or_else(short)?;
        rest = after;
        parts.insert(shape.name.clone(), (shape, part));
    }
    let vocabulary = std::str::from_utf8(vocabulary).map_err(|_| "its vocabulary is not UTF-8")?;
    Ok((header, vocabulary, Tensors { parts }))
}

impl Shape {
    /// The bytes it takes; `None` when that is more than there can be.
    fn bytes(&self) -> Option<usize> {
        let values = self.rows.checked_mul(self.columns)?;
        match self.kind {
            Kind::I8 => values.checked_add(self.rows.checked_mul(4)?),
            Kind::F32 => values.checked_mul(4),
        }
    }
}

impl<'f> Tensors<'f> {
    /// The bytes and row scales of an 8-bit tensor.
    pub(super) fn bytes(&mut self, name: &str) -> Option<(&'f [i8], Vec<f32>)> {
        let (shape, part) = self.parts.get(name)?;
        let (bytes, scales) = part.split_at_checked(shape.rows * shape.columns)?;
        (shape.kind == Kind::I8).then(|| (as_signed(bytes), floats(scales)))
    }

    /// The values of a tensor of real numbers.
    pub(super) fn floats(&mut self, name: &str) -> Option<Vec<f32>> {
        let (shape, part) = self.parts.get(name)?;
        (shape.kind == Kind::F32).then(|| floats(part))
    }
}

fn floats(bytes: &[u8]) -> Vec<f32> {
    bytes.as_chunks::<4>().0.iter().map(|&four| f32::from_le_bytes(four)).collect()
}
