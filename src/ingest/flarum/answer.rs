//! The JSON:API documents of Flarum: a discussion with posts beside it, or a list of posts.

use std::collections::{HashMap, HashSet};

use url::Url;

use super::matched;
use super::words::of_markup;
use crate::fetch::Request;
use crate::ingest::Reading;
use crate::ingest::json::Value;
use crate::thread::{Draft, Notice, NoticeKind, Parent, State, Time};

/// Posts that Flarum's own pages ask for at once.
const AT_ONCE: usize = 20;

/// Most requests that one answer leads to; a discussion of more posts is read through the list of posts.
const MOST_REQUESTS: usize = 2_000;

/// Key of an opening post whose id this answer does not tell.
const UNSEEN_OPENING: &str = "opening";

/// An answer and what is known of where it is from.
pub(super) struct Answer<'j> {
    discussion: Option<Value<'j>>,
    posts: Vec<Value<'j>>,
    users: HashMap<&'j str, Value<'j>>,
    next: Option<&'j str>,
    /// The forum's address, and that of its API.
    base: Option<Url>,
    api: Option<Url>,
}

impl<'j> Answer<'j> {
    /// Reads an API's answer, or the state of a page that holds one.
    pub(super) fn new(root: Value<'j>, url: Option<&Url>) -> Self {
        let forums = root.get("resources").into_iter().flat_map(Value::items);
        let forum = forums.filter(|one| string(*one, "type") == Some("forums")).find_map(attributes);
        let stated = |key: &str| Url::parse(string(forum?, key)?).ok();
        let (base, api) = (stated("baseUrl"), stated("apiUrl"));
        let asked = url.and_then(|url| {
            let (before, _) = url.path().split_once("/api/")?;
            url.join(&format!("{before}/")).ok()
        });
        let base = base.or(asked).or_else(|| url.and_then(|url| url.join("/").ok()));
        let answer = root.get("apiDocument").or_else(|| root.get("document")).unwrap_or(root);
        let data = answer.get("data");
        let main = data.into_iter().filter(|one| one.is_object());
        let all = main.chain(data.into_iter().flat_map(Value::items));
        let all = all.chain(answer.get("included").into_iter().flat_map(Value::items));
        let mut found = Self {
            discussion: None,
            posts: Vec::new(),
            users: HashMap::new(),
            next: answer.path(&["links", "next"]).and_then(Value::as_str),
            api: api.or_else(|| base.as_ref()?.join("api").ok()),
            base,
        };
        for resource in all {
            match string(resource, "type") {
                Some("discussions") => found.discussion = found.discussion.or(Some(resource)),
                Some("posts") => found.posts.push(resource),
                Some("users") => drop(string(resource, "id").map(|id| found.users.insert(id, resource))),
                _ => {}
            }
        }
        found.posts.sort_by_key(|post| number(*post).unwrap_or(i64::MAX));
        found
    }

