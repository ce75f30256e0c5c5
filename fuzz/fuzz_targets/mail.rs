//! The readers of mail.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rejoinder::fetch::Media;

fuzz_target!(|data: &[u8]| rejoinder_fuzz::read(data, Media::Mbox, None));
