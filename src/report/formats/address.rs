//! Which addresses a reader may be sent to.

/// The address, if a browser may follow it: `http` and `https` only, without anything that misleads.
pub(super) fn web(address: &str) -> Option<&str> {
    let scheme = |name: &str| address.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name));
    let plain = !address.chars().any(|c| c.is_control() || c.is_whitespace() || misleads(c));
    (plain && (scheme("http://") || scheme("https://"))).then_some(address)
}

/// Controls beyond ASCII, and marks that make text read in another order than it stands.
pub(super) fn misleads(c: char) -> bool {
    matches!(c, '\u{80}'..='\u{9F}' | '\u{2028}' | '\u{2029}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// Words in one line without controls: what a terminal or a Markdown file can be given.
pub(super) fn plain(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for word in text.split(|c: char| c.is_whitespace() || c.is_control()) {
        let mut letters = word.chars().filter(|&c| !misleads(c)).peekable();
        if letters.peek().is_some() {
            if !line.is_empty() {
                line.push(' ');
            }
            line.extend(letters);
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_web_addresses_become_links() {
        assert!(web("HTTPS://a.example/?q=1").is_some());
        for address in ["javascript:alert(1)", " https://a", "java\nscript:x", "data:text/html,x", "//a", ""]
        {
            assert_eq!(web(address), None, "{address}");
        }
    }

    #[test]
    fn plain_words_carry_no_control() {
        assert_eq!(plain("a\u{1b}[31mred\n\nb\u{202E}c"), "a [31mred bc");
    }
}
