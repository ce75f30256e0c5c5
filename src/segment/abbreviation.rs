//! Words before a full stop that do not end a sentence, and words that begin one.

/// What a full stop after a word means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stop {
    /// It ends the sentence unless the case of the next word speaks against it.
    Plain,
    /// Never: something must follow ("Dr.", "e.g.").
    Never,
    /// Not before a number ("No. 5", "p. 12", "Fig. 3").
    Number,
    /// Only when the next word usually begins a sentence ("U.S. The").
    Starter,
    /// When the next word has a capital letter ("5 p.m. Bring", "etc. But").
    Capital,
}

/// What a full stop after this word (without it) means.
pub(super) fn stop(word: &str) -> Stop {
    let word = word.trim_start_matches(|c: char| !c.is_alphanumeric());
    if word.len() > 8 || !word.is_ascii() || word.is_empty() {
        return Stop::Plain;
    }
    let mut buffer = [0u8; 8];
    let lower = &mut buffer[..word.len()];
    lower.copy_from_slice(word.as_bytes());
    lower.make_ascii_lowercase();
    let lower: &[u8] = lower;
    // "v. 10", "Roe v. Wade"; a capital one is an initial or a Roman figure.
    if word == "v" {
        return Stop::Never;
    }
    // A lone small letter is a word, a lone capital one an initial.
    if lower == b"i" || (word.len() == 1 && word.bytes().all(|b| b.is_ascii_lowercase()) && word != "p") {
        return Stop::Plain;
    }
    let has = |table: &[&str]| table.binary_search_by(|entry| entry.as_bytes().cmp(lower)).is_ok();
    if has(NEVER) {
        Stop::Never
    } else if has(CAPITAL) {
        Stop::Capital
    } else if has(NUMBER) {
        Stop::Number
    } else if has(STARTER) || is_initials(lower) {
        Stop::Starter
    } else {
        Stop::Plain
    }
}

/// "J", "U.S", "a.k.a": single letters between full stops.
fn is_initials(word: &[u8]) -> bool {
    word.len() % 2 == 1
        && word
            .iter()
            .enumerate()
            .all(|(at, b)| if at % 2 == 0 { b.is_ascii_alphabetic() } else { *b == b'.' })
}

/// Whether sentences often begin with this word; its capital letter is then no name's.
pub(super) fn is_starter(word: &str) -> bool {
    BEGINNERS.binary_search(&word).is_ok()
}

/// Sorted. Something must follow these.
static NEVER: &[&str] = &[
    "adm", "al", "approx", "assoc", "avg", "capt", "cf", "cpl", "dept", "dr", "e.g", "eg", "esp", "excl",
    "gov", "hon", "i.e", "ie", "incl", "lt", "maj", "messrs", "mr", "mrs", "ms", "mt", "prof", "resp", "rev",
    "sen", "sgt", "viz", "vs",
];

/// Sorted. These end a sentence before a capital letter.
static CAPITAL: &[&str] = &["a.m", "etc", "hrs", "lbs", "mins", "misc", "p.m", "secs"];

/// Sorted. These name a number that follows.
static NUMBER: &[&str] = &[
    "apr", "art", "aug", "ca", "ch", "chap", "circa", "cl", "col", "dec", "ed", "eq", "est", "feb", "fig",
    "figs", "jan", "jul", "jun", "mar", "max", "min", "no", "nos", "nov", "nr", "oct", "p", "para", "pg",
    "pp", "ref", "sec", "sep", "sept", "tel", "ver", "vol",
];

/// Sorted. These end a sentence only before a word that begins one.
static STARTER: &[&str] = &[
    "ave", "blvd", "bros", "co", "corp", "govt", "inc", "jr", "llc", "ltd", "ph.d", "pls", "pty", "sr", "st",
];

/// Sorted.
static BEGINNERS: &[&str] = &[
    "A",
    "After",
    "All",
    "Also",
    "Although",
    "An",
    "And",
    "Any",
    "Are",
    "As",
    "At",
    "Because",
    "Besides",
    "But",
    "By",
    "Can",
    "Could",
    "Did",
    "Do",
    "Does",
    "Don't",
    "Even",
    "Every",
    "Everyone",
    "For",
    "From",
    "Given",
    "Good",
    "Had",
    "Has",
    "Have",
    "He",
    "Hence",
    "Her",
    "Here",
    "His",
    "How",
    "However",
    "I",
    "I'd",
    "I'll",
    "I'm",
    "I've",
    "If",
    "In",
    "Instead",
    "Is",
    "It",
    "It's",
    "Its",
    "Just",
    "Let",
    "Like",
    "Lol",
    "Many",
    "Maybe",
    "More",
    "Most",
    "My",
    "No",
    "Nobody",
    "Nor",
    "Not",
    "Nothing",
    "Now",
    "Of",
    "On",
    "Once",
    "One",
    "Only",
    "Or",
    "Otherwise",
    "Our",
    "People",
    "Please",
    "She",
    "Should",
    "Since",
    "So",
    "Some",
    "Still",
    "Such",
    "Sure",
    "Thanks",
    "That",
    "That's",
    "The",
    "Their",
    "Then",
    "There",
    "There's",
    "Therefore",
    "These",
    "They",
    "They're",
    "This",
    "Those",
    "Though",
    "Thus",
    "To",
    "Was",
    "We",
    "Well",
    "Were",
    "What",
    "When",
    "Where",
    "Which",
    "While",
    "Who",
    "Why",
    "Will",
    "With",
    "Would",
    "Yes",
    "Yet",
    "You",
    "You're",
    "Your",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_are_sorted() {
        for table in [NEVER, CAPITAL, STARTER, BEGINNERS] {
            assert!(table.is_sorted(), "{table:?}");
        }
        assert!(NUMBER.is_sorted());
    }

    #[test]
    fn initials_and_titles_do_not_end_sentences() {
        assert_eq!(stop("U.S"), Stop::Starter);
        assert_eq!(stop("(e.g"), Stop::Never);
        assert_eq!(stop("No"), Stop::Number);
        assert_eq!(stop("I"), Stop::Plain);
        assert_eq!(stop("weights"), Stop::Plain);
    }
}
