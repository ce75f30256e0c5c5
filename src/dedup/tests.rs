use proptest::prelude::*;

use super::*;
use crate::thread::{Body, Draft, Gathered, GroupKind, Parent, PostId, State, Time};

fn thread_of(drafts: Vec<Draft>) -> Thread {
    Thread::assemble(Gathered { drafts, platform: "test", ..Gathered::default() }).unwrap()
}

fn draft(key: usize, text: &str) -> Draft {
    Draft { body: Body::from_plain(text), ..Draft::new(key.to_string(), Parent::Unknown) }
}

fn thread(texts: &[&str]) -> Thread {
    thread_of(texts.iter().enumerate().map(|(key, text)| draft(key, text)).collect())
}

/// The groups as positions, with the kind of each repeat.
fn groups(texts: &[&str]) -> Vec<(usize, Vec<(usize, GroupKind)>)> {
    let found = find(&thread(texts));
    let repeats = |group: &crate::thread::Group| {
        group.matches.iter().map(|found| (found.post.index(), found.kind)).collect()
    };
    found.groups().iter().map(|group| (group.first.index(), repeats(group))).collect()
}

fn parts(texts: &[&str]) -> Vec<(usize, usize, String)> {
    let thread = thread(texts);
    let found = find(&thread);
    let words = |part: &crate::thread::Part| part.span.slice(thread.post(part.first).text()).to_owned();
    found.parts().iter().map(|part| (part.first.index(), part.inside.index(), words(part))).collect()
}

const TRAMS: &str = "The city closed three tram lines last winter and nobody in the council has ever explained \
                     where the money that was saved has gone since then.";
const BREAD: &str = "Sourdough needs patience more than skill, and the flour you can buy in any shop is good enough \
                     if you give the dough a whole night.";

#[test]
fn case_spaces_and_quotation_marks_do_not_make_a_text_new() {
    let found = groups(&["It’s “Fine”.", "it's  \"fine\".", "IT'S\n\"FINE\".", "It is fine."]);
    assert_eq!(found, [(0, vec![(1, GroupKind::Exact), (2, GroupKind::Exact)])]);
}

#[test]
fn one_word_posts_repeat_only_their_own_text() {
    let found = groups(&["Yes.", "Yes?", "yes.", "🙂", "🙂", "No."]);
    assert_eq!(found, [(0, vec![(2, GroupKind::Exact)]), (3, vec![(4, GroupKind::Exact)])]);
}

#[test]
fn other_punctuation_makes_a_near_repeat_of_a_longer_post() {
    let found = groups(&[TRAMS, &TRAMS.replace('.', "!!").replace(" and", ", and")]);
    assert_eq!(found, [(0, vec![(1, GroupKind::Near)])]);
}

#[test]
fn a_few_other_words_make_a_near_repeat_and_its_share_is_told() {
    let copy = TRAMS.replace("three", "four").replace("winter", "summer").replace(" ever", "");
    let thread = thread(&[BREAD, TRAMS, &copy]);
    let found = find(&thread);
    assert_eq!(found.groups().len(), 1);
    let repeat = found.groups()[0].matches[0];
    assert_eq!((repeat.post.index(), repeat.with.index(), repeat.kind), (2, 1, GroupKind::Near));
    assert!((repeat.similarity.value() - 23.0 / 26.0).abs() < 1e-6, "{:?}", repeat.similarity);
}

#[test]
fn the_one_word_that_matters_keeps_short_posts_apart() {
    let found = groups(&[
        "I think that nuclear power is safe.",
        "I think that nuclear power is unsafe.",
        "We should ban cars here.",
        "We should ban bikes here.",
    ]);
    assert_eq!(found, []);
}

#[test]
fn a_stock_opening_does_not_join_short_posts() {
    let found = groups(&[
        "Do you have a source for that? My town has none.",
        "Do you have a source for that? The report disagrees.",
        "Do you have a source for that?",
    ]);
    assert_eq!(found, []);
}

#[test]
fn a_post_quoted_whole_with_a_few_words_is_a_repeat() {
    let quoted = format!("> {TRAMS}\n\nSo much this.");
    let again = format!("> {BREAD}");
    let found = groups(&[TRAMS, BREAD, &quoted, &again]);
    assert_eq!(found, [(0, vec![(2, GroupKind::Quoted)]), (1, vec![(3, GroupKind::Quoted)])]);
}

