use super::*;
use crate::segment;
use crate::thread::{Body, Span};

/// Writes the clues of labelled rows for the fitting script: `REJOINDER_DUMP=in:out`, NDJSON both.
#[test]
fn clues_are_written_for_the_fitting_script_when_asked() {
    let Ok(files) = std::env::var("REJOINDER_DUMP") else {
        println!("LEFT OUT: REJOINDER_DUMP is not set");
        return;
    };
    let (from, to) = files.split_once(':').unwrap();
    let mut out = String::new();
    let mut reader = Reader::new();
    for line in std::fs::read_to_string(from).unwrap().lines() {
        let row: serde_json::Value = serde_json::from_str(line).unwrap();
        let body = Body::from_plain(row["text"].as_str().unwrap());
        let whole = row["whole"].as_bool().unwrap_or(false);
        let spans = if whole { vec![Span::whole(body.text())] } else { segment::split(&body) };
        let parent = row["parent"].as_str();
        let exchange = Exchange { text: body.text(), passages: &spans, parent, parent_passages: &[] };
        reader.read(&exchange);
        let mut passages = Vec::new();
        for (at, span) in spans.iter().enumerate() {
            reader.clues_of_passage(span.slice(body.text()), at);
            passages.push(
                serde_json::json!({"text": span.slice(body.text()), "clues": numbers(&reader.passage)}),
            );
        }
        reader.clues_of_reply(&exchange);
        let row = serde_json::json!({"clues": numbers(&reader.reply), "passages": passages});
        out.push_str(&row.to_string());
        out.push('\n');
    }
    std::fs::write(to, out).unwrap();
}

/// Signs as they are, cues from 1000 on.
fn numbers(clues: &[Clue]) -> Vec<u32> {
    clues
        .iter()
        .map(|clue| match clue {
            Clue::Sign(sign) => u32::from(*sign),
            Clue::Cue(cue) => 1000 + u32::from(*cue),
        })
        .collect()
}

fn judged(parent: &str, reply: &str) -> (Judgement, Vec<Span>) {
    let body = Body::from_plain(reply);
    let spans = segment::split(&body);
    let exchange =
        Exchange { text: body.text(), passages: &spans, parent: Some(parent), parent_passages: &[] };
    let judgement = Rules.judge(&[exchange]).remove(0);
    (judgement, spans)
}

fn stance_of(parent: &str, reply: &str) -> Annotation<Stance> {
    judged(parent, reply).0.stance.unwrap()
}

/// The parent, the reply, and the stances that a careful reader accepts.
const REPLIES: &[(&str, &str, &[Stance])] = &[
    ("The weights are compiled code.", "paper?", &[Stance::Question]),
    ("The weights are compiled code.", "Source?", &[Stance::Question]),
    ("The weights are compiled code.", "Do you have a source for that?", &[Stance::Question]),
    ("The source is the weights.", "No, training data.", &[Stance::Disagree]),
    ("The source is the weights.", "I agree.", &[Stance::Agree]),
    ("The source is the weights.", "This.", &[Stance::Agree]),
    ("The source is the weights.", "+1", &[Stance::Agree]),
    ("The source is the weights.", "Exactly", &[Stance::Agree]),
    ("The source is the weights.", "LOL no. The weights encode the data that they saw.", &[Stance::Disagree]),
    (
        "A model without its data is not open.",
        "So what you're saying is that no compiler is open either.",
        &[Stance::Question, Stance::Disagree],
    ),
    ("You may not copy it.", "Am I allowed to read it aloud?", &[Stance::Question, Stance::Disagree]),
    ("Only text counts.", "By this logic, you can call any binary open.", &[Stance::Disagree]),
    ("The law is vague.", "That doesn't make it vague.", &[Stance::Disagree]),
    ("It is cheaper.", "Yes, but nobody can afford the repairs.", &[Stance::Disagree]),
    ("It is cheaper.", "I don't disagree.", &[Stance::Agree]),
    ("It is cheaper.", "You're not wrong.", &[Stance::Agree]),
    ("It is cheaper.", "I disagree.", &[Stance::Disagree]),
    ("It is cheaper.", "> It is cheaper.\nNo, it costs twice as much.", &[Stance::Disagree]),
    ("It is cheaper.", "> I agree, it is great.\nThat's wrong.", &[Stance::Disagree]),
];

