//! Whatever reads a page of a kind that nobody knows.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rejoinder::fetch::Media;

fuzz_target!(|data: &[u8]| rejoinder_fuzz::read(data, Media::Html, None));
