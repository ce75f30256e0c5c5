use proptest::prelude::*;

use super::*;

/// Texts with `|` where a sentence ends.
const CASES: &[&str] = &[
    "lol no. |the files hold plain text",
    "Use a parser, e.g. the small one, i.e. Foo v1.2.3. |It is in the U.S. market approx. since May.",
    "Dr. Ames vs. Mr. Bole, see p. 12 and No. 5 on the list. |J. R. R. Tolkien is not in it.",
    "We meet at 5 p.m. |Bring bread. |It costs approx. $4.00 or 3.50 if you ask.",
    "I like .NET. |The bug is in foo.rs. |bar() fails with https://a.example/x?y=1. |Look!",
    "that is true.|But who pays?! |Nobody... |And then… |Nothing happens",
    "well... maybe not, who knows",
    "He said \"No. Never again.\" and left. |\"That was it.\" |We stayed.",
    "(That was a joke. Mostly.) |So what? |no idea!! |ok",
    "nice idea :) |But yours? |it works \u{1F600} |And mine does not \u{1F680}\u{1F680} |See",
    "Great! \u{1F602} |We agree. ;) |Next.",
    "1. First point. |It has two parts.",
    "THIS IS WRONG. |YOU KNOW IT.",
    "这是错的。|你有证据吗？|没有！",
    "What?|You are wrong! |yes really? |no way",
    "So do I. |Vitamin C. |The end, etc. |But not a.k.a. names.",
    "Read README.md and /etc/fstab.conf before you ask. |it is all there.",
    "Compare v. 10 with p. 3, no. 5, fig. 2 and approx. 5 others. |Roe v. Wade was before.",
    "It grew by 3.5 percent in 2020. |5 people noticed.",
];

fn shown<'t>(text: &'t str, spans: &[Span]) -> Vec<&'t str> {
    spans.iter().map(|span| span.slice(text)).collect()
}

#[test]
fn messy_forum_sentences_are_cut_where_a_reader_would() {
    for case in CASES {
        let text = case.replace('|', "");
        let wanted: Vec<&str> = case.split('|').map(str::trim).collect();
        assert_eq!(shown(&text, &sentences(&text)), wanted);
    }
}

#[test]
fn each_item_of_a_list_stands_alone() {
    let text = "Reasons:\n- it is slow\n- nobody asked\n2) price";
    assert_eq!(shown(text, &sentences(text)), ["Reasons:", "- it is slow", "- nobody asked", "2) price"]);
}

#[test]
fn lines_broken_at_a_width_are_read_as_one_paragraph() {
    let text = "The lock is taken twice here and the second time it is held over the\n\
                allocation, which can sleep. Please move it below the check and keep the\n\
                label.\nThanks";
    let found = sentences(text);
    assert_eq!(found.len(), 3, "{:?}", shown(text, &found));
    assert!(found[0].slice(text).ends_with("can sleep."));
    assert_eq!(found[2].slice(text), "Thanks");
}

#[test]
fn a_sentence_that_goes_on_in_small_letters_is_not_cut_at_the_line() {
    let one = [
        "Nobody who has ever walked there in winter would say\nthat it is safe.",
        "It is cold, wet,\nand dark.",
    ];
    for text in one {
        assert_eq!(shown(text, &sentences(text)), [text]);
    }
    let two = [
        "i think so\nit is bad",
        "Nobody has ever said that it was safe to walk.\nit is not",
        "Look here at all that they have said about it\nhttps://a.example",
    ];
    for text in two {
        assert_eq!(sentences(text).len(), 2, "{text}");
    }
}

fn passages(text: &str) -> Vec<String> {
    let body = Body::from_plain(text);
    split(&body).iter().map(|span| span.slice(body.text()).to_owned()).collect()
}

#[test]
fn a_claim_and_its_reason_become_two_passages() {
    assert_eq!(
        passages("We should ban it because it kills the fish."),
        ["We should ban it", "because it kills the fish."]
    );
    assert_eq!(
        passages("The tests pass locally, so the server must be at fault."),
        ["The tests pass locally,", "so the server must be at fault."]
    );
    assert_eq!(passages("Wages are up this year, but rents have risen twice as fast.").len(), 2);
}

#[test]
fn short_halves_questions_brackets_and_quotations_are_not_cut() {
    for whole in [
        "Only because you asked.",
        "No, but thanks for the kind answer.",
        "Is it wrong to say so because nobody has checked the numbers?",
        "It failed (mostly because the disk was full of old logs) on Monday.",
        "She wrote \"we left because the rent was far too high\" in her letter.",
        "It is late because of the rain in the north.",
    ] {
        assert_eq!(passages(whole), [whole]);
    }
}

#[test]
fn quotations_and_code_hold_no_passages() {
    assert_eq!(passages("> You are wrong. Very wrong.\nNo. I am right."), ["No.", "I am right."]);
}

#[test]
fn endless_marks_and_unbroken_text_are_read_once() {
    for piece in ["! ", "a.", ".But", "(", "“", "\"", ":) ", "because ", "\u{1F600} ", "x, but "] {
        let text = piece.repeat(60_000);
        check(&text, &sentences(&text));
        split(&Body::from_plain(&text));
    }
}

fn check(text: &str, spans: &[Span]) {
    let mut at = 0;
    for span in spans {
        assert!(text.is_char_boundary(span.start()) && text.is_char_boundary(span.end()));
        assert!(span.start() >= at, "out of order");
        let words = span.slice(text);
        assert!(!words.is_empty() && words.trim() == words, "not trimmed: {words:?}");
        assert!(text[at..span.start()].trim().is_empty(), "lost: {:?}", &text[at..span.start()]);
        at = span.end();
    }
    assert!(text[at..].trim().is_empty(), "lost: {:?}", &text[at..]);
}

proptest! {
    #[test]
    fn sentences_cover_all_but_white_space(text in "\\PC{0,200}") {
        check(&text, &sentences(&text));
    }

    #[test]
    fn sentences_cover_messy_text(text in "([a-cA-C ]|[.!?…。(\"“”:)\n]|because |\\(abcd…\\) B|“abcd…” |, so |; |e\\.g\\. |\u{1F602}|é){0,80}") {
        check(&text, &sentences(&text));
        let body = Body::from_plain(&text);
        let mut last = 0;
        for span in split(&body) {
            let words = span.slice(body.text());
            prop_assert!(!words.is_empty() && words.trim() == words && span.start() >= last);
            last = span.end();
        }
    }
}
