//! The reader of plain text.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rejoinder::fetch::Media;

fuzz_target!(|data: &[u8]| rejoinder_fuzz::read(data, Media::Plain, None));