#[test]
fn a_quotation_of_a_post_that_quotes_is_a_repeat_of_it() {
    let reply = format!("> {TRAMS}\n\nThey did explain it in March, on page four of the minutes.");
    let quoted = reply.lines().map(|line| format!("> {line}\n")).collect::<String>();
    assert_eq!(groups(&[TRAMS, &reply, &quoted]), [(1, vec![(2, GroupKind::Quoted)])]);
}

#[test]
fn a_quotation_with_an_answer_is_no_repeat() {
    let part = format!("> {}\n\nThat was the county, and they published the figures.", &TRAMS[..90]);
    let whole = format!("> {TRAMS}\n\nThat was the county, and they published the figures.");
    assert_eq!(groups(&[TRAMS, &part]), []);
    assert_eq!(groups(&[TRAMS, &whole]), []);
}

#[test]
fn a_short_question_quoted_and_answered_is_no_repeat() {
    assert_eq!(groups(&["Any source?", "> Any source?\n\nHere you go."]), []);
}

#[test]
fn the_first_is_the_earliest_by_time_where_all_have_one() {
    let mut drafts: Vec<Draft> = (0..3).map(|key| draft(key, TRAMS)).collect();
    for (draft, time) in drafts.iter_mut().zip([30, 10, 20]) {
        draft.written_at = Time::from_unix(time);
    }
    let found = find(&thread_of(drafts.clone()));
    assert_eq!(found.groups()[0].first.index(), 1);
    assert_eq!(found.groups()[0].matches.iter().map(|found| found.post.index()).collect::<Vec<_>>(), [0, 2]);
    drafts[2].written_at = None;
    assert_eq!(find(&thread_of(drafts)).groups()[0].first.index(), 0);
}

#[test]
fn posts_whose_words_are_gone_repeat_nothing() {
    let mut drafts: Vec<Draft> = ["", "", "[removed]", "[removed]", "[deleted]", "[deleted]"]
        .iter()
        .enumerate()
        .map(|(key, text)| draft(key, text))
        .collect();
    drafts[2].state = State::RemovedByModerator;
    drafts[3].state = State::RemovedByModerator;
    drafts[4].state = State::DeletedByAuthor;
    drafts[5].state = State::DeletedByAuthor;
    let found = find(&thread_of(drafts));
    assert!(found.groups().is_empty() && found.parts().is_empty());
}

#[test]
fn groups_do_not_drift_by_small_steps() {
    let words: Vec<String> = (0..60).map(|n| format!("word{n}")).collect();
    let texts: Vec<String> = (0..=30).map(|step| words[step..step + 30].join(" ")).collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let found = groups(&texts);
    assert!(found.len() > 1, "the last shares no word with the first");
    assert_eq!(found[0].0, 0);
}

#[test]
fn a_sentence_inside_another_post_is_a_part_and_merges_nothing() {
    let longer = format!("“Listen: {TRAMS}” {BREAD}");
    let found = parts(&["I read the paper this morning.", &longer, TRAMS, "An end."]);
    assert_eq!(found, [(1, 2, TRAMS.to_owned() + "”")]);
    assert!(groups(&[&longer, TRAMS]).is_empty());
}

#[test]
fn quoting_a_post_makes_no_part() {
    let reply = format!("> {TRAMS}\n\n{BREAD}");
    assert_eq!(parts(&[TRAMS, &reply]), []);
}

#[test]
fn a_phrase_that_many_use_is_no_part() {
    let one = "As far as I can tell from here it is all the same to me whether trams or buses win.";
    let other = "As far as I can tell from here it is nothing to do with flour, and the baker knows that.";
    assert_eq!(parts(&[one, other]), []);
}

#[test]
fn a_signature_under_many_posts_gives_one_part_each_at_most() {
    let signature = "My opinions are my own and not those of my employer, whoever that may be.";
    let texts: Vec<String> = (0..300)
        .map(|n| {
            let own: Vec<String> = (0..40).map(|word| format!("w{}", n * 40 + word)).collect();
            format!("{}.\n{signature}", own.join(" "))
        })
        .collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let count = parts(&texts).len();
    assert!((1..=20 + texts.len()).contains(&count), "{count}");
    assert!(groups(&texts).is_empty());
}

