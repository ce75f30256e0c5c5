//! The one place that multiplies: 8-bit weights times 8-bit activations, added up in 32 bits.
//!
//! Four paths compute the same integers bit for bit: AMX, AVX-512 VNNI, AVX2 and plain Rust; what is done in real
//! numbers is the same operations in the same order on all. Which one runs is decided once, by what the processor
//! has. The `unsafe` here is what intrinsics, assembly and calls into functions with target features need; every
//! pointer is taken from a slice whose length was checked just before.

#![allow(unsafe_code)]

#[cfg(target_arch = "x86_64")]
mod amx;

use std::sync::OnceLock;

/// The same bytes, signed.
pub(super) fn as_signed(bytes: &[u8]) -> &[i8] {
    // SAFETY: i8 and u8 have the same size and alignment, and every bit pattern is a value of both.
    unsafe { std::slice::from_raw_parts(bytes.as_ptr().cast(), bytes.len()) }
}

/// Outputs that are computed together.
pub(super) const LANES: usize = 16;

/// The ways to compute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Path {
    /// AMX with 8-bit integers, and AVX-512 for the rest.
    Amx,
    /// AVX-512 with VNNI.
    Vnni,
    /// AVX2.
    Avx2,
    /// Any processor.
    Portable,
}

/// The best path that this processor has.
pub fn best() -> Path {
    static BEST: OnceLock<Path> = OnceLock::new();
    *BEST.get_or_init(|| {
        #[cfg(target_arch = "x86_64")]
        {
            let has_512 = is_x86_feature_detected!("avx512f")
                && is_x86_feature_detected!("avx512bw")
                && is_x86_feature_detected!("avx512vl")
                && is_x86_feature_detected!("avx512dq");
            if has_512 && is_x86_feature_detected!("avx512vnni") && is_x86_feature_detected!("fma") {
                return if amx::is_available() { Path::Amx } else { Path::Vnni };
            }
            if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
                return Path::Avx2;
            }
        }
        Path::Portable
    })
}

/// The paths that this processor has, worst first.
#[cfg(test)]
pub(super) fn available() -> Vec<Path> {
    let all = [Path::Portable, Path::Avx2, Path::Vnni, Path::Amx];
    let best = all.iter().position(|&path| path == best()).map_or(0, |best| best + 1);
    all[..best].to_vec()
}

/// A linear layer with one scale for each output: `out = activation * weights^T * scales + bias`.
#[derive(Debug)]
pub(super) struct Linear {
    /// `[outputs / 16][inputs / 4][16][4]`, so that one load holds four inputs of sixteen outputs.
    packed: Vec<i8>,
    scales: Vec<f32>,
    bias: Vec<f32>,
    /// 128 times the sum of each output's weights: activations are stored with 128 added.
    offsets: Vec<i32>,
    inputs: usize,
    outputs: usize,
}

/// Activations as unsigned bytes around 128, one scale for each row (token).
#[derive(Debug, Default)]
pub(super) struct Quantised {
    bytes: Vec<u8>,
    scales: Vec<f32>,
}

/// Rows are stored in blocks, so that the wide paths need no shorter last one; what the rows beyond the last hold
/// does not matter.
const ROWS: usize = 32;

impl Quantised {
    /// Quantises rows of `width` values.
    pub(super) fn fill(&mut self, path: Path, rows: &[f32], width: usize) {
        let count = rows.len() / width;
        self.bytes.resize(count.next_multiple_of(ROWS) * width, 128);
        self.scales.clear();
        for (row, bytes) in rows.chunks_exact(width).zip(self.bytes.chunks_exact_mut(width)) {
            let scale = match path {
                #[cfg(target_arch = "x86_64")]
                // SAFETY: `best` found the features; tests ask for a path only where it is no better than that.
                Path::Amx | Path::Vnni => unsafe { quantise_512(row, bytes) },
                #[cfg(target_arch = "x86_64")]
                // SAFETY: as above.
                Path::Avx2 => unsafe { quantise_256(row, bytes) },
                _ => quantise(row, bytes),
            };
            self.scales.push(scale);
        }
    }
}

