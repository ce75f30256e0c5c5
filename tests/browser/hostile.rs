//! What an attacker would write into every field of a thread.

use rejoinder::analyse::{FlagKind, Label, SentenceKind, UnansweredKind};
use rejoinder::argument::{Role, Stance};
use rejoinder::report::{DuplicateView, Report, UnansweredView};
use rejoinder::thread::{Notice, NoticeKind};

use super::village::Builder;

/// Each would set `window.__pwned`, open a dialog, load something, add an element or break the layout.
pub const PAYLOADS: &[&str] = &[
    "<script>window.__pwned=1;alert(1)</script>",
    "\"><img src=x onerror=window.__pwned=1>",
    "' autofocus onfocus='window.__pwned=1' x='",
    "</script><script>window.__pwned=1</script>",
    "</style><iframe src=https://evil.example></iframe>",
    "</title></textarea><object data=https://evil.example></object>",
    "javascript:window.__pwned=1",
    "JaVaScRiPt:window.__pwned=1",
    " data:text/html,<script>window.__pwned=1</script>",
    "https://evil.example/\" onmouseover=\"window.__pwned=1",
    "<svg onload=window.__pwned=1><animate onbegin=window.__pwned=1>",
    "<math><mtext><table><mglyph><style><!--</style><img title=\"--><img src=1 onerror=window.__pwned=1>\">",
    "<!-- --><base href=https://evil.example/>",
    "<!--part:style--><!--part:outline-->",
    "--><details open ontoggle=window.__pwned=1>",
    "{{ title }} {% raw %} {{ 7*7 }} {% endraw %} {# x #}",
    "${window.__pwned=1} `${1}`",
    "\u{202E}txet desrever\u{202C} \u{2066}isolate",
    "nul\0nul \u{1b}[2J \u{7} \u{85}",
    "&lt;script&gt;&#60;b&#62;",
    "<meta http-equiv=refresh content=0;url=https://evil.example>",
    "<link rel=stylesheet href=https://evil.example/x.css>",
    "<form action=https://evil.example><input type=submit></form>",
    "<a href=javascript:window.__pwned=1>x</a>",
];

/// A thread in which every field of every post is hostile, each payload in turn.
pub fn thread() -> Report {
    let mut b = Builder::new(PAYLOADS[0], Some("javascript:window.__pwned=1"));
    let long = "w".repeat(5_000);
    for (at, payload) in PAYLOADS.iter().copied().chain([long.as_str()]).enumerate() {
        let at = at as u32;
        let pieces = [(Role::Claim, payload), (Role::None, "\n> "), (Role::None, payload)];
        b.post(Some(payload), at.checked_sub(1).map(|before| before / 2), &pieces);
        b.stance(at, Stance::Disagree, 0.5);
        b.stand(at, Label::Contested, 0.5, payload);
        b.quote(SentenceKind::Point, at);
        b.point(at, 1, 1);
        b.flag(at, payload, FlagKind::Insult, payload);
        b.change(at, |post| {
            post.native_id = payload.to_owned();
            post.permalink = Some(if at.is_multiple_of(2) {
                payload.to_owned()
            } else {
                format!("https://ok.example/{payload}")
            });
        });
        if at > 0 {
            b.relate("rebut", at, (at - 1) / 2, 0.5);
        }
    }
    for reply in &mut b.report().replies {
        reply.why = PAYLOADS[reply.post as usize % PAYLOADS.len()].to_owned();
    }
    for unit in &mut b.report().units {
        unit.why = PAYLOADS[unit.id as usize % PAYLOADS.len()].to_owned();
    }
    for flag in 0..b.report().flags.len() {
        let payload = PAYLOADS[flag % PAYLOADS.len()];
        b.report().flags[flag].permalink = Some(payload.to_owned());
        b.report().flags[flag].native_id = payload.to_owned();
        b.report().unanswered.push(UnansweredView { kind: UnansweredKind::Question, unit: flag as u32 });
        b.report().thread.notices.push(Notice::new(NoticeKind::Encoding, payload));
    }
    b.report().duplicates = vec![DuplicateView {
        kind: "near",
        first: 1,
        members: vec![1, 5, 6],
        start: None,
        end: None,
        matches: Vec::new(),
    }];
    b.finish()
}