#[test]
fn hostile_repetition_stays_small() {
    let spam: Vec<String> = (1..400).map(|n| "spam ".repeat(n)).collect();
    let spam: Vec<&str> = spam.iter().map(String::as_str).collect();
    groups(&spam);
    let long = format!("{TRAMS} ").repeat(5_000);
    let longer = format!("{long}{BREAD}");
    assert!(parts(&[&long, &longer, TRAMS, BREAD]).len() <= 16);
}

#[test]
fn scripts_without_spaces_are_compared_by_character() {
    let one = "この主張には証拠がありません。もっと詳しい資料を示してください。";
    let other = "この主張には証拠がありません。もっと新しい資料を示してください。";
    assert_eq!(groups(&[one, other]), [(0, vec![(1, GroupKind::Near)])]);
}

/// Posts made of few sentences, so that all kinds of repeats occur.
fn post() -> impl Strategy<Value = String> {
    let sentences = [
        TRAMS,
        BREAD,
        "Yes.",
        "Why?",
        "Ça m’est égal, “vraiment”!",
        "½ of ﬁve № is ① and the rest of it was never counted by anyone I know.",
        "この主張には証拠がありません。",
    ];
    let piece = (prop::sample::select(sentences.to_vec()), 0..6usize, 0..30usize).prop_map(
        |(text, how, at)| match how {
            0 => text.to_uppercase(),
            1 => format!("> {text}"),
            2 => text
                .split(' ')
                .enumerate()
                .filter(|(n, _)| *n != at)
                .map(|(_, word)| word)
                .collect::<Vec<_>>()
                .join(" "),
            _ => text.to_owned(),
        },
    );
    prop::collection::vec(piece, 0..4).prop_map(|pieces| pieces.join("\n"))
}

fn words_of(text: &str) -> Vec<String> {
    let mut folded = String::new();
    fold::fold_into(text, &mut folded);
    fold::words_of(&folded).into_iter().map(str::to_owned).collect()
}

proptest! {
    #[test]
    fn repeats_are_an_equivalence_and_the_same_each_time(texts in prop::collection::vec(post(), 1..12)) {
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let thread = thread(&texts);
        let (found, again) = (find(&thread), find(&thread));
        prop_assert_eq!(format!("{found:?}"), format!("{again:?}"));
        let mut seen = vec![false; texts.len()];
        for group in found.groups() {
            let members = group.members();
            prop_assert!(members.len() > 1);
            for member in &members {
                prop_assert!(!std::mem::replace(&mut seen[member.index()], true), "in two groups");
                prop_assert_eq!(found.first(*member), group.first);
            }
            for repeat in &group.matches {
                prop_assert!(repeat.post != group.first && members.contains(&repeat.with));
                prop_assert!(repeat.post != repeat.with);
            }
        }
    }

    #[test]
    fn parts_hold_the_same_words_in_both_posts(texts in prop::collection::vec(post(), 1..12)) {
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let thread = thread(&texts);
        for part in find(&thread).parts() {
            let words = words_of(part.span.slice(thread.post(part.first).text()));
            prop_assert!(words.len() >= 8);
            let inside = words_of(thread.post(part.inside).text());
            prop_assert!(inside.windows(words.len()).any(|window| window == words));
        }
    }

    #[test]
    fn every_repeat_of_a_text_is_found_wherever_it_stands(texts in prop::collection::vec(post(), 1..8)) {
        let twice: Vec<&str> = texts.iter().chain(texts.iter().rev()).map(String::as_str).collect();
        let found = find(&thread(&twice));
        let last = twice.len() - 1;
        let ids: Vec<PostId> = thread(&twice).ids().collect();
        for (at, text) in texts.iter().enumerate().filter(|(_, text)| !text.trim().is_empty()) {
            prop_assert_eq!(found.first(ids[at]), found.first(ids[last - at]), "{}", text);
        }
    }

    #[test]
    fn any_text_is_read(texts in prop::collection::vec(any::<String>(), 1..6)) {
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        find(&thread(&texts));
    }
}
