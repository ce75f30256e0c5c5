//! An invented debate as a report made by hand: should the village library open on Sundays?

use rejoinder::analyse::{FlagKind, Label, SentenceKind, UnansweredKind};
use rejoinder::argument::{Role, Stance};
use rejoinder::report::{
    AnnotatorView, CiteView, Coverage, DuplicateView, FlagView, KeyPointView, MatchView, PostView,
    RelationView, ReplyView, Report, StandingView, SummaryView, ThreadView, UnansweredView, UnitView,
};
use rejoinder::thread::{Confidence, GroupKind, Notice, NoticeKind, State, Time};

const BY: &str = "rules";

/// A report under construction: posts are added with their units, then relations by unit.
pub struct Builder {
    report: Report,
}

/// A piece of a post: somebody's words and what they do.
pub type Piece<'a> = (Role, &'a str);

impl Builder {
    pub fn new(title: &str, url: Option<&str>) -> Self {
        let thread = ThreadView {
            title: title.to_owned(),
            url: url.map(str::to_owned),
            platform: "discourse",
            fetched_at: Time::parse("2026-03-02T18:20:00Z"),
            declared: None,
            posts: Some(Vec::new()),
            notices: Vec::new(),
        };
        let coverage =
            Coverage { declared: None, read: 0, deleted: 0, repeats: 0, with_units: 0, skipped: 0, stubs: 0 };
        Self {
            report: Report {
                schema: "rejoinder/1",
                thread,
                duplicates: Vec::new(),
                units: Vec::new(),
                replies: Vec::new(),
                relations: Vec::new(),
                standing: Vec::new(),
                key_points: Vec::new(),
                unanswered: Vec::new(),
                flags: Vec::new(),
                summary: Vec::new(),
                coverage,
                annotator: AnnotatorView {
                    name: BY,
                    about: "goes by cue words, punctuation and the order of the replies; knows no subject",
                    chosen: None,
                },
            },
        }
    }