#[inline(always)]
fn quantise(row: &[f32], bytes: &mut [u8]) -> f32 {
    // Sixteen running maxima, so that the loop needs no order.
    let mut largest = [0f32; 16];
    let greater = |most: f32, value: f32| if value > most { value } else { most };
    let chunks = row.chunks_exact(16);
    for (most, value) in largest.iter_mut().zip(chunks.remainder()) {
        *most = greater(*most, value.abs());
    }
    for chunk in chunks {
        for (most, value) in largest.iter_mut().zip(chunk) {
            *most = greater(*most, value.abs());
        }
    }
    let largest = largest.iter().fold(0f32, |most, &value| greater(most, value));
    let scale = largest / 127.0;
    let inverse = if largest > 0.0 { 127.0 / largest } else { 0.0 };
    // Adding 1.5 * 2^23 rounds to the nearest integer and leaves it in the low bits.
    const ROUND: f32 = 12_582_912.0;
    for (byte, value) in bytes.iter_mut().zip(row) {
        let rounded = (value * inverse + ROUND).to_bits() as i32 - ROUND.to_bits() as i32;
        *byte = (rounded + 128) as u8;
    }
    scale
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,fma")]
fn quantise_512(row: &[f32], bytes: &mut [u8]) -> f32 {
    quantise(row, bytes)
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn quantise_256(row: &[f32], bytes: &mut [u8]) -> f32 {
    quantise(row, bytes)
}

impl Linear {
    /// From row-major weights (one row an output). `None` when the sizes do not fit the kernels.
    pub(super) fn new(weights: &[i8], scales: Vec<f32>, bias: Vec<f32>, inputs: usize) -> Option<Self> {
        let outputs = scales.len();
        let fits = inputs.is_multiple_of(4) && outputs.is_multiple_of(2 * LANES);
        if !fits || weights.len() != inputs * outputs || bias.len() != outputs {
            return None;
        }
        let mut packed = vec![0i8; weights.len()];
        let mut offsets = vec![0i32; outputs];
        for (output, row) in weights.chunks_exact(inputs).enumerate() {
            offsets[output] = 128 * row.iter().map(|&weight| i32::from(weight)).sum::<i32>();
            let block = (output / LANES) * inputs * LANES + (output % LANES) * 4;
            for (quad, four) in row.chunks_exact(4).enumerate() {
                packed[block + quad * 4 * LANES..][..4].copy_from_slice(four);
            }
        }
        Some(Self { packed, scales, bias, offsets, inputs, outputs })
    }

    /// How many values it gives for each row.
    pub(super) fn outputs(&self) -> usize {
        self.outputs
    }

    /// Applies the layer to every row; `out` is overwritten.
    pub(super) fn apply(&self, path: Path, input: &Quantised, out: &mut Vec<f32>) {
        let rows = input.scales.len();
        out.resize(rows * self.outputs, 0.0);
        let stored = rows.next_multiple_of(ROWS) * self.inputs;
        assert_eq!(input.bytes.len(), stored, "rows were quantised at this layer's width");
        match path {
            #[cfg(target_arch = "x86_64")]
            // SAFETY: the features were found.
            Path::Amx if self.inputs.is_multiple_of(amx::STEP) => unsafe { self.apply_amx(input, out) },
            #[cfg(target_arch = "x86_64")]
            // SAFETY: the features were found; the sizes were checked here and in `new`.
            Path::Amx | Path::Vnni => unsafe { self.apply_512(input, out) },
            #[cfg(target_arch = "x86_64")]
            // SAFETY: as above.
            Path::Avx2 => unsafe { self.apply_256(input, out) },
            _ => self.apply_portable(input, out),
        }
    }

    fn apply_portable(&self, input: &Quantised, out: &mut [f32]) {
        for (row, bytes) in input.bytes.chunks_exact(self.inputs).take(input.scales.len()).enumerate() {
            for block in 0..self.outputs / LANES {
                let weights = &self.packed[block * self.inputs * LANES..][..self.inputs * LANES];
                let mut sums = [0i32; LANES];
                for (four, weights) in bytes.chunks_exact(4).zip(weights.chunks_exact(4 * LANES)) {
                    for (sum, weights) in sums.iter_mut().zip(weights.chunks_exact(4)) {
                        for (&byte, &weight) in four.iter().zip(weights) {
                            *sum += i32::from(byte) * i32::from(weight);
                        }
                    }
                }
                self.finish(row, block * LANES, &sums, input.scales[row], out);
            }
        }
    }

    /// Turns sums into values; the same operations in the same order on every path.
    #[inline(always)]
    fn finish(&self, row: usize, first: usize, sums: &[i32; LANES], scale: f32, out: &mut [f32]) {
        let out = &mut out[row * self.outputs + first..][..LANES];
        let block = first / LANES;
        let scales: &[f32; LANES] = &self.scales.as_chunks().0[block];
        let bias: &[f32; LANES] = &self.bias.as_chunks().0[block];
        let offsets: &[i32; LANES] = &self.offsets.as_chunks().0[block];
        for lane in 0..LANES {
            out[lane] = (sums[lane] - offsets[lane]) as f32 * (scale * scales[lane]) + bias[lane];
        }
    }

    /// `finish` in one register.
    #[cfg(target_arch = "x86_64")]
    #[inline]
    #[target_feature(enable = "avx512f")]
    fn finish_512(
        &self,
        row: usize,
        first: usize,
        sums: std::arch::x86_64::__m512i,
        scale: f32,
        out: &mut [f32],
    ) {
        use std::arch::x86_64::{
            _mm512_add_ps, _mm512_cvtepi32_ps, _mm512_loadu_ps, _mm512_loadu_si512, _mm512_mul_ps,
            _mm512_set1_ps, _mm512_storeu_ps, _mm512_sub_epi32,
        };
        let out = &mut out[row * self.outputs + first..][..LANES];
        let (scales, bias) = (&self.scales[first..][..LANES], &self.bias[first..][..LANES]);
        let offsets = &self.offsets[first..][..LANES];
        // SAFETY: each of the four slices holds 16 numbers of 4 bytes.
        unsafe {
            let exact =
                _mm512_cvtepi32_ps(_mm512_sub_epi32(sums, _mm512_loadu_si512(offsets.as_ptr().cast())));
            let scale = _mm512_mul_ps(_mm512_set1_ps(scale), _mm512_loadu_ps(scales.as_ptr()));
            let value = _mm512_add_ps(_mm512_mul_ps(exact, scale), _mm512_loadu_ps(bias.as_ptr()));
            _mm512_storeu_ps(out.as_mut_ptr(), value);
        }
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq")]
    unsafe fn apply_amx(&self, input: &Quantised, out: &mut [f32]) {
        use std::arch::x86_64::_mm512_loadu_si512;
        // SAFETY: the caller's contract.
        let tiles = unsafe { amx::Tiles::new() };
        let mut sums = [0i32; amx::BLOCK * amx::BLOCK];
        // Few rows at a time, so that they stay in the nearest cache while all weights pass.
        const NEAR: usize = 2 * amx::BLOCK;
        let near = input.bytes.chunks(NEAR * self.inputs).zip(input.scales.chunks(NEAR));
        for (group, (bytes, scales)) in near.enumerate() {
            for (block, weights) in self.packed.chunks_exact(2 * self.inputs * LANES).enumerate() {
                let (left, right) = weights.split_at(self.inputs * LANES);
                let rows = bytes.chunks_exact(amx::BLOCK * self.inputs);
                for (part, (rows, scales)) in rows.zip(scales.chunks(amx::BLOCK)).enumerate() {
                    tiles.multiply(rows, left, right, self.inputs, &mut sums);
                    let sums = sums.as_chunks::<LANES>().0.as_chunks::<2>().0;
                    for (row, (pair, &scale)) in sums.iter().zip(scales).enumerate() {
                        let row = group * NEAR + part * amx::BLOCK + row;
                        for (half, lanes) in pair.iter().enumerate() {
                            // SAFETY: `lanes` holds exactly 64 bytes.
                            let lanes = unsafe { _mm512_loadu_si512(lanes.as_ptr().cast()) };
                            self.finish_512(row, (2 * block + half) * LANES, lanes, scale, out);
                        }
                    }
                }
            }
        }
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni")]
    unsafe fn apply_512(&self, input: &Quantised, out: &mut [f32]) {
        const TOGETHER: usize = 8;
        for block in 0..self.outputs / (2 * LANES) {
            for row in (0..input.scales.len()).step_by(TOGETHER) {
                // SAFETY: the caller's contract; rows are stored in blocks of 32, so all eight are there.
                unsafe { self.tile_512::<TOGETHER>(block, row, input, out) };
            }
        }
    }

    /// `ROWS` rows times 32 outputs; rows after the last are computed but not given.
    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni")]
    unsafe fn tile_512<const ROWS: usize>(
        &self,
        block: usize,
        row: usize,
        input: &Quantised,
        out: &mut [f32],
    ) {
        use std::arch::x86_64::{
            __m512i, _mm512_dpbusd_epi32, _mm512_loadu_si512, _mm512_set1_epi32, _mm512_setzero_si512,
        };
        let left = &self.packed[2 * block * self.inputs * LANES..][..self.inputs * LANES];
        let right = &self.packed[(2 * block + 1) * self.inputs * LANES..][..self.inputs * LANES];
        let bytes = &input.bytes[row * self.inputs..(row + ROWS) * self.inputs];
        let mut sums = [[_mm512_setzero_si512(); 2]; ROWS];
        for quad in 0..self.inputs / 4 {
            // SAFETY: quad < inputs / 4, so 64 bytes at quad * 64 lie in both slices, and 4 bytes at quad * 4 in
            // each row of `bytes`.
            unsafe {
                let low = _mm512_loadu_si512(left.as_ptr().add(quad * 64).cast());
                let high = _mm512_loadu_si512(right.as_ptr().add(quad * 64).cast());
                for (at, sum) in sums.iter_mut().enumerate() {
                    let four = bytes.as_ptr().add(at * self.inputs + quad * 4).cast::<i32>().read_unaligned();
                    let four: __m512i = _mm512_set1_epi32(four);
                    sum[0] = _mm512_dpbusd_epi32(sum[0], four, low);
                    sum[1] = _mm512_dpbusd_epi32(sum[1], four, high);
                }
            }
        }
        for (at, pair) in sums.iter().enumerate().take(input.scales.len() - row) {
            for (half, sum) in pair.iter().enumerate() {
                self.finish_512(row + at, (2 * block + half) * LANES, *sum, input.scales[row + at], out);
            }
        }
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2,fma")]
    unsafe fn apply_256(&self, input: &Quantised, out: &mut [f32]) {
        const ROWS: usize = 2;
        let rows = input.scales.len();
        for block in 0..self.outputs / LANES {
            let mut row = 0;
            while row + ROWS <= rows {
                // SAFETY: rows row..row + ROWS exist.
                unsafe { self.tile_256::<ROWS>(block, row, input, out) };
                row += ROWS;
            }
            if row < rows {
                // SAFETY: one row is left.
                unsafe { self.tile_256::<1>(block, row, input, out) };
            }
        }
    }

    /// `ROWS` rows times 16 outputs. Bytes are widened to 16 bits, since `maddubs` would saturate.
    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2,fma")]
    unsafe fn tile_256<const ROWS: usize>(
        &self,
        block: usize,
        row: usize,
        input: &Quantised,
        out: &mut [f32],
    ) {
        use std::arch::x86_64::{
            _mm_loadu_si128, _mm_set1_epi32, _mm256_add_epi32, _mm256_cvtepi8_epi16, _mm256_cvtepu8_epi16,
            _mm256_madd_epi16, _mm256_setzero_si256, _mm256_storeu_si256,
        };
        let weights = &self.packed[block * self.inputs * LANES..][..self.inputs * LANES];
        let bytes = &input.bytes[row * self.inputs..(row + ROWS) * self.inputs];
        let mut sums = [[_mm256_setzero_si256(); 4]; ROWS];
        for quad in 0..self.inputs / 4 {
            // SAFETY: 64 bytes at quad * 64 lie in `weights`, 4 bytes at quad * 4 in each row of `bytes`.
            unsafe {
                let from = weights.as_ptr().add(quad * 64);
                for part in 0..4 {
                    let four = _mm256_cvtepi8_epi16(_mm_loadu_si128(from.add(part * 16).cast()));
                    for (at, sum) in sums.iter_mut().enumerate() {
                        let b =
                            bytes.as_ptr().add(at * self.inputs + quad * 4).cast::<i32>().read_unaligned();
                        let wide = _mm256_cvtepu8_epi16(_mm_set1_epi32(b));
                        sum[part] = _mm256_add_epi32(sum[part], _mm256_madd_epi16(wide, four));
                    }
                }
            }
        }
        for (at, parts) in sums.iter().enumerate() {
            let mut lanes = [0i32; LANES];
            for (part, sum) in parts.iter().enumerate() {
                let mut pairs = [0i32; 8];
                // SAFETY: `pairs` holds exactly 32 bytes.
                unsafe { _mm256_storeu_si256(pairs.as_mut_ptr().cast(), *sum) };
                for lane in 0..4 {
                    lanes[part * 4 + lane] = pairs[2 * lane] + pairs[2 * lane + 1];
                }
            }
            self.finish(row + at, block * LANES, &lanes, input.scales[row + at], out);
        }
    }
}

/// Runs plain arithmetic compiled for the path's registers.
macro_rules! on_path {
    ($(#[$doc:meta])* $name:ident, $plain:ident, ($($arg:ident: $kind:ty),*)) => {
        $(#[$doc])*
        pub(super) fn $name(path: Path, $($arg: $kind),*) {
            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq")]
            fn wide($($arg: $kind),*) { $plain($($arg),*) }
            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx2")]
            fn middle($($arg: $kind),*) { $plain($($arg),*) }
            match path {
                #[cfg(target_arch = "x86_64")]
                // SAFETY: the features were found.
                Path::Amx | Path::Vnni => unsafe { wide($($arg),*) },
                #[cfg(target_arch = "x86_64")]
                // SAFETY: the features were found.
                Path::Avx2 => unsafe { middle($($arg),*) },
                _ => $plain($($arg),*),
            }
        }
    };
}

use super::arithmetic::{DEPTH, QUERIES, dots_plain, gelu_plain, mix_plain, normalise_plain, soften_plain};

on_path!(
    /// GELU in place, with the error function as the model was trained.
    gelu, gelu_plain, (values: &mut [f32])
);
on_path!(
    /// Layer normalisation of `rows + added` into `rows`.
    normalise, normalise_plain, (rows: &mut [f32], added: &[f32], weight: &[f32], bias: &[f32])
);
on_path!(
    /// Softmax of rows of `padded` scores, of which the first `tokens` count.
    soften, soften_plain, (scores: &mut [f32], padded: usize, tokens: usize)
);
on_path!(dots_narrow, dots_plain, (queries: &[&[f32; DEPTH]; QUERIES], keys: &[f32], scores: &mut [f32]));
on_path!(
    mix_narrow,
    mix_plain,
    (scores: &[f32], padded: usize, values: &[&[f32; DEPTH]], out: &mut [[f32; DEPTH]; QUERIES])
);

/// Scores of some queries, a row of `keys.len() / DEPTH` each; keys are laid out by dimension first.
pub(super) fn dots(path: Path, queries: &[&[f32; DEPTH]; QUERIES], keys: &[f32], scores: &mut [f32]) {
    match path {
        #[cfg(target_arch = "x86_64")]
        // SAFETY: the features were found.
        Path::Amx | Path::Vnni => unsafe { dots_512(queries, keys, scores) },
        _ => dots_narrow(path, queries, keys, scores),
    }
}

/// The values mixed as each query's row of shares says.
pub(super) fn mix(
    path: Path,
    shares: &[f32],
    padded: usize,
    values: &[&[f32; DEPTH]],
    out: &mut [[f32; DEPTH]; QUERIES],
) {
    match path {
        #[cfg(target_arch = "x86_64")]
        // SAFETY: the features were found.
        Path::Amx | Path::Vnni => unsafe { mix_512(shares, padded, values, out) },
        _ => mix_narrow(path, shares, padded, values, out),
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f")]
unsafe fn dots_512(queries: &[&[f32; DEPTH]; QUERIES], keys: &[f32], scores: &mut [f32]) {
    use std::arch::x86_64::{
        _mm512_add_ps, _mm512_loadu_ps, _mm512_mul_ps, _mm512_set1_ps, _mm512_setzero_ps, _mm512_storeu_ps,
    };
    let padded = keys.len() / DEPTH;
    assert!(
        padded.is_multiple_of(2 * LANES) && keys.len() == padded * DEPTH && scores.len() == padded * QUERIES
    );
    for at in (0..padded).step_by(2 * LANES) {
        let mut sums = [[_mm512_setzero_ps(); 2]; QUERIES];
        for dimension in 0..DEPTH {
            // SAFETY: at + 32 <= padded, so both loads lie in row `dimension` of DEPTH rows of `padded` keys.
            let (low, high) = unsafe {
                let from = keys.as_ptr().add(dimension * padded + at);
                (_mm512_loadu_ps(from), _mm512_loadu_ps(from.add(LANES)))
            };
            for (sum, query) in sums.iter_mut().zip(queries) {
                let one = _mm512_set1_ps(query[dimension]);
                sum[0] = _mm512_add_ps(sum[0], _mm512_mul_ps(one, low));
                sum[1] = _mm512_add_ps(sum[1], _mm512_mul_ps(one, high));
            }
        }
        for (query, sum) in sums.iter().enumerate() {
            // SAFETY: at + 32 <= padded, within row `query` of QUERIES rows of `padded` scores.
            unsafe {
                let to = scores.as_mut_ptr().add(query * padded + at);
                _mm512_storeu_ps(to, sum[0]);
                _mm512_storeu_ps(to.add(LANES), sum[1]);
            }
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f")]
unsafe fn mix_512(
    shares: &[f32],
    padded: usize,
    values: &[&[f32; DEPTH]],
    out: &mut [[f32; DEPTH]; QUERIES],
) {
    use std::arch::x86_64::{
        _mm512_add_ps, _mm512_loadu_ps, _mm512_mul_ps, _mm512_set1_ps, _mm512_setzero_ps, _mm512_storeu_ps,
    };
    const { assert!(DEPTH == 2 * LANES) };
    assert!(values.len() <= padded && shares.len() == padded * QUERIES);
    let mut sums = [[_mm512_setzero_ps(); 2]; QUERIES];
    for (token, value) in values.iter().enumerate() {
        // SAFETY: a value holds DEPTH = 32 numbers.
        let (low, high) =
            unsafe { (_mm512_loadu_ps(value.as_ptr()), _mm512_loadu_ps(value.as_ptr().add(LANES))) };
        for (query, sum) in sums.iter_mut().enumerate() {
            // SAFETY: token < padded, in row `query` of QUERIES rows.
            let share = _mm512_set1_ps(unsafe { *shares.get_unchecked(query * padded + token) });
            sum[0] = _mm512_add_ps(sum[0], _mm512_mul_ps(share, low));
            sum[1] = _mm512_add_ps(sum[1], _mm512_mul_ps(share, high));
        }
    }
    for (out, sum) in out.iter_mut().zip(&sums) {
        // SAFETY: each row holds DEPTH = 32 numbers.
        unsafe {
            _mm512_storeu_ps(out.as_mut_ptr(), sum[0]);
            _mm512_storeu_ps(out.as_mut_ptr().add(LANES), sum[1]);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_path_computes_the_same_values(
            weights in prop::collection::vec(any::<i8>(), 64 * 128),
            rows in prop::collection::vec(-3f32..3.0, 128 * 37),
            count in 1usize..38,
            wide in any::<bool>(),
        ) {
            // 128 inputs suit the tiles of AMX, 16 do not.
            let inputs = if wide { 128 } else { 16 };
            let scales = (0..64).map(|n| 0.01 + n as f32 / 900.0).collect();
            let linear = Linear::new(&weights[..64 * inputs], scales, vec![0.25; 64], inputs).unwrap();
            let mut found = Vec::new();
            for path in available() {
                let mut quantised = Quantised::default();
                quantised.fill(path, &rows[..count * inputs], inputs);
                let mut out = Vec::new();
                linear.apply(path, &quantised, &mut out);
                found.push((path, quantised.bytes, out));
            }
            for (path, bytes, out) in &found[1..] {
                prop_assert_eq!(bytes, &found[0].1, "{:?}", path);
                prop_assert_eq!(out, &found[0].2, "{:?}", path);
            }
        }
    }

    #[test]
    fn a_layer_is_close_to_the_real_numbers() {
        let weights: Vec<i8> = (0..32 * 8).map(|n| (n * 37 % 255) as i8).collect();
        let linear = Linear::new(&weights, vec![0.5; 32], vec![1.0; 32], 8).unwrap();
        let row = [0.5f32, -1.0, 0.25, 0.0, 2.0, -0.125, 1.5, 0.75];
        let mut quantised = Quantised::default();
        quantised.fill(Path::Portable, &row, 8);
        let mut out = Vec::new();
        linear.apply(Path::Portable, &quantised, &mut out);
        for (output, value) in out.iter().enumerate() {
            let exact: f32 =
                (0..8).map(|n| row[n] * f32::from(weights[output * 8 + n]) * 0.5).sum::<f32>() + 1.0;
            assert!((value - exact).abs() < 2.5, "{value} {exact}");
        }
    }
}
