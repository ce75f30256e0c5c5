//! JSON of any depth, read without recursion into one flat list.
//!
//! `serde_json` stops at 128 levels, and a long argument on Hacker News or Reddit nests deeper than that.
//! Here a value is a place in a list that stands in reading order, so depth costs a number, never stack.
//! It only reads: nothing is written, and strings without escapes are borrowed from the text.

mod parse;

use std::fmt;

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
        parse::parse(text, syntax)
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
