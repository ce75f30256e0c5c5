//! The embedded file: a header, the vocabulary, then tensors one after the other.
//!
//! ```text
//! "RJREAD01"  u32 length of the header  header (JSON)  vocabulary (UTF-8, a token a line)  tensors
//! tensor i8:  rows * columns bytes, then rows scales (f32 LE)      tensor f32: rows * columns values (f32 LE)
//! ```
//!
//! `training/export.py` writes it. All sizes are checked; a file that does not fit is refused as a whole.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::kernel::as_signed;

const MAGIC: &[u8] = b"RJREAD01";

#[derive(Debug, Deserialize)]
pub(super) struct Header {
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

/// Opens the file: its header, vocabulary and tensors. `None` when it is damaged.
pub(super) fn open(file: &[u8]) -> Option<(Header, &str, Tensors<'_>)> {
    let rest = file.strip_prefix(MAGIC)?;
    let (length, rest) = rest.split_first_chunk::<4>()?;
    let (header, rest) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)?;
    let mut header: Header = serde_json::from_slice(header).ok()?;
    let (vocabulary, mut rest) = rest.split_at_checked(header.vocabulary_bytes)?;
    let mut parts = BTreeMap::new();
    for shape in std::mem::take(&mut header.tensors) {
        let values = shape.rows.checked_mul(shape.columns)?;
        let bytes = match shape.kind {
            Kind::I8 => values.checked_add(shape.rows.checked_mul(4)?)?,
            Kind::F32 => values.checked_mul(4)?,
        };
        let (part, after) = rest.split_at_checked(bytes)?;
        rest = after;
        parts.insert(shape.name.clone(), (shape, part));
    }
    Some((header, std::str::from_utf8(vocabulary).ok()?, Tensors { parts }))
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
