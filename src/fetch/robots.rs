//! What a site asks of robots (RFC 9309), and whether one address is among it.
//!
//! It reads and matches; asking for the file and keeping it is [`super::web`]'s.

use std::time::Duration;

/// Bytes of a robots.txt that are read; the standard asks for at least this many.
pub(super) const MAX_BYTES: u64 = 500 * 1024;

/// A longer Crawl-delay is not kept: no site means it for a reader of one thread.
const MAX_CRAWL_DELAY: f64 = 30.0;

/// The rules for one robot.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Robots {
    rules: Vec<Rule>,
    /// How long to wait between two requests, when the site says so; capped.
    pub(super) crawl_delay: Option<Duration>,
}

#[derive(Debug, Clone, PartialEq)]
struct Rule {
    allow: bool,
    pattern: Vec<u8>,
}

impl Robots {
    /// The rules that `robot` must keep: all groups that name it, or else all groups for everybody.
    pub(super) fn parse(text: &str, robot: &str) -> Self {
        let (mut own, mut everybody) = (Self::default(), Self::default());
        let mut named = false;
        // Which of the two the lines at hand belong to, and whether the group's head is still being read.
        let (mut for_own, mut for_everybody, mut in_head) = (false, false, false);
        for line in text.trim_start_matches('\u{feff}').split(['\n', '\r']) {
            let line = line.split_once('#').map_or(line, |(rule, _)| rule);
            let Some((key, value)) = line.split_once(':') else { continue };
            let (key, value) = (key.trim().to_ascii_lowercase(), value.trim());
            if key == "user-agent" {
                if !in_head {
                    (for_own, for_everybody, in_head) = (false, false, true);
                }
                if value == "*" {
                    for_everybody = true;
                } else if product(value).eq_ignore_ascii_case(robot) {
                    (for_own, named) = (true, true);
                }
                continue;
            }
            if matches!(key.as_str(), "allow" | "disallow" | "crawl-delay") {
                in_head = false;
            }
            if for_own {
                own.add(&key, value);
            }
            if for_everybody {
                everybody.add(&key, value);
            }
        }
        if named { own } else { everybody }
    }

    fn add(&mut self, key: &str, value: &str) {
        match key {
            "allow" | "disallow" if !value.is_empty() => {
                self.rules.push(Rule { allow: key == "allow", pattern: normal(value, true) });
            }
            "crawl-delay" => {
                let seconds = value.parse::<f64>().ok().filter(|seconds| *seconds > 0.0);
                let capped = seconds.map(|seconds| Duration::from_secs_f64(seconds.min(MAX_CRAWL_DELAY)));
                self.crawl_delay = capped.or(self.crawl_delay);
            }
            _ => {}
        }
    }

    /// Whether this path, with its query, may be asked: the longest rule that matches says so, and allows
    /// when two are equally long.
    pub(super) fn allows(&self, path_and_query: &str) -> bool {
        if path_and_query == "/robots.txt" {
            return true;
        }
        let path = normal(path_and_query, false);
        let matching = self.rules.iter().filter(|rule| matches(&rule.pattern, &path));
        matching.max_by_key(|rule| (rule.pattern.len(), rule.allow)).is_none_or(|rule| rule.allow)
    }
}

/// The product token of a user-agent line: its letters, `-` and `_`.
fn product(value: &str) -> &str {
    let end = value.find(|c: char| !(c.is_ascii_alphabetic() || c == '-' || c == '_'));
    value.get(..end.unwrap_or(value.len())).unwrap_or_default()
}

/// Octets written in the one way that both sides share: unreserved ones as themselves, escapes in capitals.
///
/// In a path `*` and `$` are characters like others, which only an escape in a pattern means.
fn normal(text: &str, is_pattern: bool) -> Vec<u8> {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        at += 1;
        let escaped = (byte == b'%').then(|| bytes.get(at..at + 2).and_then(octet)).flatten();
        if let Some(octet) = escaped {
            at += 2;
            let unreserved = octet.is_ascii_alphanumeric() || b"-._~".contains(&octet);
            if unreserved { out.push(octet) } else { escape(octet, &mut out) }
        } else if !byte.is_ascii() || (!is_pattern && matches!(byte, b'*' | b'$')) {
            escape(byte, &mut out);
        } else {
            out.push(byte);
        }
    }
    out
}

fn octet(digits: &[u8]) -> Option<u8> {
    let [high, low] = digits else { return None };
    let value = (*high as char).to_digit(16)? * 16 + (*low as char).to_digit(16)?;
    u8::try_from(value).ok()
}

fn escape(octet: u8, out: &mut Vec<u8>) {
    const DIGITS: [char; 16] =
        ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F'];
    let digit = |four: u8| DIGITS.get(usize::from(four)).map_or(b'0', |digit| *digit as u8);
    out.extend([b'%', digit(octet >> 4), digit(octet & 15)]);
}

