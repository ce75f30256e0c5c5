//! The one way by which text reaches the page.
//!
//! Markup is `&'static str`, so nothing that somebody wrote can be passed as markup; everything else goes
//! through [`push`]. It refuses to hide: controls and marks that turn the writing direction are shown.

use std::borrow::Cow;
use std::fmt::Write;

use crate::report::formats::address::misleads;

/// A page under construction.
#[derive(Default)]
pub(super) struct Escaped {
    page: String,
}

impl Escaped {
    pub(super) fn with_capacity(bytes: usize) -> Self {
        Self { page: String::with_capacity(bytes) }
    }

    /// Adds our own markup.
    pub(super) fn markup(&mut self, markup: &'static str) -> &mut Self {
        self.page.push_str(markup);
        self
    }

    /// Adds somebody's words, to stand between tags or in a quoted attribute.
    pub(super) fn text(&mut self, text: &str) -> &mut Self {
        push(&mut self.page, text);
        self
    }

    /// Adds a whole number.
    pub(super) fn number(&mut self, number: impl Into<i64>) -> &mut Self {
        let number: i64 = number.into();
        // By hand: a page holds some hundred thousand, and most are short.
        let mut digits = [0u8; 20];
        let mut at = digits.len();
        let mut left = number.unsigned_abs();
        while let Some(slot) = at.checked_sub(1).and_then(|before| digits.get_mut(before)) {
            *slot = b'0' + (left % 10) as u8;
            left /= 10;
            at -= 1;
            if left == 0 {
                break;
            }
        }
        if number < 0 {
            self.page.push('-');
        }
        self.page.extend(digits.get(at..).unwrap_or_default().iter().copied().map(char::from));
        self
    }

    /// Adds a coordinate, to a tenth.
    pub(super) fn coordinate(&mut self, value: f64) -> &mut Self {
        // Writing to a `String` cannot fail.
        let _ = write!(self.page, "{value:.1}");
        self
    }

    /// Adds a value such as a strength, to a hundredth.
    pub(super) fn hundredths(&mut self, value: f64) -> &mut Self {
        let _ = write!(self.page, "{value:.2}");
        self
    }

    /// Adds a part of the frame, which the template engine escaped with the same function.
    pub(super) fn frame(&mut self, part: &str) -> &mut Self {
        self.page.push_str(part);
        self
    }

    pub(super) fn finish(self) -> String {
        self.page
    }
}

/// Appends `text`, safe between tags and in quoted attributes.
pub(super) fn push(page: &mut String, text: &str) {
    let bytes = text.as_bytes();
    let mut done = 0;
    for (at, &byte) in bytes.iter().enumerate() {
        if !SPECIAL[byte as usize] {
            continue;
        }
        let (stands_for, width): (Cow<'static, str>, usize) = match byte {
            b'&' => ("&amp;".into(), 1),
            b'<' => ("&lt;".into(), 1),
            b'>' => ("&gt;".into(), 1),
            b'"' => ("&quot;".into(), 1),
            b'\'' => ("&#39;".into(), 1),
            b'\r' => ("".into(), 1),
            0x7F => ("\u{2421}".into(), 1),
            0x00..=0x1F => (control_picture(byte).to_string().into(), 1),
            _ => match text.get(at..).and_then(|rest| rest.chars().next()).filter(|&c| misleads(c)) {
                Some(c) => (format!("\u{27E8}U+{:04X}\u{27E9}", c as u32).into(), c.len_utf8()),
                None => continue,
            },
        };
        page.push_str(&text[done..at]);
        page.push_str(&stands_for);
        done = at + width;
    }
    page.push_str(&text[done..]);
}

/// U+2400 and the 31 after it are pictures of the controls.
fn control_picture(byte: u8) -> char {
    char::from_u32(0x2400 + u32::from(byte)).unwrap_or(char::REPLACEMENT_CHARACTER)
}

/// Bytes at which `push` has to look: ASCII specials, and the first bytes of characters that mislead.
static SPECIAL: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = matches!(byte as u8, b'&' | b'<' | b'>' | b'"' | b'\'' | 0x7F | 0xC2 | 0xE2)
            || (byte < 0x20 && byte as u8 != b'\n' && byte as u8 != b'\t');
        byte += 1;
    }
    table
};

#[cfg(test)]
mod tests {
    use super::*;

    fn escaped(text: &str) -> String {
        let mut page = String::new();
        push(&mut page, text);
        page
    }

    #[test]
    fn numbers_are_written_in_full() {
        for number in [0, 7, 10, -1, 123_456_789, i64::MAX, i64::MIN] {
            assert_eq!(Escaped::default().number(number).page, number.to_string());
        }
    }

    #[test]
    fn nothing_that_opens_a_tag_or_closes_an_attribute_passes() {
        assert_eq!(escaped("<b a='\"'>&"), "&lt;b a=&#39;&quot;&#39;&gt;&amp;");
    }

    proptest::proptest! {
        #[test]
        fn no_text_leaves_anything_that_a_browser_would_take_for_markup(text in "(?s).{0,80}|[<>&\"'\u{0}-\u{20}\u{202a}-\u{202e}a-c]{0,40}") {
            let page = escaped(&text);
            let left = page.contains(['<', '>', '"', '\'', '\0', '\u{202E}']);
            proptest::prop_assert!(!left);
            let known = ["&lt;", "&gt;", "&quot;", "&#39;", "&amp;"];
            let plain = known.iter().fold(page, |page, known| page.replace(known, ""));
            proptest::prop_assert!(!plain.contains('&'));
        }
    }

    #[test]
    fn controls_and_direction_marks_are_shown_and_letters_kept() {
        assert_eq!(escaped("a\0b\u{202E}c\u{85}d — “é”\r\n"), "a\u{2400}b⟨U+202E⟩c⟨U+0085⟩d — “é”\n");
    }
}
