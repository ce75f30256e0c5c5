//! From bytes to text: which character set a page is in, and its decoding.
//!
//! It never refuses a page; characters that cannot be read are replaced and the page is marked lossy.

use encoding_rs::{Encoding, ISO_2022_JP, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use super::Media;

/// How much of a page is searched for a declaration. Browsers look at 1024 bytes; old forum templates put
/// comments and styles before theirs.
const PRESCAN: usize = 4096;

/// Text and whether characters were replaced while decoding.
pub(super) struct Decoded {
    pub(super) text: String,
    pub(super) lossy: bool,
}

/// Decodes bytes: by byte order mark, by what the server declared, by what the page declares, by what fits.
///
/// The mark beats the server's declaration, as in browsers. Two labels are not believed: Latin-1 for bytes
/// that are UTF-8 (servers add it to every page), and UTF-8 for bytes that are not, when the page itself
/// names another set.
pub(super) fn decode(bytes: Vec<u8>, media: Media, declared: Option<&str>) -> Decoded {
    if let Some((encoding, mark)) = Encoding::for_bom(&bytes) {
        return with(encoding, bytes.get(mark..).unwrap_or_default());
    }
    let bytes = match String::from_utf8(bytes) {
        Ok(text) => return decode_utf8(text, media, declared),
        Err(error) => error.into_bytes(),
    };
    if let Some(encoding) = utf16_by_pattern(&bytes) {
        return with(encoding, &bytes);
    }
    if media == Media::Mbox || bytes.starts_with(b"From ") {
        return decode_mail(&bytes);
    }
    let by_server = declared.and_then(|label| Encoding::for_label_no_replacement(label.trim().as_bytes()));
    let by_page = || declaration(&bytes, media).filter(|encoding| *encoding != UTF_8);
    let encoding = by_server
        .filter(|encoding| *encoding != UTF_8)
        .or_else(by_page)
        .or_else(|| by_server.filter(|_| mostly_utf8(&bytes)))
        .unwrap_or_else(|| if mostly_utf8(&bytes) { UTF_8 } else { WINDOWS_1252 });
    with(encoding, &bytes)
}

/// Mail, in which every message has its own set: lines that are not UTF-8 are taken for windows-1252, which
/// has a character for each byte, so that a reader of mail can turn them back.
fn decode_mail(bytes: &[u8]) -> Decoded {
    let mut text = String::with_capacity(bytes.len());
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        match std::str::from_utf8(line) {
            Ok(line) => text.push_str(line),
            Err(_) => text.push_str(&WINDOWS_1252.decode_without_bom_handling(line).0),
        }
    }
    Decoded { text, lossy: false }
}

/// The page whose bytes are UTF-8, unless it says that they only look like it.
fn decode_utf8(text: String, media: Media, declared: Option<&str>) -> Decoded {
    if let Some(encoding) = utf16_by_pattern(text.as_bytes()) {
        return with(encoding, text.as_bytes());
    }
    // In the sets of East Asia two or three bytes may look like UTF-8 by chance, and ISO-2022-JP is all
    // ASCII; long Latin-1 text never does.
    let says = declared.and_then(|label| Encoding::for_label_no_replacement(label.trim().as_bytes()));
    let says = says.or_else(|| declaration(text.as_bytes(), media));
    match says {
        Some(encoding) if encoding == ISO_2022_JP => with(encoding, text.as_bytes()),
        Some(encoding) if !encoding.is_single_byte() && encoding != UTF_8 && !text.is_ascii() => {
            let other = with(encoding, text.as_bytes());
            if other.lossy { Decoded { text, lossy: false } } else { other }
        }
        _ => Decoded { text, lossy: false },
    }
}

fn with(encoding: &'static Encoding, bytes: &[u8]) -> Decoded {
    let (text, lossy) = encoding.decode_without_bom_handling(bytes);
    Decoded { text: text.into_owned(), lossy }
}

/// Whether the bytes are UTF-16, with a byte order mark or without.
pub(super) fn is_utf16(bytes: &[u8]) -> bool {
    bytes.starts_with(b"\xFF\xFE") || bytes.starts_with(b"\xFE\xFF") || utf16_by_pattern(bytes).is_some()
}

/// UTF-16 without a mark, told by its NULs: every second byte of the first few hundred is one.
fn utf16_by_pattern(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = bytes.get(..bytes.len().min(512) & !1)?;
    if head.len() < 4 {
        return None;
    }
    let nuls = |offset: usize| head.iter().skip(offset).step_by(2).filter(|byte| **byte == 0).count();
    let (even, odd, half) = (nuls(0), nuls(1), head.len() / 2);
    if even == 0 && odd * 10 > half * 9 {
        Some(UTF_16LE)
    } else if odd == 0 && even * 10 > half * 9 {
        Some(UTF_16BE)
    } else {
        None
    }
}

/// Whether the bytes are UTF-8 with a few broken places, such as a file cut in the middle of a character.
fn mostly_utf8(bytes: &[u8]) -> bool {
    let (mut good, mut bad) = (0usize, 0usize);
    for chunk in bytes.utf8_chunks() {
        good += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        bad += usize::from(!chunk.invalid().is_empty());
    }
    good > bad
}

