//! The words that carry a text's topic.

use xxhash_rust::xxh3::xxh3_64;

use crate::words;

/// The distinct content words of a text as hashes of their stems, sorted.
pub(super) fn content_words(text: &str) -> Vec<u64> {
    let normal = words::normal(text);
    let mut hashes: Vec<u64> = words::each(&normal)
        .filter(|(_, word)| word.len() > 2 && !words::is_stop(word))
        .map(|(_, word)| xxh3_64(words::stem(word).as_bytes()))
        .collect();
    hashes.sort_unstable();
    hashes.dedup();
    hashes
}
