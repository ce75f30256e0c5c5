//! JSON of any depth, read without recursion into one flat list.
//!
//! `serde_json` stops at 128 levels, and a long argument on Hacker News or Reddit nests deeper than that.
//! Here a value is a place in a list that stands in reading order, so depth costs a number, never stack.
//! It only reads: nothing is written, and strings without escapes are borrowed from the text.

use std::fmt;

use memchr::memchr2;

use crate::error::Error;

/// No answer of a forum has more values than this; each one costs twelve bytes.
const MAX_NODES: usize = 1 << 25;

/// How closely to keep to the standard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Syntax {
    /// JSON, and nothing after it but white space.
    Strict,
    /// A value inside a script: `undefined`, `NaN` and `Infinity` are null, and what follows is not read.
    Script,
}

/// Why a text is not JSON, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Fault {
    /// The byte at which reading stopped.
    pub at: usize,
    /// What stood there or was missing.
    pub reason: &'static str,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not JSON at byte {}: {}", self.at, self.reason)
    }
}

impl Fault {
    /// The fault as the library's error about this page of this platform.
    pub(crate) fn of(self, what: &str, platform: &'static str) -> Error {
        Error::Malformed { what: what.to_owned(), platform, reason: self.to_string() }
    }
}

/// A text read as JSON.
#[derive(Debug)]
pub(crate) struct Json<'t> {
    text: &'t str,
    /// The strings that hold escapes, decoded, one after the other.
    decoded: String,
    /// Every value, and every key before its value, in reading order.
    nodes: Vec<Node>,
}

#[derive(Debug, Clone, Copy)]
struct Node {
    kind: Kind,
    /// Where it starts in the text or, if decoded, in `decoded`.
    start: u32,
    /// Where it ends there; of an array or object, the index of the first node after it.
    end: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Null,
    True,
    False,
    Number,
    Plain,
    Decoded,
    Array,
    Object,
}

impl<'t> Json<'t> {
    /// Reads standard JSON.
    pub(crate) fn parse(text: &'t str) -> Result<Self, Fault> {
        Self::parse_as(text, Syntax::Strict)
    }

    /// Reads JSON in this syntax.
    pub(crate) fn parse_as(text: &'t str, syntax: Syntax) -> Result<Self, Fault> {
        if u32::try_from(text.len()).is_err() {
            return Err(Fault { at: 0, reason: "the text is larger than 4 GiB" });
        }
        let nodes = Vec::with_capacity((text.len() / 24).min(MAX_NODES));
        let json = Self { text, decoded: String::new(), nodes };
        Parser { json, bytes: text.as_bytes(), at: 0, open: Vec::new(), syntax }.run()
    }

    /// The outermost value.
    pub(crate) fn root(&self) -> Value<'_> {
        Value { json: self, at: 0 }
    }

    /// The first node after this value and all that is inside it.
    fn after(&self, at: usize) -> usize {
        match self.nodes.get(at) {
            Some(Node { kind: Kind::Array | Kind::Object, end, .. }) => *end as usize,
            _ => at + 1,
        }
    }
}

/// One value of a [`Json`].
#[derive(Debug, Clone, Copy)]
pub(crate) struct Value<'j> {
    json: &'j Json<'j>,
    at: usize,
}

