//! What must hold whatever a page holds: no panic, no more posts and text than the page can carry, and the
//! same thread from the same bytes. `tests/properties.rs` checks the same on pages that are slightly broken.

use rejoinder::fetch::{Media, Page};
use rejoinder::ingest::{self, Limits};
use url::Url;

/// Reads these bytes twice as a page of this kind.
pub fn read(data: &[u8], media: Media, address: Option<&str>) {
    let text = String::from_utf8_lossy(data).into_owned();
    let length = text.len();
    let once = || {
        let page = Page {
            name: "fuzz".to_owned(),
            url: address.and_then(|address| Url::parse(address).ok()),
            media,
            text: text.clone(),
            ..Page::default()
        };
        let limits = Limits { pages: 10, posts: 10_000 };
        ingest::collect(vec![page], None, None, &limits, &mut |_| {})
    };
    match (once(), once()) {
        (Ok(first), Ok(second)) => {
            assert!(first.posts().len() <= length + 2, "more posts than bytes");
            let said: usize = first.posts().iter().map(|post| post.body.text().len()).sum();
            assert!(said <= 16 * length + 10_000, "{said} bytes of text from {length}");
            assert_eq!(format!("{first:?}"), format!("{second:?}"));
        }
        (Err(first), Err(second)) => assert_eq!(first.to_string(), second.to_string()),
        _ => panic!("a thread one time and an error the other"),
    }
}
