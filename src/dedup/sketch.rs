//! Sets of hashes that fit the cache: which keys occur, and which occur again.

/// Spreads the sum of a few word hashes, each times an odd number, over all bits.
pub(super) fn mix(sum: u64) -> u64 {
    let hash = (sum ^ (sum >> 32)).wrapping_mul(0xD6E8_FEB8_6659_FD93);
    hash ^ (hash >> 32)
}

/// Which keys were added, and which more than once. It may say yes for another key, never no for one added.
pub(super) struct Sieve {
    /// Two bits a key, side by side: added once, added again.
    bits: Vec<u64>,
    mask: usize,
}

impl Sieve {
    /// Of a size at which about one foreign key in eight gets through.
    pub(super) fn new(keys: usize) -> Self {
        let words = (keys / 8).max(16).next_power_of_two();
        Self { bits: vec![0; words], mask: words - 1 }
    }

    pub(super) fn add(&mut self, key: u32) {
        let (word, once) = self.place(key);
        let bits = &mut self.bits[word];
        *bits |= once | (*bits & once) << 1;
    }

    pub(super) fn has(&self, key: u32) -> bool {
        let (word, once) = self.place(key);
        self.bits[word] & once != 0
    }

    pub(super) fn has_twice(&self, key: u32) -> bool {
        let (word, once) = self.place(key);
        self.bits[word] & once << 1 != 0
    }

    fn place(&self, key: u32) -> (usize, u64) {
        ((key >> 5) as usize & self.mask, 1 << (2 * (key & 31)))
    }
}