impl<'j> Value<'j> {
    /// The value of an object's key; of a key that stands twice, the first.
    pub(crate) fn get(self, key: &str) -> Option<Value<'j>> {
        self.entries().find_map(|(name, value)| (name == key).then_some(value))
    }

    /// The value at the end of this chain of keys.
    pub(crate) fn path(self, keys: &[&str]) -> Option<Value<'j>> {
        keys.iter().try_fold(self, |value, key| value.get(key))
    }

    /// The elements of an array; none if it is something else.
    pub(crate) fn items(self) -> impl Iterator<Item = Value<'j>> {
        let (mut at, end) = self.inside(Kind::Array);
        std::iter::from_fn(move || {
            let here = (at < end).then_some(Value { json: self.json, at })?;
            at = self.json.after(at);
            Some(here)
        })
    }

    /// The keys and values of an object, in the order of the text; none if it is something else.
    pub(crate) fn entries(self) -> impl Iterator<Item = (&'j str, Value<'j>)> {
        let (mut at, end) = self.inside(Kind::Object);
        std::iter::from_fn(move || {
            let name = Value { json: self.json, at: (at < end).then_some(at)? }.as_str()?;
            let value = Value { json: self.json, at: at + 1 };
            at = self.json.after(at + 1);
            Some((name, value))
        })
    }

    /// The text of a string.
    pub(crate) fn as_str(self) -> Option<&'j str> {
        let node = self.node()?;
        let range = node.start as usize..node.end as usize;
        match node.kind {
            Kind::Plain => self.json.text.get(range),
            Kind::Decoded => self.json.decoded.get(range),
            _ => None,
        }
    }

    /// A whole number; fractions are cut off, and what does not fit is `None`.
    pub(crate) fn as_i64(self) -> Option<i64> {
        let digits = self.digits()?;
        digits.parse().ok().or_else(|| {
            let number: f64 = digits.parse().ok()?;
            (number.abs() < 9e18).then_some(number as i64)
        })
    }

    /// `true` or `false`.
    pub(crate) fn as_bool(self) -> Option<bool> {
        match self.node()?.kind {
            Kind::True => Some(true),
            Kind::False => Some(false),
            _ => None,
        }
    }

    /// Whether it is `null` (or, in a script, `undefined`).
    pub(crate) fn is_null(self) -> bool {
        self.node().is_some_and(|node| node.kind == Kind::Null)
    }

    /// Whether it is an object.
    pub(crate) fn is_object(self) -> bool {
        self.node().is_some_and(|node| node.kind == Kind::Object)
    }

    /// A string, or a whole number as its digits: ids are written both ways.
    pub(crate) fn as_id(self) -> Option<String> {
        let text = self.as_str().or_else(|| self.digits())?;
        (!text.is_empty()).then(|| text.to_owned())
    }

    /// The number as it is written.
    fn digits(self) -> Option<&'j str> {
        let node = self.node().filter(|node| node.kind == Kind::Number)?;
        self.json.text.get(node.start as usize..node.end as usize)
    }

    fn node(self) -> Option<Node> {
        self.json.nodes.get(self.at).copied()
    }

    /// The nodes between the brackets, if this is a container of that kind.
    fn inside(self, kind: Kind) -> (usize, usize) {
        match self.node() {
            Some(node) if node.kind == kind => (self.at + 1, node.end as usize),
            _ => (0, 0),
        }
    }
}

/// What may stand next.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    Value,
    ValueOrEnd,
    Key,
    KeyOrEnd,
    CommaOrEnd,
}

struct Parser<'t> {
    json: Json<'t>,
    bytes: &'t [u8],
    at: usize,
    /// The arrays and objects that are not closed yet, as indices of their nodes.
    open: Vec<u32>,
    syntax: Syntax,
}