/// Whether the pattern matches the start of the path; `*` stands for anything, `$` at the end for the end.
///
/// Takes the earliest place for each piece between stars, which is always good enough and never backtracks.
fn matches(pattern: &[u8], path: &[u8]) -> bool {
    let (pattern, to_the_end) = match pattern.strip_suffix(b"$") {
        Some(pattern) => (pattern, true),
        None => (pattern, false),
    };
    let mut pieces = pattern.split(|byte| *byte == b'*');
    let Some(mut rest) = path.strip_prefix(pieces.next().unwrap_or_default()) else { return false };
    let mut pieces = pieces.peekable();
    if pieces.peek().is_none() {
        return !to_the_end || rest.is_empty();
    }
    while let Some(piece) = pieces.next() {
        if to_the_end && pieces.peek().is_none() {
            return rest.ends_with(piece);
        }
        let Some(at) = memchr::memmem::find(rest, piece) else { return false };
        rest = rest.get(at + piece.len()..).unwrap_or_default();
    }
    true
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn allows(text: &str, path: &str) -> bool {
        Robots::parse(text, "rejoinder").allows(path)
    }

    #[test]
    fn the_longest_rule_wins_and_allows_when_equal() {
        let text = "User-agent: *\nDisallow: /forum\nAllow: /forum/public\nDisallow: /same\nAllow: /same";
        assert!(!allows(text, "/forum/secret"));
        assert!(allows(text, "/forum/public/1"));
        assert!(allows(text, "/same"));
        assert!(allows(text, "/elsewhere"));
    }

    #[test]
    fn a_group_of_our_own_replaces_the_one_for_everybody() {
        let text = "user-agent: other\nuser-agent: ReJoinder/2.0\ndisallow: /a\n\nUser-agent: *\nDisallow: /\n\
                    User-agent: rejoinder\nDisallow: /b";
        assert!(!allows(text, "/a"), "the first group");
        assert!(!allows(text, "/b"), "the second group is added to it");
        assert!(allows(text, "/c"));
        assert!(!Robots::parse(text, "somebody").allows("/c"));
    }

    #[test]
    fn stars_and_dollars_match_as_the_standard_says() {
        let text = "User-agent: *\nDisallow: *.gif$\nDisallow: /t/*/print\nDisallow: /exact$\nDisallow: /%2A";
        assert!(!allows(text, "/x/a.gif"));
        assert!(allows(text, "/x/a.gif?size=1"));
        assert!(!allows(text, "/t/12/print?page=2"));
        assert!(allows(text, "/t/12/show"));
        assert!(!allows(text, "/exact"));
        assert!(allows(text, "/exactly"));
        assert!(!allows(text, "/*"));
    }

    #[test]
    fn escapes_mean_the_same_on_both_sides() {
        let text = "User-agent: *\nDisallow: /caf\u{e9}\nDisallow: /%7ejoe\nDisallow: /a%3cd.html";
        assert!(!allows(text, "/caf%C3%A9"));
        assert!(!allows(text, "/~joe/index.html"));
        assert!(!allows(text, "/a%3Cd.html"));
    }

    #[test]
    fn an_empty_disallow_and_an_empty_file_allow_everything() {
        assert!(allows("", "/"));
        assert!(allows("User-agent: *\nDisallow:", "/"));
        assert!(allows("Disallow: /", "/"), "a rule outside any group is for nobody");
        assert!(allows("<html>not found</html>", "/"));
        assert!(allows("User-agent: *\nDisallow: /", "/robots.txt"));
    }

    #[test]
    fn comments_line_ends_and_unknown_lines_are_passed_over() {
        let text =
            "\u{feff}# hi\rUser-agent: * # all\r\nSitemap: https://example.org/s\r\nDisallow: /x # why\r\n";
        assert!(!allows(text, "/x"));
    }

    #[test]
    fn a_crawl_delay_is_read_and_capped() {
        let delay = |value: &str| {
            Robots::parse(&format!("User-agent: *\nCrawl-delay: {value}"), "rejoinder").crawl_delay
        };
        assert_eq!(delay("2.5"), Some(Duration::from_millis(2500)));
        assert_eq!(delay("86400"), Some(Duration::from_secs(30)));
        for nonsense in ["-1", "NaN", "soon", "", "0"] {
            assert_eq!(delay(nonsense), None, "{nonsense}");
        }
        assert_eq!(delay("inf"), Some(Duration::from_secs(30)));
    }

    /// The standard's matching written the slow, obvious way.
    fn matches_slowly(pattern: &[u8], path: &[u8]) -> bool {
        match pattern {
            [] => true,
            [b'$'] => path.is_empty(),
            [b'*', rest @ ..] => {
                (0..=path.len()).any(|skip| matches_slowly(rest, path.get(skip..).unwrap_or_default()))
            }
            [byte, rest @ ..] => path.first() == Some(byte) && matches_slowly(rest, &path[1..]),
        }
    }

    proptest! {
        #[test]
        fn matching_is_what_the_standard_says(pattern in "/?[ab*]{0,6}[$]?", path in "/[ab]{0,8}") {
            prop_assert_eq!(
                matches(pattern.as_bytes(), path.as_bytes()),
                matches_slowly(pattern.as_bytes(), path.as_bytes())
            );
        }

        #[test]
        fn no_text_makes_it_panic(text in "(?s).{0,200}", path in ".{0,40}") {
            Robots::parse(&format!("User-agent: *\nDisallow: {text}"), "rejoinder").allows(&path);
        }
    }
}
