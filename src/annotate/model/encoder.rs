//! The transformer: MiniLM-L6 (Wang et al. 2020), six layers of 384, read from the embedded file.
//!
//! Several sequences go through together, laid end to end without padding: linear layers see one long list of
//! tokens, attention sees one sequence at a time. Nothing of one sequence reaches another, so an answer does
//! not depend on its neighbours.

use super::arithmetic::{Room, attend};
use super::kernel::{self, Linear, Path, Quantised};
use super::weights::Tensors;

/// Width of a token's vector.
pub(super) const HIDDEN: usize = 384;
const LAYERS: usize = 6;

/// One sequence: token ids, and where the reply begins (before it is the parent).
#[derive(Debug, Clone, Default)]
pub(super) struct Sequence {
    pub ids: Vec<u32>,
    pub reply_at: usize,
}

#[derive(Debug)]
struct Layer {
    query: Linear,
    key: Linear,
    value: Linear,
    out: Linear,
    norm: [Vec<f32>; 2],
    up: Linear,
    down: Linear,
    norm_out: [Vec<f32>; 2],
}

#[derive(Debug)]
pub(super) struct Encoder {
    words: Vec<i8>,
    word_scales: Vec<f32>,
    positions: Vec<f32>,
    types: Vec<f32>,
    norm: [Vec<f32>; 2],
    layers: Vec<Layer>,
    /// Tokens of a sequence at most.
    pub longest: usize,
}

/// Buffers that are used again from batch to batch.
#[derive(Debug, Default)]
struct Buffers {
    quantised: Quantised,
    query: Vec<f32>,
    key: Vec<f32>,
    value: Vec<f32>,
    room: Room,
    mixed: Vec<f32>,
    wide: Vec<f32>,
    narrow: Vec<f32>,
}

impl Encoder {
    /// How many word pieces it has vectors of.
    pub(super) fn words(&self) -> usize {
        self.word_scales.len()
    }

    pub(super) fn new(tensors: &mut Tensors<'_>) -> Option<Self> {
        let (words, word_scales) = tensors.bytes("words")?;
        let (places, scales) = tensors.bytes("positions")?;
        let rows = places.chunks_exact(HIDDEN).zip(scales);
        let positions: Vec<f32> =
            rows.flat_map(|(row, scale)| row.iter().map(move |&value| f32::from(value) * scale)).collect();
        let norm = |tensors: &mut Tensors<'_>, name: &str| {
            Some([tensors.floats(&format!("{name}.weight"))?, tensors.floats(&format!("{name}.bias"))?])
        };
        let linear = |tensors: &mut Tensors<'_>, name: &str, inputs: usize| {
            let (weights, scales) = tensors.bytes(&format!("{name}.weight"))?;
            Linear::new(weights, scales, tensors.floats(&format!("{name}.bias"))?, inputs)
        };
        let mut layers = Vec::with_capacity(LAYERS);
        for layer in 0..LAYERS {
            let name = |part: &str| format!("layers.{layer}.{part}");
            let up = linear(tensors, &name("up"), HIDDEN)?;
            let wide = up.outputs();
            layers.push(Layer {
                query: linear(tensors, &name("query"), HIDDEN)?,
                key: linear(tensors, &name("key"), HIDDEN)?,
                value: linear(tensors, &name("value"), HIDDEN)?,
                out: linear(tensors, &name("out"), HIDDEN)?,
                norm: norm(tensors, &name("norm1"))?,
                up,
                down: linear(tensors, &name("down"), wide)?,
                norm_out: norm(tensors, &name("norm2"))?,
            });
        }
        let sized = layers.iter().all(|layer| {
            [&layer.query, &layer.key, &layer.value, &layer.out, &layer.down]
                .iter()
                .all(|part| part.outputs() == HIDDEN)
        });
        let longest = positions.len() / HIDDEN;
        let encoder = Self {
            words: words.to_vec(),
            word_scales,
            types: tensors.floats("types")?,
            norm: norm(tensors, "norm")?,
            positions,
            layers,
            longest,
        };
        let whole =
            encoder.types.len() == 2 * HIDDEN && encoder.words.len() == encoder.word_scales.len() * HIDDEN;
        (sized && whole && longest > 0).then_some(encoder)
    }

    /// The vectors of every token of every sequence, end to end.
    pub(super) fn read(&self, path: Path, sequences: &[Sequence]) -> Vec<f32> {
        let mut x = self.embed(sequences);
        let nothing = vec![0f32; x.len()];
        kernel::normalise(path, &mut x, &nothing, &self.norm[0], &self.norm[1]);
        let mut buffers = Buffers::default();
        for layer in &self.layers {
            layer.apply(path, sequences, &mut x, &mut buffers);
        }
        x
    }

    fn embed(&self, sequences: &[Sequence]) -> Vec<f32> {
        let tokens: usize = sequences.iter().map(|sequence| sequence.ids.len()).sum();
        let mut x = Vec::with_capacity(tokens * HIDDEN);
        for sequence in sequences {
            for (position, &id) in sequence.ids.iter().enumerate() {
                let id = (id as usize).min(self.word_scales.len() - 1);
                let word = &self.words[id * HIDDEN..][..HIDDEN];
                let place = &self.positions[position.min(self.longest - 1) * HIDDEN..][..HIDDEN];
                let kind = &self.types[usize::from(position >= sequence.reply_at) * HIDDEN..][..HIDDEN];
                let scale = self.word_scales[id];
                x.extend(word.iter().zip(place).zip(kind).map(|((&w, p), k)| f32::from(w) * scale + p + k));
            }
        }
        x
    }
}

