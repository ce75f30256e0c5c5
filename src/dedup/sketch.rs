//! Sets of hashes that fit the cache: which keys occur, and which occur again.

/// A hash that spreads every bit of its input.
pub(super) fn mix(mut x: u64) -> u64 {
    x ^= x >> 32;
    x = x.wrapping_mul(0xD6E8_FEB8_6659_FD93);
    x ^= x >> 32;
    x = x.wrapping_mul(0xD6E8_FEB8_6659_FD93);
    x ^ (x >> 32)
}

/// A set of keys that may say yes to a key it does not hold, and never no to one it does.
pub(super) struct Sieve {
    bits: Vec<u64>,
    mask: usize,
}

impl Sieve {
    /// Of a size at which about one foreign key in sixteen gets through.
    pub(super) fn new(keys: usize) -> Self {
        let words = (keys / 4).max(16).next_power_of_two();
        Self { bits: vec![0; words], mask: words - 1 }
    }

    /// Adds a key; whether it may have been there before.
    pub(super) fn add(&mut self, key: u32) -> bool {
        let (word, bit) = self.place(key);
        let before = self.bits[word] & bit != 0;
        self.bits[word] |= bit;
        before
    }

    pub(super) fn has(&self, key: u32) -> bool {
        let (word, bit) = self.place(key);
        self.bits[word] & bit != 0
    }

    fn place(&self, key: u32) -> (usize, u64) {
        ((key >> 6) as usize & self.mask, 1 << (key & 63))
    }
}
