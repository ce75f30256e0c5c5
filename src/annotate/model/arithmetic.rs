//! The plain arithmetic of a transformer layer, written so that the compiler can use wide registers.
//!
//! No branches inside the loops, sums kept in sixteen lanes, and an exponential made of a polynomial: the same
//! operations in the same order wherever it runs.

use super::kernel::{self, Path};

/// Lanes of a sum.
const WIDE: usize = 16;

/// e^x, to about 1e-7 of its value; x is held between -87 and 88.
#[inline(always)]
pub(super) fn exp(x: f32) -> f32 {
    let x = x.clamp(-87.0, 88.0);
    const ROUND: f32 = 12_582_912.0;
    let shifted = x * std::f32::consts::LOG2_E + ROUND;
    let power = shifted.to_bits() as i32 - ROUND.to_bits() as i32;
    let whole = shifted - ROUND;
    let rest = x - whole * 0.693_359_4 - whole * -2.121_944_4e-4;
    // Taylor with the last terms fitted (Cephes, Moshier).
    let mut sum = 1.987_569_1e-4;
    sum = sum * rest + 1.398_199_9e-3;
    sum = sum * rest + 8.333_452e-3;
    sum = sum * rest + 4.166_579_6e-2;
    sum = sum * rest + 1.666_666_5e-1;
    sum = sum * rest + 0.5;
    let value = sum * rest * rest + rest + 1.0;
    value * f32::from_bits(((power + 127) << 23) as u32)
}

/// GELU, x * (1 + erf(x / sqrt 2)) / 2, with erf by Abramowitz and Stegun 7.1.26 (error below 1.5e-7).
#[inline(always)]
pub(super) fn gelu_plain(values: &mut [f32]) {
    for value in values {
        let x = *value * std::f32::consts::FRAC_1_SQRT_2;
        let size = x.abs();
        let t = 1.0 / (1.0 + 0.327_591_1 * size);
        let poly =
            ((((1.061_405_4 * t - 1.453_152_1) * t + 1.421_413_8) * t - 0.284_496_72) * t + 0.254_829_6) * t;
        let erf = 1.0 - poly * exp(-size * size);
        *value = 0.5 * *value * (1.0 + erf.copysign(x));
    }
}

#[inline(always)]
fn sum_of(row: &[f32], of: impl Fn(f32) -> f32) -> f32 {
    let mut lanes = [0f32; WIDE];
    let chunks = row.chunks_exact(WIDE);
    for (lane, value) in lanes.iter_mut().zip(chunks.remainder()) {
        *lane += of(*value);
    }
    for chunk in chunks {
        for (lane, value) in lanes.iter_mut().zip(chunk) {
            *lane += of(*value);
        }
    }
    lanes.iter().sum()
}

#[inline(always)]
pub(super) fn normalise_plain(rows: &mut [f32], added: &[f32], weight: &[f32], bias: &[f32]) {
    let width = weight.len();
    for (row, added) in rows.chunks_exact_mut(width).zip(added.chunks_exact(width)) {
        for (value, more) in row.iter_mut().zip(added) {
            *value += more;
        }
        let mean = sum_of(row, |value| value) / width as f32;
        let spread = sum_of(row, |value| (value - mean) * (value - mean)) / width as f32;
        let inverse = 1.0 / (spread + 1e-12).sqrt();
        for ((value, weight), bias) in row.iter_mut().zip(weight).zip(bias) {
            *value = (*value - mean) * inverse * weight + bias;
        }
    }
}

/// Width of a head.
pub(super) const DEPTH: usize = 32;
/// Queries that are looked up together.
pub(super) const QUERIES: usize = 4;