/// Rows that go through a layer's second half together, so that they stay in cache beside its weights.
const ROWS: usize = 64;

impl Layer {
    fn apply(&self, path: Path, sequences: &[Sequence], x: &mut [f32], buffers: &mut Buffers) {
        buffers.quantised.fill(path, x, HIDDEN);
        self.query.apply(path, &buffers.quantised, &mut buffers.query);
        self.key.apply(path, &buffers.quantised, &mut buffers.key);
        self.value.apply(path, &buffers.quantised, &mut buffers.value);
        buffers.mixed.resize(x.len(), 0.0);
        let mut at = 0;
        for sequence in sequences {
            let range = at..at + sequence.ids.len() * HIDDEN;
            let (query, key, value) =
                (&buffers.query[range.clone()], &buffers.key[range.clone()], &buffers.value[range.clone()]);
            attend(path, query, key, value, &mut buffers.room, &mut buffers.mixed[range.clone()]);
            at = range.end;
        }
        let mixed = std::mem::take(&mut buffers.mixed);
        for (x, mixed) in x.chunks_mut(ROWS * HIDDEN).zip(mixed.chunks(ROWS * HIDDEN)) {
            self.think(path, x, mixed, buffers);
        }
        buffers.mixed = mixed;
    }

    /// What follows attention: each row for itself.
    fn think(&self, path: Path, x: &mut [f32], mixed: &[f32], buffers: &mut Buffers) {
        buffers.quantised.fill(path, mixed, HIDDEN);
        self.out.apply(path, &buffers.quantised, &mut buffers.narrow);
        kernel::normalise(path, x, &buffers.narrow, &self.norm[0], &self.norm[1]);
        buffers.quantised.fill(path, x, HIDDEN);
        self.up.apply(path, &buffers.quantised, &mut buffers.wide);
        kernel::gelu(path, &mut buffers.wide);
        buffers.quantised.fill(path, &buffers.wide, self.up.outputs());
        self.down.apply(path, &buffers.quantised, &mut buffers.narrow);
        kernel::normalise(path, x, &buffers.narrow, &self.norm_out[0], &self.norm_out[1]);
    }
}
