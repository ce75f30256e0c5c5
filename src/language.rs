//! Which language a text is in, where that is clear. It never guesses on a few words: slang, names and
//! code would be called Welsh or Tagalog.

/// A language, as ISO 639-3 names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Language {
    code: &'static str,
    name: &'static str,
}

impl Language {
    /// English, the one language that the annotators know.
    pub const ENGLISH: Language = Language { code: "eng", name: "English" };

    /// The three letters of ISO 639-3.
    pub fn code(self) -> &'static str {
        self.code
    }

    /// The English name.
    pub fn name(self) -> &'static str {
        self.name
    }

    /// Whether it is English.
    pub fn is_english(self) -> bool {
        self == Self::ENGLISH
    }
}

/// Fewer letters than this say nothing in an alphabet that English is written in too.
const ENOUGH: usize = 40;

/// The language of a text; `None` when it is not clear, as with most short texts.
///
/// ```
/// use rejoinder::language;
/// assert_eq!(language::of("lol nah fam"), None);
/// assert!(language::of("That is not what the paper says.").is_some_and(|found| found.is_english()));
/// assert!(language::of("Это утверждение не подтверждено.").is_some_and(|found| !found.is_english()));
/// ```
pub fn of(text: &str) -> Option<Language> {
    let script = Script::of(text);
    if script.other * 2 > script.latin + script.other && script.other >= 4 {
        return detect(text, 0.0).filter(|found| !found.is_english());
    }
    let Common { words, english, foreign } = Common::of(text);
    if words >= 3 && english * 5 >= words {
        return Some(Language::ENGLISH);
    }
    // Text in another language has next to no English function words, and many of its own.
    if script.latin < ENOUGH || words < 6 || english * 10 > words {
        return None;
    }
    // Made-up words, code and names have no function words of any language: nothing speaks for a foreign one.
    if foreign == 0 && text.is_ascii() {
        return None;
    }
    // Trigrams alone are unsure between neighbours (Spanish, Portuguese) and sure of nonsense (code).
    let least = if foreign >= 3 && foreign * 4 >= words { 0.0 } else { 0.9 };
    detect(text, least).filter(|found| !found.is_english())
}

fn detect(text: &str, least: f64) -> Option<Language> {
    let info = whatlang::detect(text)?;
    let sure = least == 0.0 || (info.is_reliable() && info.confidence() >= least);
    let name = info.lang().eng_name();
    sure.then(|| Language { code: info.lang().code(), name })
}

/// How many letters are Latin and how many are not; a long text's beginning is enough.
struct Script {
    latin: usize,
    other: usize,
}

impl Script {
    fn of(text: &str) -> Self {
        let mut found = Self { latin: 0, other: 0 };
        if text.is_ascii() {
            found.latin = text.bytes().take(2000).filter(u8::is_ascii_alphabetic).count();
            return found;
        }
        for c in text.chars().take(2000).filter(|c| c.is_alphabetic()) {
            // Latin with its extensions and combining marks ends before Greek.
            if c < '\u{0370}' || matches!(c, '\u{1E00}'..='\u{1EFF}') {
                found.latin += 1;
            } else if !matches!(c, '\u{1D400}'..='\u{1D7FF}' | '\u{FF21}'..='\u{FF5A}') {
                found.other += 1;
            }
        }
        found
    }
}

/// How many words the text's beginning has, and how many of them are function words.
#[derive(Default)]
struct Common {
    words: usize,
    english: usize,
    /// Of another language that is written in Latin letters.
    foreign: usize,
}

impl Common {
    fn of(text: &str) -> Self {
        let mut found = Self::default();
        let pieces = text.split(|c: char| !(c.is_alphabetic() || c == '\'' || c == '’'));
        for word in pieces.filter(|word| !word.is_empty()).take(30) {
            found.words += 1;
            if is_english_word(word) {
                found.english += 1;
            } else if FOREIGN.binary_search(&word).is_ok() {
                found.foreign += 1;
            }
        }
        found
    }
}