    /// Adds a post whose text is its pieces, one after the other.
    pub fn post(&mut self, author: Option<&str>, parent: Option<u32>, pieces: &[Piece<'_>]) -> u32 {
        let id = self.report.posts().len() as u32;
        let mut text = String::new();
        for &(role, words) in pieces {
            let start = text.len();
            text.push_str(words);
            if role != Role::None {
                let kept = words.trim_end();
                self.report.units.push(UnitView {
                    id: self.report.units.len() as u32,
                    post: id,
                    start,
                    end: start + kept.len(),
                    text: kept.to_owned(),
                    role,
                    confidence: Confidence::clamped(0.6 + 0.05 * f64::from(id % 7)),
                    by: BY,
                    why: match role {
                        Role::Premise => "“because” introduces a reason".to_owned(),
                        Role::Question => "ends in a question mark".to_owned(),
                        _ => String::new(),
                    },
                });
            }
        }
        let present = !text.is_empty();
        let posts = self.report.thread.posts.get_or_insert_default();
        posts.push(PostView {
            id,
            native_id: format!("{}", 5120 + id),
            author: author.map(str::to_owned),
            parent,
            parent_known_by: parent.map(|_| "declared"),
            parent_confidence: None,
            also_replies_to: Vec::new(),
            written_at: Time::from_unix(1_772_300_000 + i64::from(id) * 2_460),
            edited_at: None,
            votes: Some(i64::from((id * 7 + 5) % 23) - 4),
            state: State::Present,
            permalink: Some(format!("https://forum.village.example/t/88/{}", id + 1)),
            text,
        });
        self.report.coverage.read += 1;
        self.report.coverage.with_units += u32::from(present);
        id
    }

    pub fn stance(&mut self, post: u32, stance: Stance, confidence: f64) {
        let Some(to) = self.report.posts()[post as usize].parent else { return };
        let why = match stance {
            Stance::Disagree => "“but” turns against what was said",
            Stance::Agree => "opens with “yes”",
            Stance::Question => "asks and claims nothing",
            Stance::Neutral => "",
        };
        let confidence = Confidence::clamped(confidence);
        self.report.replies.push(ReplyView {
            post,
            to,
            stance,
            confidence,
            by: BY,
            why: why.to_owned(),
            declared: false,
        });
    }

    pub fn relate(&mut self, kind: &'static str, from: u32, to: u32, confidence: f64) {
        let undercut = kind == "undercut";
        self.report.relations.push(RelationView {
            id: self.report.relations.len() as u32,
            kind,
            from,
            to: (!undercut).then_some(to),
            step: undercut.then_some(to),
            confidence: Confidence::clamped(confidence),
            by: BY,
            why: "the reply disagrees, and these two passages share their words",
        });
    }

    pub fn stand(&mut self, unit: u32, label: Label, strength: f64, reason: &str) {
        let confidence = (label != Label::Stands || !reason.starts_with("Nobody"))
            .then(|| Confidence::clamped(if unit == 13 { 0.49 } else { 0.72 }));
        let reason = reason.to_owned();
        self.report.standing.push(StandingView { unit, label, confidence, strength, reason });
    }

    pub fn flag(&mut self, post: u32, words: &str, kind: FlagKind, why: &str) {
        let view = &self.report.posts()[post as usize];
        let start = view.text.find(words).unwrap_or(0);
        let flag = FlagView {
            post,
            start,
            end: start + words.len(),
            kind,
            confidence: Confidence::clamped(0.71),
            why: why.to_owned(),
            native_id: view.native_id.clone(),
            author: view.author.clone(),
            permalink: view.permalink.clone(),
            text: words.to_owned(),
        };
        self.report.flags.push(flag);
    }

    pub fn quote(&mut self, kind: SentenceKind, unit: u32) {
        let view = &self.report.units[unit as usize];
        let post = &self.report.posts()[view.post as usize];
        let cite =
            CiteView { post: view.post, start: view.start, end: view.end, permalink: post.permalink.clone() };
        let sentence = SummaryView {
            text: view.text.clone(),
            cites: vec![cite],
            kind,
            lead: kind.lead(),
            author: post.author.clone(),
            unit: Some(unit),
            confidence: match kind {
                SentenceKind::Objection => Some(Confidence::clamped(0.72)),
                SentenceKind::Answer => Some(Confidence::clamped(0.46)),
                _ => None,
            },
            cut_before: false,
            cut: false,
        };
        self.report.summary.push(sentence);
    }

    pub fn point(&mut self, unit: u32, speak_for: u32, against: u32) {
        let text = self.report.units[unit as usize].text.clone();
        let members = vec![unit];
        self.report.key_points.push(KeyPointView { unit, text, members, people: 1, speak_for, against });
    }

    pub fn change(&mut self, post: u32, change: impl FnOnce(&mut PostView)) {
        let posts = self.report.thread.posts.get_or_insert_default();
        if let Some(post) = posts.get_mut(post as usize) {
            change(post);
        }
    }

    pub fn finish(self) -> Report {
        self.report
    }

    pub fn report(&mut self) -> &mut Report {
        &mut self.report
    }
}

/// The debate: sixteen posts with everything that a report can show.
pub fn debate() -> Report {
    use Role::{Claim, Concession, None as Aside, Premise, Question};
    let mut b = Builder::new(
        "Should the village library open on Sundays?",
        Some("https://forum.village.example/t/sunday-opening/88"),
    );
    b.post(
        Some("Ann Thwaite"),
        None,
        &[
            (Aside, "Good morning, everyone.\n"),
            (Claim, "The library should open on Sunday afternoons. "),
            (
                Premise,
                "Most of us commute, so Saturday morning is the only time we can go, and then it is packed.",
            ),
        ],
    );
    b.post(
        Some("Bob"),
        Some(0),
        &[
            (Concession, "It would be pleasant, I grant that. "),
            (Claim, "But the village cannot pay for a seventh day. "),
            (Premise, "Wages and heating come to about 9,000 a year."),
        ],
    );
    b.post(
        Some("Carla M."),
        Some(1),
        &[
            (Aside, "> the village cannot pay for a seventh day\n"),
            (Claim, "We need not pay for a seventh day: close on Monday instead. "),
            (Premise, "Monday has eleven visitors on average, according to the annual report."),
        ],
    );
    b.post(
        Some("Bob"),
        Some(2),
        &[(Claim, "Monday is when the schools come, so closing then only moves the cost to the children.")],
    );
    b.post(
        Some("Dev"),
        Some(3),
        &[
            (Claim, "The schools have already moved their visits to Thursday. "),
            (Premise, "It was in the March newsletter, page 2."),
        ],
    );
    b.post(
        Some("Edith"),
        Some(0),
        &[
            (Aside, "Yes! "),
            (Claim, "A library that is shut when people are free is a cupboard. "),
            (Premise, "In Oakham the Sunday opening doubled the loans to under-tens."),
        ],
    );
    b.post(
        Some("Farid"),
        Some(5),
        &[(Question, "Were those loans counted before or after Oakham merged with the school library?")],
    );
    b.post(
        Some("gus_1961"),
        Some(0),
        &[(Claim, "Sunday ought to stay a quiet day. "), (Aside, "You lot are clueless incomers.")],
    );
    b.post(
        Some("Hanna"),
        Some(7),
        &[(Claim, "Nobody’s Sunday gets louder because somebody else is reading.")],
    );
    b.post(None, Some(7), &[]);
    b.post(
        Some("Ines"),
        Some(1),
        &[
            (Claim, "Volunteers could run Sundays at no cost. "),
            (Premise, "Fourteen people signed up for the book sale within a day."),
        ],
    );
    b.post(
        Some("Jo"),
        Some(10),
        &[(Claim, "Signing up for a book sale says nothing about giving up every Sunday of the year.")],
    );
    b.post(Some("Kim"), Some(0), &[(Aside, "The library should open on Sunday afternoons.")]);
    b.post(
        Some("Lou"),
        Some(4),
        &[
            (Question, "Does anybody have that newsletter? "),
            (Aside, "I never got mine.\n    scan page 2, 300 dpi\n    send to lou@example.org"),
        ],
    );
    b.post(
        Some("Edith"),
        Some(7),
        &[(Claim, "If you want a quiet place on Sunday, a library is the best one there is.")],
    );
    b.post(
        Some("Bob"),
        Some(10),
        &[(Claim, "Volunteers may not open the building alone; the insurance says so.")],
    );

    decorate(&mut b);
    b.finish()
}

fn decorate(b: &mut Builder) {
    let stances = [
        (1, Stance::Disagree, 0.86),
        (2, Stance::Disagree, 0.78),
        (3, Stance::Disagree, 0.74),
        (4, Stance::Disagree, 0.81),
        (5, Stance::Agree, 0.92),
        (6, Stance::Question, 0.88),
        (7, Stance::Disagree, 0.66),
        (8, Stance::Disagree, 0.71),
        (10, Stance::Disagree, 0.58),
        (11, Stance::Disagree, 0.69),
        (12, Stance::Agree, 0.9),
        (13, Stance::Question, 0.83),
        (14, Stance::Disagree, 0.6),
        (15, Stance::Disagree, 0.79),
    ];
    for (post, stance, confidence) in stances {
        b.stance(post, stance, confidence);
    }
    // Units: 0 A claim, 1 A premise, 2 B concession, 3 B claim, 4 B premise, 5 C claim, 6 C premise, 7 B claim,
    // 8 D claim, 9 D premise, 10 E claim, 11 E premise, 12 F question, 13 G claim, 14 H claim, 15 I claim,
    // 16 I premise, 17 J claim, 18 L question, 19 E claim, 20 B claim.
    b.relate("support", 1, 0, 0.82);
    b.relate("rebut", 3, 0, 0.77);
    b.relate("support", 4, 3, 0.8);
    b.relate("rebut", 5, 3, 0.72);
    b.relate("rebut", 7, 5, 0.68);
    b.relate("rebut", 8, 7, 0.74);
    b.relate("support", 9, 8, 0.71);
    b.relate("support", 10, 0, 0.79);
    b.relate("support", 11, 10, 0.6);
    b.relate("rebut", 13, 0, 0.57);
    b.relate("rebut", 14, 13, 0.66);
    b.relate("rebut", 15, 3, 0.52);
    b.relate("support", 16, 15, 0.75);
    b.relate("undercut", 17, 12, 0.61);
    b.relate("rebut", 19, 13, 0.49);
    b.relate("rebut", 20, 15, 0.7);
    b.stand(
        0,
        Label::Stands,
        0.71,
        "Both objections to it fall: Carla answers Bob, and Hanna answers gus_1961.",
    );
    b.stand(
        3,
        Label::Falls,
        0.31,
        "Carla’s objection in #2 stands; it would stand again if Monday could not be closed.",
    );
    b.stand(5, Label::Stands, 0.58, "The only objection to it, Bob’s in #3, is answered by Dev.");
    b.stand(7, Label::Falls, 0.33, "Dev’s objection in #4 stands.");
    b.stand(8, Label::Stands, 0.62, "Nobody speaks against it.");
    b.stand(10, Label::Stands, 0.64, "Nobody speaks against it.");
    b.stand(13, Label::Contested, 0.44, "It and the objections to it hold each other up.");
    b.stand(14, Label::Contested, 0.5, "It and gus_1961’s claim hold each other up.");
    b.stand(15, Label::Falls, 0.28, "Bob’s objection in #15 stands.");
    b.stand(17, Label::Stands, 0.5, "Nobody speaks against it.");
    b.stand(19, Label::Stands, 0.5, "Nobody speaks against it.");
    b.stand(20, Label::Stands, 0.5, "Nobody speaks against it.");
    b.quote(SentenceKind::Opening, 0);
    b.quote(SentenceKind::Point, 3);
    b.quote(SentenceKind::Objection, 5);
    b.quote(SentenceKind::Answer, 7);
    b.quote(SentenceKind::Backed, 10);
    b.quote(SentenceKind::OpenQuestion, 12);
    b.point(0, 4, 2);
    b.point(3, 1, 2);
    b.point(13, 1, 2);
    b.flag(
        7,
        "You lot are clueless incomers.",
        FlagKind::Insult,
        "calls people in the conversation “clueless”",
    );
    b.change(1, |post| post.edited_at = Time::parse("2026-03-01T08:00:00Z"));
    b.change(5, |post| {
        post.parent_known_by = Some("mentioned");
    });
    b.change(9, |post| post.state = State::RemovedByModerator);
    b.change(10, |post| {
        post.parent_known_by = Some("inferred");
        post.parent_confidence = Some(Confidence::clamped(0.62));
    });
    let report = b.report();
    report.thread.declared = Some(18);
    report.thread.notices = vec![
        Notice::new(
            NoticeKind::Truncated,
            "The forum says 18 posts, 16 were found; two may be hidden from visitors.",
        ),
        Notice::new(
            NoticeKind::InferredReplies,
            "One reply link was inferred; it is drawn with a broken line.",
        ),
    ];
    report.unanswered = vec![
        UnansweredView { kind: UnansweredKind::Question, unit: 12 },
        UnansweredView { kind: UnansweredKind::Question, unit: 18 },
        UnansweredView { kind: UnansweredKind::Objection, unit: 20 },
    ];
    report.duplicates = vec![DuplicateView {
        kind: "exact",
        first: 0,
        members: vec![0, 12],
        start: None,
        end: None,
        matches: vec![MatchView {
            post: 12,
            with: 0,
            kind: GroupKind::Exact,
            similarity: Confidence::clamped(1.0),
        }],
    }];
    report.coverage = Coverage {
        declared: Some(18),
        read: 16,
        deleted: 1,
        repeats: 1,
        with_units: 14,
        skipped: 0,
        stubs: 0,
    };
}
