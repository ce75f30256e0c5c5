//! The plain arithmetic of a transformer layer, written so that the compiler can use wide registers.
//!
//! No branches inside the loops, sums kept in sixteen lanes, and an exponential made of a polynomial: the same
//! operations in the same order wherever it runs.

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

/// softmax(Q K^T / sqrt d) V for every head. Scores of one query are held in a row; keys are laid out by
/// dimension first, so that the inner loop runs over tokens.
#[inline(always)]
pub(super) fn attend_plain(query: &[f32], key: &[f32], value: &[f32], heads: usize, out: &mut [f32]) {
    let width = super::encoder::HIDDEN;
    let (tokens, depth) = (query.len() / width, width / heads);
    let padded = tokens.next_multiple_of(WIDE);
    let mut turned = vec![0f32; depth * padded];
    let mut scores = vec![0f32; padded];
    let scale = 1.0 / (depth as f32).sqrt();
    for head in 0..heads {
        let at = head * depth;
        for (token, row) in key.chunks_exact(width).enumerate() {
            for (dimension, &value) in row[at..at + depth].iter().enumerate() {
                turned[dimension * padded + token] = value * scale;
            }
        }
        for token in 0..tokens {
            let query = &query[token * width + at..][..depth];
            scores.fill(0.0);
            for (&q, keys) in query.iter().zip(turned.chunks_exact(padded)) {
                for (score, key) in scores.iter_mut().zip(keys) {
                    *score += q * key;
                }
            }
            let largest = scores[..tokens].iter().fold(f32::MIN, |most, &score| most.max(score));
            for score in &mut scores {
                *score = exp(*score - largest);
            }
            scores[tokens..].fill(0.0);
            let inverse = 1.0 / sum_of(&scores, |score| score);
            let out = &mut out[token * width + at..][..depth];
            out.fill(0.0);
            for (&score, row) in scores[..tokens].iter().zip(value.chunks_exact(width)) {
                let share = score * inverse;
                for (sum, value) in out.iter_mut().zip(&row[at..at + depth]) {
                    *sum += share * value;
                }
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