/// Sorted. Function words of the commonest other languages in Latin letters.
static FOREIGN: &[&str] = &[
    "aber", "ale", "anche", "att", "auch", "auf", "avec", "bir", "bu", "ce", "cette", "che", "como", "con",
    "da", "dan", "dans", "das", "dass", "dat", "del", "della", "dem", "den", "der", "des", "det", "değil",
    "di", "die", "do", "een", "ein", "eine", "el", "elle", "em", "es", "eso", "est", "esto", "está", "et",
    "für", "gli", "het", "ich", "ik", "il", "ini", "inte", "isso", "ist", "itu", "için", "jag", "je", "jest",
    "ki", "las", "le", "les", "los", "maar", "mais", "mas", "mit", "muy", "más", "na", "ne", "nicht", "nie",
    "niet", "no", "non", "nous", "não", "och", "para", "pas", "per", "pero", "por", "porque", "pour", "que",
    "qui", "se", "sea", "ser", "sie", "się", "som", "sono", "sont", "sur", "tidak", "um", "uma", "un", "una",
    "und", "une", "van", "ve", "você", "von", "vous", "weil", "wenn", "wir", "yang", "zu", "är", "że",
];

/// Function words of English that are rare as words of other languages; "in", "is", "was", "me" are not
/// among them.
fn is_english_word(word: &str) -> bool {
    if word.len() > 7 || word.len() < 2 {
        return word == "I";
    }
    let mut buffer = [0u8; 7];
    let lower = &mut buffer[..word.len()];
    lower.copy_from_slice(word.as_bytes());
    lower.make_ascii_lowercase();
    matches!(
        &*lower,
        b"the"
            | b"and"
            | b"of"
            | b"to"
            | b"that"
            | b"this"
            | b"it"
            | b"you"
            | b"for"
            | b"not"
            | b"are"
            | b"with"
            | b"have"
            | b"be"
            | b"but"
            | b"they"
            | b"your"
            | b"what"
            | b"would"
            | b"there"
            | b"their"
            | b"if"
            | b"from"
            | b"about"
            | b"don't"
            | b"it's"
            | b"i'm"
            | b"can"
            | b"just"
            | b"how"
            | b"why"
            | b"who"
            | b"does"
            | b"has"
            | b"than"
            | b"because"
            | b"think"
            | b"like"
            | b"my"
            | b"we"
            | b"them"
            | b"then"
            | b"these"
            | b"is"
            | b"that's"
            | b"thanks"
            | b"should"
            | b"could"
            | b"when"
            | b"which"
            | b"been"
            | b"only"
            | b"people"
            | b"he"
            | b"she"
            | b"any"
            | b"were"
            | b"yes"
            | b"you're"
            | b"doesn't"
            | b"didn't"
            | b"isn't"
            | b"some"
            | b"more"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_languages_are_told_when_the_text_is_long_enough() {
        for (text, code) in [
            ("Das ist meiner Meinung nach völlig falsch, weil niemand die Zahlen geprüft hat.", "deu"),
            ("Je ne suis pas d'accord avec cette idée, parce que les chiffres ne sont pas bons.", "fra"),
            ("No estoy seguro de que eso sea cierto, porque nadie ha visto los datos todavía.", "spa"),
            ("この主張には証拠がありません。", "jpn"),
            ("这个说法没有证据。", "cmn"),
        ] {
            assert_eq!(of(text).map(Language::code), Some(code), "{text}");
        }
    }

    #[test]
    fn slang_names_code_and_short_words_are_never_foreign() {
        for text in [
            "lol no",
            "smh bruh deadass fr fr no cap ong",
            "yeet",
            "Thx m8, gr8 stuff brb afk gg wp",
            "sudo apt-get install libssl-dev pkg-config cmake ninja-build clang lld python3-venv",
            "Schadenfreude!",
            "",
            "🙂🙂🙂",
            "Guido van Rossum, Linus Torvalds, Yukihiro Matsumoto, Bjarne Stroustrup",
        ] {
            assert!(of(text).is_none_or(Language::is_english), "{text}: {:?}", of(text));
        }
    }
}