#[test]
fn stances_that_a_reader_finds_plain_are_found() {
    let wrong: Vec<String> = REPLIES
        .iter()
        .filter_map(|(parent, reply, wanted)| {
            let found = stance_of(parent, reply);
            let fits = wanted.contains(&found.value);
            (!fits).then(|| format!("{reply:?}: {:?} {:?} {}", found.value, found.confidence, found.why))
        })
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// A passage and the roles that a careful reader accepts.
const PASSAGES: &[(&str, &[Role])] = &[
    ("paper?", &[Role::Question]),
    ("how so", &[Role::Question]),
    ("How would that work?", &[Role::Question]),
    ("Laws are never simple.", &[Role::Claim]),
    ("We should ban it.", &[Role::Claim]),
    ("That's wrong.", &[Role::Claim]),
    ("I think the price is too high for most people.", &[Role::Claim]),
    ("Fair enough.", &[Role::Concession]),
    ("Granted, it is slower.", &[Role::Concession]),
    ("You're right that it is slower.", &[Role::Concession]),
    ("because it kills the fish in the river.", &[Role::Premise]),
    ("According to a study from 2019, it fell by 12 percent.", &[Role::Premise]),
    ("For example, my bank closed its office last year.", &[Role::Premise]),
    ("Thanks!", &[Role::None]),
    ("lol", &[Role::None]),
    ("https://a.example/page", &[Role::None, Role::Premise]),
    ("Edit: typo", &[Role::None]),
    ("\u{1F600}", &[Role::None]),
    ("Hi Ann,", &[Role::None]),
    ("Sent from my phone", &[Role::None]),
];

#[test]
fn roles_that_a_reader_finds_plain_are_found() {
    let wrong: Vec<String> = PASSAGES
        .iter()
        .filter_map(|(passage, wanted)| {
            let found = judged("It is cheaper.", passage).0.roles.remove(0);
            let fits = wanted.contains(&found.value);
            (!fits).then(|| format!("{passage:?}: {:?} {:?} {}", found.value, found.confidence, found.why))
        })
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_reason_names_the_cue() {
    let found = stance_of("It is cheaper.", "No, it costs twice as much.");
    assert_eq!(found.why, "begins with \u{201c}no,\u{201d}");
}

#[test]
fn other_languages_are_not_judged() {
    let text = "Das ist meiner Meinung nach völlig falsch, weil niemand die Zahlen geprüft hat.";
    let (judgement, spans) = judged("Das stimmt.", text);
    assert_eq!(judgement.roles.len(), spans.len());
    assert!(judgement.roles.iter().all(|role| role.value == Role::None && role.why == "not English"));
    assert!(
        judgement
            .stance
            .is_some_and(|stance| stance.value == Stance::Neutral && stance.confidence.value() < 0.3)
    );
}

#[test]
fn an_exchange_without_passages_or_parent_is_judged() {
    let judgement =
        Rules.judge(&[Exchange { text: "", passages: &[], parent: None, parent_passages: &[] }]).remove(0);
    assert!(judgement.stance.is_none() && judgement.roles.is_empty() && judgement.tones.is_empty());
    let (judgement, _) = judged("", "> only a quotation");
    assert!(judgement.stance.is_some());
}

#[test]
fn every_sign_has_words_and_every_cue_is_listed_once() {
    assert_eq!(REPLY.len(), signs::OF_REPLY.len());
    assert_eq!(PASSAGE.len(), signs::OF_PASSAGE.len());
    assert!(CUES.windows(2).all(|pair| pair[0].0 < pair[1].0));
}

proptest::proptest! {
    #[test]
    fn any_text_is_judged_without_panic(text in "\\PC{0,120}", parent in "\\PC{0,60}") {
        let (judgement, spans) = judged(&parent, &text);
        proptest::prop_assert_eq!(judgement.roles.len(), spans.len());
        proptest::prop_assert_eq!(judgement.tones.len(), spans.len());
    }
}

#[test]
fn quotations_between_single_marks_and_generic_people_are_no_insults() {
    for civil in [
        "More like the 'fuck you' you say while laughing with friends.",
        "It makes you look like a jerk.",
        "You are not an idiot at all.",
    ] {
        assert_ne!(tone::of(civil).value, Tone::Insult, "{civil}");
    }
    assert_eq!(tone::of("You're an idiot, and that's that.").value, Tone::Insult);
    assert_eq!(tone::of("Don't be daft, you idiot.").value, Tone::Insult);
}