/// The character set that the page itself names in `<meta charset>`, `<meta http-equiv>` or `<?xml ?>`.
fn declaration(bytes: &[u8], media: Media) -> Option<&'static Encoding> {
    let head = bytes.get(..bytes.len().min(PRESCAN))?;
    let markup =
        media == Media::Html || (media == Media::Unknown && head.trim_ascii_start().first() == Some(&b'<'));
    if !markup {
        return None;
    }
    let head = head.to_ascii_lowercase();
    let label = labelled(&head, b"<?xml", b"encoding").or_else(|| labelled(&head, b"<meta", b"charset"))?;
    let encoding = Encoding::for_label_no_replacement(label)?;
    // Who could read that far did not read UTF-16; the HTML standard takes such a label for UTF-8.
    Some(if encoding == UTF_16LE || encoding == UTF_16BE { UTF_8 } else { encoding })
}

/// The value of `key=` inside the first tag that begins with `tag` and has one.
fn labelled<'a>(head: &'a [u8], tag: &[u8], key: &[u8]) -> Option<&'a [u8]> {
    for at in memchr::memmem::find_iter(head, tag) {
        let rest = head.get(at..)?;
        let inside = rest.get(..memchr::memchr(b'>', rest).unwrap_or(rest.len()))?;
        for found in memchr::memmem::find_iter(inside, key) {
            let after = inside.get(found + key.len()..)?.trim_ascii_start();
            let Some(value) = after.strip_prefix(b"=") else { continue };
            let value = value.trim_ascii_start();
            let value = value.strip_prefix(b"\"").or(value.strip_prefix(b"'")).unwrap_or(value);
            let end = value.iter().position(|byte| b"\"';? \t\r\n/".contains(byte)).unwrap_or(value.len());
            return value.get(..end);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn text(bytes: &[u8], media: Media, declared: Option<&str>) -> String {
        decode(bytes.to_vec(), media, declared).text
    }

    #[test]
    fn a_byte_order_mark_beats_every_label_and_is_taken_off() {
        assert_eq!(text(b"\xEF\xBB\xBFna\xC3\xAFve", Media::Html, Some("latin1")), "naïve");
        assert_eq!(text(b"\xFF\xFEh\0i\0", Media::Unknown, Some("utf-8")), "hi");
        assert_eq!(text(b"\xFE\xFF\0h\0i", Media::Unknown, None), "hi");
    }

    #[test]
    fn utf_16_without_a_mark_is_told_by_its_nuls() {
        let bytes: Vec<u8> = "<p>hello there</p>".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(text(&bytes, Media::Html, None), "<p>hello there</p>");
    }

    #[test]
    fn latin_1_is_read_as_windows_1252_as_browsers_do() {
        assert_eq!(text(b"\x93caf\xE9\x94", Media::Html, Some("ISO-8859-1")), "“café”");
        let page = b"<meta http-equiv=Content-Type content=\"text/html; charset=iso-8859-1\">\x93caf\xE9\x94";
        assert!(text(page, Media::Html, None).ends_with("“café”"));
        assert_eq!(text(b"caf\xE9", Media::Plain, None), "café");
    }

    #[test]
    fn a_page_in_utf_8_is_read_although_the_server_says_latin_1() {
        assert_eq!(text("<p>café".as_bytes(), Media::Html, Some("iso-8859-1")), "<p>café");
    }

    #[test]
    fn a_page_that_names_its_set_is_read_although_the_server_says_utf_8() {
        let page = b"<meta charset='windows-1251'>\xCF\xF0\xE8\xE2\xE5\xF2";
        assert!(text(page, Media::Html, Some("utf-8")).ends_with("Привет"));
    }

    #[test]
    fn sets_of_several_bytes_are_decoded() {
        let (bytes, ..) = encoding_rs::SHIFT_JIS.encode("こんにちは");
        assert_eq!(text(&bytes, Media::Html, Some("Shift_JIS")), "こんにちは");
        let (bytes, ..) = encoding_rs::ISO_2022_JP.encode("こんにちは");
        assert_eq!(text(&bytes, Media::Plain, Some("iso-2022-jp")), "こんにちは");
    }

    #[test]
    fn a_file_cut_inside_a_character_is_utf_8_and_lossy() {
        let decoded = decode(b"na\xC3\xAFve caf\xC3\xA9 \xC3\xA9t\xC3".to_vec(), Media::Ndjson, None);
        assert_eq!(decoded.text, "naïve café ét\u{FFFD}");
        assert!(decoded.lossy);
    }

    #[test]
    fn messages_of_one_mailbox_may_be_in_different_sets() {
        let mailbox = b"From a\n\nna\xC3\xAFve\n\nFrom b\n\ncaf\xE9 \x81\n";
        let decoded = decode(mailbox.to_vec(), Media::Mbox, None);
        assert!(decoded.text.contains("na\u{ef}ve") && decoded.text.contains("caf\u{e9} \u{81}"));
        assert!(!decoded.lossy);
    }

    #[test]
    fn a_meta_tag_inside_json_declares_nothing() {
        let json = "{\"body\":\"<meta charset=gbk> é\"}";
        assert_eq!(text(json.as_bytes(), Media::Json, None), json);
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(
            bytes in proptest::collection::vec(any::<u8>(), 0..300),
            label in proptest::option::of("utf-8|latin1|gbk|utf-16|shift_jis|iso-2022-jp|replacement|nonsense"),
        ) {
            let mut page = b"<meta charset=".to_vec();
            page.extend(&bytes);
            for media in [Media::Html, Media::Unknown, Media::Json] {
                decode(bytes.clone(), media, label.as_deref());
                decode(page.clone(), media, label.as_deref());
            }
        }

        #[test]
        fn undeclared_utf_8_comes_through_unchanged(text in "[a-zé€😀 \n]{0,40}") {
            prop_assert_eq!(decode(text.clone().into_bytes(), Media::Plain, None).text, text);
        }
    }
}
