//! Items as JSON: Algolia answers with a whole tree, Firebase with one item and the ids of its replies.

use url::Url;

use super::{ALGOLIA, FIREBASE, NAME, absence, item_address};
use crate::error::{Error, Result};
use crate::fetch::Request;
use crate::ingest::html::body_of_fragment;
use crate::ingest::json::{Json, Value};
use crate::ingest::{Document, Reading, Recognition};
use crate::thread::{Body, Draft, Notice, NoticeKind, Parent, State, Time};

pub(super) fn recognise(document: &Document) -> Recognition {
    let host = document.page.url.as_ref().and_then(Url::host_str);
    if matches!(host, Some(ALGOLIA | FIREBASE)) {
        return Recognition::Certain;
    }
    if !document.start().starts_with('{') {
        return Recognition::No;
    }
    let has = |key: &str| document.mentions(key);
    if has("\"story_id\"") && has("\"children\"") && has("\"created_at_i\"") {
        return Recognition::Certain;
    }
    let item = has("\"type\"") && has("\"id\"") && has("\"time\"");
    let firebase = item && (has("\"kids\"") || has("\"descendants\"") || has("\"parent\""));
    if firebase && (has("\"by\"") || has("\"deleted\"")) { Recognition::Likely } else { Recognition::No }
}

pub(super) fn read(document: &Document) -> Result<Reading> {
    let json = Json::parse(&document.page.text).map_err(|fault| fault.of(&document.page.name, NAME))?;
    let root = json.root();
    if root.is_null() {
        // Firebase's answer for an item that does not exist (any more).
        return Ok(Reading::default());
    }
    let mut reading = if root.get("children").is_some() { tree(root) } else { single(root, document) };
    let Some(first) = reading.drafts.first() else {
        let reason = "it has no id".to_owned();
        return Err(Error::Malformed { what: document.page.name.clone(), platform: NAME, reason });
    };
    if first.parent == Parent::Opening {
        reading.url = Url::parse(&item_address(&first.key)).ok();
    }
    reading.title = root.get("title").and_then(Value::as_str).map(str::to_owned);
    Ok(reading)
}

/// Algolia: comments nest as deeply as the discussion went, so the tree is walked with a list of its own.
fn tree(root: Value<'_>) -> Reading {
    let mut reading = Reading::default();
    let mut nameless = 0;
    let mut open = vec![(root, None::<String>)];
    while let Some((item, parent)) = open.pop() {
        let Some(id) = item.get("id").and_then(Value::as_id) else {
            nameless += 1;
            continue;
        };
        let own = item.get("parent_id").and_then(Value::as_id);
        let parent = parent.or(own).map_or(Parent::Opening, Parent::Post);
        reading.drafts.push(draft(item, &id, parent, ["author", "created_at_i", "points"]));
        let children: Vec<Value<'_>> = item.get("children").into_iter().flat_map(Value::items).collect();
        open.extend(children.into_iter().rev().map(|child| (child, Some(id.clone()))));
    }
    if nameless > 0 {
        let words = format!("{nameless} comments have no id and were left out with their replies");
        reading.notices.push(Notice::new(NoticeKind::Unreadable, words));
    }
    reading
}

/// Firebase: one item; its replies are asked for one by one, beside the address of this one.
fn single(item: Value<'_>, document: &Document) -> Reading {
    let mut reading = Reading::default();
    let Some(id) = item.get("id").and_then(Value::as_id) else { return reading };
    let parent = item.get("parent").and_then(Value::as_id).map_or(Parent::Opening, Parent::Post);
    reading.drafts.push(draft(item, &id, parent, ["by", "time", "score"]));
    let options = item.get("parts").into_iter().flat_map(Value::items).count();
    if options > 0 {
        let words = format!("the {options} options of the poll are items of their own and were not read");
        reading.notices.push(Notice::new(NoticeKind::NotFollowed, words));
    }
    let descendants = item.get("descendants").and_then(Value::as_i64);
    reading.declared = descendants.and_then(|n| u32::try_from(n + 1).ok());
    let home = Url::parse(&format!("https://{FIREBASE}/v0/item/")).ok();
    let base = document.page.url.as_ref().or(home.as_ref());
    let kids = item.get("kids").into_iter().flat_map(Value::items).filter_map(Value::as_id);
    let addresses = kids.filter_map(|kid| base?.join(&format!("{kid}.json")).ok());
    reading.next = addresses.map(Request::json).collect();
    reading
}

/// An item whose author, time and points stand under these names.
fn draft(item: Value<'_>, id: &str, parent: Parent, [author, time, points]: [&str; 3]) -> Draft {
    let text = item.get("text").and_then(Value::as_str);
    let is = |key: &str| item.get(key).and_then(Value::as_bool) == Some(true);
    let is_comment = item.get("type").and_then(Value::as_str) == Some("comment");
    let author = item.get(author).and_then(Value::as_str).filter(|name| !name.is_empty());
    let state = if is("deleted") {
        State::DeletedByAuthor
    } else if let Some(state) = text.and_then(absence) {
        state
    } else if text.is_none() && is("dead") {
        State::RemovedByModerator
    } else if text.is_none() && author.is_none() && is_comment {
        // Algolia keeps a deleted comment's place and forgets the rest.
        State::DeletedByAuthor
    } else {
        State::Present
    };
    Draft {
        author: author.map(str::to_owned),
        written_at: item.get(time).and_then(Value::as_i64).and_then(Time::from_unix),
        votes: item.get(points).and_then(Value::as_i64),
        permalink: Some(item_address(id)),
        body: if state == State::Present {
            let words = text.map(body_of_fragment).unwrap_or_default();
            match item.get("url").and_then(Value::as_str).filter(|_| !is_comment) {
                Some(address) => words.sharing(address),
                None => words,
            }
        } else {
            Body::default()
        },
        state,
        ..Draft::new(id, parent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fetch::Page;

    #[test]
    fn a_poll_says_that_its_options_were_not_read() {
        let text = r#"{"id":1,"type":"poll","by":"a","title":"Which?","time":1,"score":3,"text":"choose","parts":[2,3],"kids":[]}"#;
        let found = read(&Document::new(Page { text: text.into(), ..Page::default() }, None)).unwrap();
        assert_eq!((found.drafts.len(), found.notices.len()), (1, 1));
        assert!(found.notices[0].text.starts_with("the 2 options"), "{}", found.notices[0].text);
    }
}
