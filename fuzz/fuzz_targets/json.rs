//! The readers of JSON, one value or one a line.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rejoinder::fetch::Media;

fuzz_target!(|data: &[u8]| rejoinder_fuzz::read(data, Media::Json, None));
