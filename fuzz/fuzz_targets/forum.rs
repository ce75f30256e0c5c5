//! The readers of forum software, at an address as a forum has it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rejoinder::fetch::Media;

fuzz_target!(|data: &[u8]| rejoinder_fuzz::read(data, Media::Html, Some("https://forum.example/threads/lights.1/")));