    /// The posts of the answer; of a page's state only those that the page shows, if it shows any.
    pub(super) fn into_reading(self, shown: Option<&[String]>) -> Reading {
        let about = self.discussion.and_then(attributes);
        let id = self.discussion.and_then(|discussion| string(discussion, "id"));
        let mut reading = Reading {
            title: about.and_then(|about| string(about, "title")).map(str::to_owned),
            url: self.address(),
            declared: about
                .and_then(|about| about.get("commentCount").or_else(|| about.get("commentsCount"))?.as_i64())
                .and_then(|count| u32::try_from(count).ok()),
            ..Reading::default()
        };
        let events = self.posts.iter().filter(|post| is_event(**post)).count();
        let first = self.first_post();
        let mut drafts: Vec<Draft> =
            self.posts.iter().filter_map(|post| self.draft(*post, first, id)).collect();
        if let Some(shown) = shown {
            let all: Vec<String> = drafts.iter().map(|draft| draft.body.text().to_owned()).collect();
            if let Some(kept) = matched(shown, &all)
                && kept.len() < drafts.len()
            {
                reading.notices.push(out_of_order(drafts.len() - kept.len()));
                let mut at = 0..;
                drafts.retain(|_| at.next().is_some_and(|at| kept.contains(&at)));
            }
        }
        if events > 0 {
            let words = match events {
                1 => "1 event of the discussion (renamed, tagged, locked ...) is no post".to_owned(),
                n => format!("{n} events of the discussion (renamed, tagged, locked ...) are no posts"),
            };
            reading.notices.push(Notice::new(NoticeKind::Unreadable, words));
        }
        let first_here = drafts.first().map(|draft| draft.key.as_str());
        let place = self.posts.iter().find(|post| string(**post, "id") == first_here);
        reading.place = place.and_then(|post| u64::try_from(number(*post)?).ok());
        reading.next = self.requests(&drafts, reading.declared);
        if !drafts.is_empty() && drafts.iter().all(|draft| draft.parent != Parent::Opening) {
            let mut stub = Draft::new(first.unwrap_or(UNSEEN_OPENING), Parent::Opening);
            stub.state = State::Missing;
            drafts.insert(0, stub);
        }
        reading.drafts = drafts;
        reading
    }

