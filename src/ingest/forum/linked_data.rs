//! What a page's linked data (JSON-LD) says of its thread: how many replies it has.
//!
//! Nothing else is taken from it. Its texts are cut and its times are those of the opening post only.

use scraper::ElementRef;

use crate::ingest::json::{Json, Value};

/// Types of a thread, and of the question that a page of questions is about.
static THREADS: &[&str] = &["DiscussionForumPosting", "Question"];

/// Nodes that are looked at in one script.
const LOOKED_AT: usize = 2_000;

/// The number of replies to the opening post that this script declares.
pub(super) fn replies(script: ElementRef<'_>) -> Option<u32> {
    let text: String = script.text().collect();
    let json = Json::parse(text.trim()).ok()?;
    let mut open = vec![json.root()];
    let mut left = LOOKED_AT;
    while let Some(value) = open.pop() {
        left = left.checked_sub(1)?;
        if is_thread(value) {
            return counted(value);
        }
        // The thread stands at the top, in a list or graph, or is what a page is about.
        open.extend(value.items());
        open.extend(["@graph", "mainEntity", "mainEntityOfPage"].iter().filter_map(|key| value.get(key)));
    }
    None
}

fn is_thread(value: Value<'_>) -> bool {
    value.get("@type").and_then(Value::as_str).is_some_and(|kind| THREADS.contains(&kind))
}

/// The count of comments of a thread: as an interaction, or by itself.
fn counted(thread: Value<'_>) -> Option<u32> {
    let statistic = thread.get("interactionStatistic");
    let several = statistic.into_iter().flat_map(|one| one.items().chain(std::iter::once(one)));
    let mut interactions = several.filter(|one| {
        let kind = one.get("interactionType");
        let kind = kind.and_then(|kind| kind.as_str().or_else(|| kind.get("@type")?.as_str()));
        kind.is_some_and(|kind| kind.ends_with("CommentAction") || kind.ends_with("ReplyAction"))
    });
    let count = interactions.find_map(|one| one.get("userInteractionCount"));
    let count = count.or_else(|| thread.get("commentCount")).or_else(|| thread.get("answerCount"))?;
    let number = count.as_i64().or_else(|| count.as_str()?.parse().ok())?;
    u32::try_from(number).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::document::parse_fragment;

    fn of(json: &str) -> Option<u32> {
        let html = parse_fragment(&format!("<script type='application/ld+json'>{json}</script>")).unwrap();
        replies(html.root_element())
    }

    #[test]
    fn replies_are_counted_and_views_are_not() {
        let counter = |kind: &str, n: u32| {
            format!(r#"{{"interactionType":"https://schema.org/{kind}","userInteractionCount":{n}}}"#)
        };
        let thread = |statistic: &str| {
            format!(r#"{{"@type":"DiscussionForumPosting","interactionStatistic":{statistic}}}"#)
        };
        let both = format!("[{},{}]", counter("ViewAction", 900), counter("CommentAction", 7));
        assert_eq!(of(&thread(&both)), Some(7));
        assert_eq!(of(&thread(&counter("ReplyAction", 3))), Some(3));
        assert_eq!(of(&thread(&counter("ViewAction", 3))), None);
        assert_eq!(of(r#"{"@type":"QAPage","mainEntity":{"@type":"Question","answerCount":"4"}}"#), Some(4));
        assert_eq!(of(r#"{"@type":"Organization","commentCount":4}"#), None);
        assert_eq!(of("{oops"), None);
    }
}