/// softmax(Q K^T / sqrt d) V for every head of one sequence; queries, keys and values of one row a token. Keys are
/// laid out by dimension first, so that the inner loops run over tokens.
pub(super) fn attend(
    path: Path,
    query: &[f32],
    key: &[f32],
    value: &[f32],
    room: &mut Room,
    out: &mut [f32],
) {
    let (query, key, value) = (heads_of(query), heads_of(key), heads_of(value));
    let out = out.as_chunks_mut::<DEPTH>().0;
    let heads = super::encoder::HIDDEN / DEPTH;
    let tokens = query.len() / heads;
    let padded = tokens.next_multiple_of(2 * WIDE);
    room.keys.clear();
    room.keys.resize(DEPTH * padded, 0.0);
    room.scores.resize(QUERIES * padded, 0.0);
    let scale = 1.0 / (DEPTH as f32).sqrt();
    for head in 0..heads {
        for (token, row) in key.iter().skip(head).step_by(heads).enumerate() {
            for (keys, value) in room.keys.chunks_exact_mut(padded).zip(row) {
                keys[token] = value * scale;
            }
        }
        let values: Vec<&[f32; DEPTH]> = value.iter().skip(head).step_by(heads).collect();
        for first in (0..tokens).step_by(QUERIES) {
            // The last group repeats its last query and drops what comes of it.
            let queries = std::array::from_fn(|at| &query[(first + at).min(tokens - 1) * heads + head]);
            kernel::dots(path, &queries, &room.keys, &mut room.scores);
            kernel::soften(path, &mut room.scores, padded, tokens);
            let mut mixed = [[0f32; DEPTH]; QUERIES];
            kernel::mix(path, &room.scores, padded, &values, &mut mixed);
            for (at, mixed) in mixed.iter().enumerate().take(tokens - first) {
                out[(first + at) * heads + head] = *mixed;
            }
        }
    }
}

/// What attention works in, kept from sequence to sequence.
#[derive(Debug, Default)]
pub(super) struct Room {
    keys: Vec<f32>,
    scores: Vec<f32>,
}

/// Rows of tokens as vectors of heads.
fn heads_of(rows: &[f32]) -> &[[f32; DEPTH]] {
    rows.as_chunks().0
}

#[inline(always)]
pub(super) fn dots_plain(queries: &[&[f32; DEPTH]; QUERIES], keys: &[f32], scores: &mut [f32]) {
    let padded = keys.len() / DEPTH;
    for (query, scores) in queries.iter().zip(scores.chunks_exact_mut(padded)) {
        scores.fill(0.0);
        for (&q, keys) in query.iter().zip(keys.chunks_exact(padded)) {
            for (score, key) in scores.iter_mut().zip(keys) {
                *score += q * key;
            }
        }
    }
}

#[inline(always)]
pub(super) fn soften_plain(scores: &mut [f32], padded: usize, tokens: usize) {
    for scores in scores.chunks_exact_mut(padded) {
        scores[tokens..].fill(f32::MIN);
        let mut most = [f32::MIN; WIDE];
        for chunk in scores.chunks_exact(WIDE) {
            for (most, &score) in most.iter_mut().zip(chunk) {
                *most = if score > *most { score } else { *most };
            }
        }
        let largest = most.iter().fold(f32::MIN, |most, &score| most.max(score));
        for score in scores.iter_mut() {
            *score = exp(*score - largest);
        }
        scores[tokens..].fill(0.0);
        let inverse = 1.0 / sum_of(scores, |score| score);
        for score in scores.iter_mut() {
            *score *= inverse;
        }
    }
}

#[inline(always)]
pub(super) fn mix_plain(
    shares: &[f32],
    padded: usize,
    values: &[&[f32; DEPTH]],
    out: &mut [[f32; DEPTH]; QUERIES],
) {
    for (shares, out) in shares.chunks_exact(padded).zip(out) {
        out.fill(0.0);
        for (&share, value) in shares.iter().zip(values) {
            for (sum, value) in out.iter_mut().zip(*value) {
                *sum += share * value;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_exponential_is_close() {
        for n in -800..800 {
            let x = n as f32 / 10.0;
            let exact = f64::from(x).exp();
            assert!((f64::from(exp(x)) / exact - 1.0).abs() < 1e-5, "{x}");
        }
    }

    #[test]
    fn gelu_is_close() {
        let mut values = [-3.0f32, -1.0, 0.0, 0.5, 2.0];
        gelu_plain(&mut values);
        for (found, exact) in values.iter().zip([-0.004_049_7, -0.158_655_3, 0.0, 0.345_731_2, 1.954_499_7]) {
            assert!((found - exact).abs() < 1e-5, "{found} {exact}");
        }
    }
}