impl<'t> Parser<'t> {
    fn run(mut self) -> Result<Json<'t>, Fault> {
        if self.bytes.starts_with("\u{FEFF}".as_bytes()) {
            self.at = 3;
        }
        let mut next = Next::Value;
        loop {
            self.skip_space();
            let byte = self.bytes.get(self.at).copied();
            next = match (next, byte) {
                (_, None) => return Err(self.fault("the text ends too early")),
                (Next::ValueOrEnd, Some(b']')) => self.close()?,
                (Next::Value | Next::ValueOrEnd, Some(byte)) => self.value(byte)?,
                (Next::KeyOrEnd, Some(b'}')) => self.close()?,
                (Next::Key | Next::KeyOrEnd, Some(b'"')) => self.key()?,
                (Next::Key | Next::KeyOrEnd, _) => return Err(self.fault("expected a key in quotes")),
                (Next::CommaOrEnd, Some(b',')) => {
                    self.at += 1;
                    if self.innermost() == Some(Kind::Object) { Next::Key } else { Next::Value }
                }
                (Next::CommaOrEnd, Some(b']' | b'}')) => self.close()?,
                (Next::CommaOrEnd, _) => return Err(self.fault("expected a comma or the end of the list")),
            };
            if self.open.is_empty() {
                return self.end();
            }
        }
    }

    fn end(mut self) -> Result<Json<'t>, Fault> {
        if self.syntax == Syntax::Strict {
            self.skip_space();
            if self.at < self.bytes.len() {
                return Err(self.fault("more text after the value"));
            }
        }
        Ok(self.json)
    }

    fn value(&mut self, byte: u8) -> Result<Next, Fault> {
        match byte {
            b'{' => return self.open(Kind::Object, Next::KeyOrEnd),
            b'[' => return self.open(Kind::Array, Next::ValueOrEnd),
            b'"' => self.string()?,
            b'-' | b'0'..=b'9' => self.number()?,
            _ => self.word()?,
        }
        Ok(Next::CommaOrEnd)
    }

    fn open(&mut self, kind: Kind, next: Next) -> Result<Next, Fault> {
        self.open.push(self.json.nodes.len() as u32);
        self.push(kind, self.at, self.at)?;
        self.at += 1;
        Ok(next)
    }

    fn close(&mut self) -> Result<Next, Fault> {
        let wanted = if self.bytes.get(self.at) == Some(&b'}') { Kind::Object } else { Kind::Array };
        if self.innermost() != Some(wanted) {
            return Err(self.fault("the wrong bracket closes the list"));
        }
        let end = self.json.nodes.len() as u32;
        if let Some(node) = self.open.pop().and_then(|at| self.json.nodes.get_mut(at as usize)) {
            node.end = end;
        }
        self.at += 1;
        Ok(Next::CommaOrEnd)
    }

    fn key(&mut self) -> Result<Next, Fault> {
        self.string()?;
        self.skip_space();
        if self.bytes.get(self.at) != Some(&b':') {
            return Err(self.fault("expected a colon after the key"));
        }
        self.at += 1;
        Ok(Next::Value)
    }

    /// A string from its opening quote. Control characters are let through: pages hold them.
    fn string(&mut self) -> Result<(), Fault> {
        let start = self.at + 1;
        let mut from = start;
        let decoded_start = self.json.decoded.len();
        let mut escaped = false;
        loop {
            let rest = self.bytes.get(from..).unwrap_or_default();
            let Some(found) = memchr2(b'"', b'\\', rest) else {
                return Err(self.fault("a string without end"));
            };
            let stop = from + found;
            // Quotes and backslashes are ASCII, so these cuts lie on character boundaries.
            let piece = self.json.text.get(from..stop).unwrap_or_default();
            if self.bytes.get(stop) == Some(&b'"') {
                self.at = stop + 1;
                if !escaped {
                    return self.push(Kind::Plain, start, stop);
                }
                self.json.decoded.push_str(piece);
                return self.push(Kind::Decoded, decoded_start, self.json.decoded.len());
            }
            escaped = true;
            self.json.decoded.push_str(piece);
            self.at = stop + 1;
            self.escape()?;
            from = self.at;
        }
    }

    /// What stands after a backslash. Half a surrogate pair becomes the replacement character.
    fn escape(&mut self) -> Result<(), Fault> {
        let byte = self.bytes.get(self.at).copied();
        self.at += 1;
        let decoded = match byte {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => self.unicode_escape()?,
            _ => return Err(Fault { at: self.at - 1, reason: "an unknown escape in a string" }),
        };
        self.json.decoded.push(decoded);
        Ok(())
    }

    fn unicode_escape(&mut self) -> Result<char, Fault> {
        let high = self.hex()?;
        if let Some(c) = char::from_u32(high) {
            return Ok(c);
        }
        if (0xD800..0xDC00).contains(&high) && self.bytes.get(self.at..self.at + 2) == Some(b"\\u") {
            let before = self.at;
            self.at += 2;
            let low = self.hex()?;
            if (0xDC00..0xE000).contains(&low) {
                let code = 0x1_0000 + ((high - 0xD800) << 10) + (low - 0xDC00);
                return Ok(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            self.at = before;
        }
        Ok(char::REPLACEMENT_CHARACTER)
    }

    fn hex(&mut self) -> Result<u32, Fault> {
        let digits = self.bytes.get(self.at..self.at + 4).unwrap_or_default();
        let value =
            digits.iter().try_fold(0u32, |sum, &byte| Some(sum * 16 + char::from(byte).to_digit(16)?));
        match value {
            Some(value) if digits.len() == 4 => {
                self.at += 4;
                Ok(value)
            }
            _ => Err(self.fault("expected four hexadecimal digits")),
        }
    }

    fn number(&mut self) -> Result<(), Fault> {
        let start = self.at;
        self.at += usize::from(self.bytes.get(self.at) == Some(&b'-'));
        if self.syntax == Syntax::Script && self.bytes.get(self.at) == Some(&b'I') {
            return self.word();
        }
        let leading_zero = self.bytes.get(self.at) == Some(&b'0');
        let whole = self.skip_digits();
        let mut fits = whole > 0 && (whole == 1 || !leading_zero);
        if self.bytes.get(self.at) == Some(&b'.') {
            self.at += 1;
            fits &= self.skip_digits() > 0;
        }
        if matches!(self.bytes.get(self.at), Some(b'e' | b'E')) {
            self.at += 1;
            self.at += usize::from(matches!(self.bytes.get(self.at), Some(b'+' | b'-')));
            fits &= self.skip_digits() > 0;
        }
        if !fits {
            return Err(Fault { at: start, reason: "a number that is not written as JSON writes numbers" });
        }
        self.push(Kind::Number, start, self.at)
    }

    fn skip_digits(&mut self) -> usize {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        self.at += digits;
        digits
    }

    fn word(&mut self) -> Result<(), Fault> {
        let script = self.syntax == Syntax::Script;
        let words = [
            ("null", Kind::Null, true),
            ("true", Kind::True, true),
            ("false", Kind::False, true),
            ("undefined", Kind::Null, script),
            ("NaN", Kind::Null, script),
            ("Infinity", Kind::Null, script),
        ];
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        for (word, kind, known) in words {
            if known && rest.starts_with(word.as_bytes()) {
                self.push(kind, self.at, self.at)?;
                self.at += word.len();
                return Ok(());
            }
        }
        Err(self.fault("expected a value"))
    }

    fn push(&mut self, kind: Kind, start: usize, end: usize) -> Result<(), Fault> {
        if self.json.nodes.len() >= MAX_NODES {
            return Err(self.fault("more values than any thread has"));
        }
        // Both fit: the text was checked to be under 4 GiB, and decoding never lengthens it.
        self.json.nodes.push(Node { kind, start: start as u32, end: end as u32 });
        Ok(())
    }

    fn innermost(&self) -> Option<Kind> {
        self.open.last().and_then(|&at| self.json.nodes.get(at as usize)).map(|node| node.kind)
    }

    fn skip_space(&mut self) {
        while matches!(self.bytes.get(self.at), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            self.at += 1;
        }
    }

    fn fault(&self, reason: &'static str) -> Fault {
        Fault { at: self.at, reason }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn any_json() -> impl Strategy<Value = serde_json::Value> {
        let leaf = prop_oneof![
            Just(serde_json::Value::Null),
            any::<bool>().prop_map(serde_json::Value::from),
            any::<i64>().prop_map(serde_json::Value::from),
            any::<i32>().prop_map(|eighths| serde_json::Value::from(f64::from(eighths) / 8.0)),
            any::<String>().prop_map(serde_json::Value::from),
        ];
        leaf.prop_recursive(6, 60, 8, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..8).prop_map(serde_json::Value::from),
                proptest::collection::vec((any::<String>(), inner), 0..8)
                    .prop_map(|pairs| serde_json::Value::Object(pairs.into_iter().collect())),
            ]
        })
    }

    /// Recursion is fine here: the values above are at most six deep.
    fn back(value: Value<'_>) -> serde_json::Value {
        if value.node().unwrap().kind == Kind::Array {
            return value.items().map(back).collect();
        }
        if value.is_object() {
            return value.entries().map(|(key, value)| (key.to_owned(), back(value))).collect();
        }
        let number = value.digits().map(|digits| serde_json::from_str(digits).unwrap());
        let text = value.as_str().map(serde_json::Value::from);
        number.or(text).or(value.as_bool().map(serde_json::Value::from)).unwrap_or_default()
    }

    proptest! {
        #[test]
        fn it_reads_what_serde_json_writes(value in any_json(), pretty in any::<bool>()) {
            let text = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) };
            let text = text.unwrap();
            prop_assert_eq!(back(Json::parse(&text).unwrap().root()), value);
        }

        #[test]
        fn text_of_any_kind_never_panics(text in ".*", json in r#"[\[\]{}",:0-9eE.\\unultrefas -]{0,60}"#) {
            for text in [text, json] {
                let strict = Json::parse(&text);
                if let Ok(value) = serde_json::from_str::<serde_json::Value>(&text) {
                    prop_assert_eq!(back(strict.unwrap().root()), value);
                }
                let _ = Json::parse_as(&text, Syntax::Script);
            }
        }
    }

    #[test]
    fn a_million_nested_arrays_cost_no_stack() {
        let text = "[".repeat(1_000_000) + &"]".repeat(1_000_000);
        let json = Json::parse(&text).unwrap();
        assert_eq!(json.root().items().count(), 1);
        assert_eq!(Json::parse(&text[1..]).unwrap_err().reason, "more text after the value");
        assert_eq!(Json::parse(&text[..1_500_000]).unwrap_err().reason, "the text ends too early");
    }

    #[test]
    fn escapes_and_surrogate_pairs_are_decoded() {
        let json = Json::parse(r#"{"a\n":"x\u0041\ud83d\ude00\/","half":"\ud83dx"}"#).unwrap();
        assert_eq!(json.root().get("a\n").and_then(Value::as_str), Some("xA😀/"));
        assert_eq!(json.root().get("half").and_then(Value::as_str), Some("\u{FFFD}x"));
    }

    #[test]
    fn a_script_may_say_undefined_and_go_on_after_the_value() {
        let text = r#"{"a":undefined,"b":[NaN,-Infinity,1]}; window.x = 1"#;
        assert!(Json::parse(text).is_err());
        let json = Json::parse_as(text, Syntax::Script).unwrap();
        assert!(json.root().get("a").is_some_and(Value::is_null));
        assert_eq!(json.root().get("b").unwrap().items().last().and_then(Value::as_i64), Some(1));
    }

    #[test]
    fn a_fault_says_where() {
        assert_eq!(
            Json::parse("[1, 2").unwrap_err().to_string(),
            "not JSON at byte 5: the text ends too early"
        );
        assert_eq!(Json::parse("{\"a\" 1}").unwrap_err().at, 5);
        assert_eq!(Json::parse("[1}").unwrap_err().at, 2);
        assert!(Json::parse("01").is_err() && Json::parse("1.").is_err() && Json::parse("").is_err());
    }

    #[test]
    fn numbers_and_paths_are_read() {
        let json = Json::parse(r#"{"a":{"b":[1.9,-3,1e3,"7"]}}"#).unwrap();
        let list = json.root().path(&["a", "b"]).unwrap();
        let numbers: Vec<Option<i64>> = list.items().map(Value::as_i64).collect();
        assert_eq!(numbers, [Some(1), Some(-3), Some(1000), None]);
        assert_eq!(list.items().last().and_then(Value::as_id).as_deref(), Some("7"));
    }
}