    fn first_post(&self) -> Option<&'j str> {
        self.discussion?.path(&["relationships", "firstPost", "data", "id"])?.as_str()
    }

    /// The discussion's own address: Flarum writes its id before its slug.
    fn address(&self) -> Option<Url> {
        let about = self.discussion.and_then(attributes)?;
        if let Some(stated) = string(about, "shareUrl").and_then(|url| Url::parse(url).ok()) {
            return Some(stated);
        }
        let (id, slug) = (string(self.discussion?, "id")?, string(about, "slug").unwrap_or_default());
        let named = slug.split('-').next() == Some(id);
        let path = match (named, slug) {
            (true, slug) => slug.to_owned(),
            (false, "") => id.to_owned(),
            (false, slug) => format!("{id}-{slug}"),
        };
        let mut base = self.base.clone()?;
        let root = base.path().trim_end_matches('/').to_owned();
        base.set_path(&format!("{root}/d/{path}"));
        Some(base)
    }

    fn draft(&self, post: Value<'j>, first: Option<&str>, discussion: Option<&str>) -> Option<Draft> {
        let about = attributes(post)?;
        let id = string(post, "id")?;
        let hidden = about.get("isHidden").and_then(Value::as_bool) == Some(true);
        let markup = string(about, "contentHtml");
        // What stands beside a post only as its mention lacks its words.
        if is_event(post) || (markup.is_none() && !hidden) {
            return None;
        }
        let of = discussion.or_else(|| post.path(&["relationships", "discussion", "data", "id"])?.as_str());
        let (body, mentions) = of_markup(markup.unwrap_or_default(), of);
        let is_first = number(post) == Some(1) || first == Some(id);
        let mut named: Vec<_> = Vec::new();
        for mention in mentions.into_iter().filter(|mention| mention.post != id && !is_first) {
            if named.iter().all(|known: &super::words::Mention| known.post != mention.post) {
                named.push(mention);
            }
        }
        let mut named = named.into_iter();
        let parent = match named.next() {
            _ if is_first => Parent::Opening,
            Some(mention) if mention.quoted => Parent::Quoted(mention.post),
            Some(mention) => Parent::Post(mention.post),
            None => Parent::Root,
        };
        let mut draft = Draft::new(id, parent);
        draft.also = named.map(|mention| mention.post).collect();
        draft.author = self.author(post);
        let time = |keys: [&str; 2]| keys.iter().find_map(|key| Time::parse(string(about, key)?));
        draft.written_at = time(["createdAt", "time"]);
        draft.edited_at = time(["editedAt", "editTime"]);
        draft.permalink = self.permalink(post);
        draft.votes = votes(post, about);
        if markup.is_some() {
            draft.body = body;
        } else {
            let by = |who: &str| post.path(&["relationships", who, "data", "id"]).and_then(Value::as_str);
            let own = by("user").is_some() && by("user") == by("hiddenUser");
            draft.state = if own { State::DeletedByAuthor } else { State::RemovedByModerator };
        }
        Some(draft)
    }

    fn author(&self, post: Value<'_>) -> Option<String> {
        let user = post.path(&["relationships", "user", "data", "id"])?.as_str()?;
        let about = attributes(*self.users.get(user)?)?;
        let name = string(about, "displayName").or_else(|| string(about, "username"))?;
        (!name.is_empty()).then(|| name.to_owned())
    }

    fn permalink(&self, post: Value<'_>) -> Option<String> {
        let number = number(post)?;
        self.address().map(|url| format!("{}/{number}", url.as_str().trim_end_matches('/')))
    }

    /// What to ask for: the posts whose ids are known and that are not here, else the list's next page.
    fn requests(&self, drafts: &[Draft], declared: Option<u32>) -> Vec<Request> {
        let Some(api) = &self.api else { return Vec::new() };
        if let Some(next) = self.next {
            return api.join(next).ok().map(Request::json).into_iter().collect();
        }
        let Some(discussion) = self.discussion else { return Vec::new() };
        let mut list = api.clone();
        list.set_path(&format!("{}/posts", api.path().trim_end_matches('/')));
        list.set_query(None);
        let listed = discussion.path(&["relationships", "posts", "data"]).into_iter().flat_map(Value::items);
        let events = self.posts.iter().filter(|post| is_event(**post)).filter_map(|post| string(*post, "id"));
        let here: HashSet<&str> = drafts.iter().map(|draft| draft.key.as_str()).chain(events).collect();
        let listed: Vec<&str> = listed.filter_map(|post| string(post, "id")).collect();
        let absent: Vec<&str> = listed.iter().copied().filter(|id| !here.contains(id)).collect();
        let ask = |pairs: &[(&str, &str)]| {
            let mut url = list.clone();
            url.query_pairs_mut().extend_pairs(pairs);
            Request::json(url)
        };
        if !listed.is_empty() && absent.len() <= AT_ONCE * MOST_REQUESTS {
            return absent.chunks(AT_ONCE).map(|ids| ask(&[("filter[id]", &ids.join(","))])).collect();
        }
        let more = declared.is_some_and(|declared| (drafts.len() as u64) < u64::from(declared));
        let id = string(discussion, "id").filter(|_| more);
        id.map(|id| ask(&[("filter[discussion]", id), ("page[limit]", "50")])).into_iter().collect()
    }
}

fn out_of_order(count: usize) -> Notice {
    let posts = if count == 1 { "1 post".to_owned() } else { format!("{count} posts") };
    let words = format!(
        "the page's data also holds {posts} from further on that it does not show; --follow reads the pages in between"
    );
    Notice::new(NoticeKind::NotFollowed, words)
}

/// Renamed, tagged, locked and the like.
fn is_event(post: Value<'_>) -> bool {
    let kind = attributes(post).and_then(|about| string(about, "contentType"));
    kind.is_some_and(|kind| kind != "comment")
}

/// The score of the extensions for votes, else the likes.
fn votes(post: Value<'_>, about: Value<'_>) -> Option<i64> {
    let count = |key: &str| about.get(key).and_then(Value::as_i64);
    let likes = || Some(post.path(&["relationships", "likes", "data"])?.items().count() as i64);
    count("votes").or_else(|| count("likesCount")).or_else(likes)
}

fn number(post: Value<'_>) -> Option<i64> {
    attributes(post)?.get("number")?.as_i64()
}

fn attributes(resource: Value<'_>) -> Option<Value<'_>> {
    resource.get("attributes")
}

fn string<'j>(value: Value<'j>, key: &str) -> Option<&'j str> {
    value.get(key)?.as_str()
}
