//! What names and words tell of an element, in any software and in the languages most forums are in.
//!
//! A sign is evidence and no more: it is counted over all members of a group before anything is believed.

use std::collections::HashMap;

use scraper::node::Element;

use crate::ingest::html::attribute;

/// What each class attribute of a page says, and whether it is that of a post itself.
pub(super) type Known<'a> = HashMap<&'a str, (Signs, bool)>;

/// What the names of an element say that it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Signs(u16);

impl Signs {
    /// The words of a post.
    pub(super) const BODY: Signs = Signs(1);
    /// Who wrote.
    pub(super) const AUTHOR: Signs = Signs(1 << 1);
    /// When.
    pub(super) const TIME: Signs = Signs(1 << 2);
    /// A post.
    pub(super) const POST: Signs = Signs(1 << 3);
    /// A comment under something.
    pub(super) const COMMENT: Signs = Signs(1 << 4);
    /// Somebody else's words.
    pub(super) const QUOTE: Signs = Signs(1 << 5);
    /// Belongs to a post, but is not what its author says in it: profile, signature, buttons, reactions.
    pub(super) const NOISE: Signs = Signs(1 << 6);
    /// Belongs to the page and not to a thread: navigation, side columns.
    pub(super) const CHROME: Signs = Signs(1 << 7);
    /// A note that the post was edited.
    pub(super) const EDITED: Signs = Signs(1 << 8);
    /// Is not shown.
    pub(super) const HIDDEN: Signs = Signs(1 << 9);
    /// The words of a signature.
    pub(super) const SIGNATURE: Signs = Signs(1 << 10);

    pub(super) fn has(self, other: Signs) -> bool {
        self.0 & other.0 != 0
    }

    fn add(&mut self, other: Signs) {
        self.0 |= other.0;
    }

    /// Reads the names of one element.
    pub(super) fn of(element: &Element) -> Self {
        Self::of_one(element, &mut Known::new())
    }

    /// Reads the names of one of many elements; `known` keeps what classes said, for a page has few and
    /// repeats them.
    pub(super) fn of_one<'a>(element: &'a Element, known: &mut Known<'a>) -> Self {
        let mut signs = Self::default();
        match element.name() {
            "nav" | "footer" => signs.add(Self::CHROME),
            "time" | "relative-time" => signs.add(Self::TIME),
            "button" | "select" | "textarea" | "label" => signs.add(Self::NOISE),
            "blockquote" => signs.add(Self::QUOTE),
            _ => {}
        }
        for (name, value) in element.attrs() {
            match name {
                "class" | "id" => {
                    let (said, is_post) = match name {
                        "class" => *known.entry(value).or_insert_with(|| Self::of_names(value, false)),
                        _ => Self::of_names(value, true),
                    };
                    signs.add(said);
                    // `post has-profile` is a post that has a profile.
                    if is_post {
                        signs.0 &= !(Self::NOISE.0 | Self::EDITED.0 | Self::QUOTE.0 | Self::CHROME.0);
                    }
                }
                // A preview of the post that is answered.
                "component" if value.starts_with("post/parent") => signs.add(Self::QUOTE),
                "itemprop" => match value {
                    "text" | "articleBody" | "commentText" | "reviewBody" => signs.add(Self::BODY),
                    "author" | "creator" => signs.add(Self::AUTHOR),
                    "dateCreated" | "datePublished" => signs.add(Self::TIME),
                    _ => {}
                },
                "role" if matches!(value, "navigation" | "contentinfo" | "complementary") => {
                    signs.add(Self::CHROME);
                }
                "rel" if value.contains("author") => signs.add(Self::AUTHOR),
                "hidden" => signs.add(Self::HIDDEN),
                "style" if is_hidden(value) => signs.add(Self::HIDDEN),
                _ => {}
            }
        }
        // Some software wraps whole posts in these.
        let quotes =
            || attribute(element, "class").is_some_and(|class| class.to_ascii_lowercase().contains("quote"));
        if element.name() == "blockquote" && signs.has(Self::BODY) && !quotes() {
            signs.0 &= !Self::QUOTE.0;
        }
        signs
    }

    /// What these classes or ids say, and whether one of them is that of a post itself.
    fn of_names(names: &str, are_ids: bool) -> (Self, bool) {
        let (mut signs, mut is_post) = (Self::default(), false);
        for token in names.split_ascii_whitespace().take(TOKENS) {
            signs.token(token, are_ids);
            is_post |= POSTS.contains(&token.to_ascii_lowercase().as_str());
        }
        (signs, is_post)
    }

    /// Reads one class or id, whole and in its parts: `post-userInfo` is `post`, `user`, `info`.
    fn token(&mut self, token: &str, is_id: bool) {
        if token.len() > 60 {
            return;
        }
        let lower = token.to_ascii_lowercase();
        if CHROME.contains(&lower.as_str()) {
            self.add(Self::CHROME);
        }
        let mut parts: [&str; PARTS] = [""; PARTS];
        let mut count = 0;
        for part in split_words(token) {
            if count < PARTS {
                parts[count] = part;
                count += 1;
            }
        }
        let lowered: Vec<String> = parts[..count].iter().map(|part| part.to_ascii_lowercase()).collect();
        let has = |list: &[&str]| lowered.iter().any(|part| list.contains(&part.as_str()));
        let whole = |list: &[&str]| list.contains(&lower.as_str());
        if !is_id && (has(NOISE) || whole(NOISE_WHOLE)) {
            self.add(Self::NOISE);
        }
        if has(&["signature", "sig"]) || whole(&["postsignature", "post_sig", "usersig"]) {
            self.add(Self::SIGNATURE);
            self.add(Self::NOISE);
        }
        let acts = has(&[
            "js", "select", "multi", "button", "btn", "link", "reply", "action", "to", "quick", "control",
            "add", "can", "count", "target",
        ]);
        if !is_id
            && !acts
            && has(&[
                "edited",
                "edit",
                "lastedit",
                "modified",
                "editnote",
                "postedit",
                "editedby",
                "editby",
                "lastedited",
            ])
        {
            self.add(Self::EDITED);
            self.add(Self::NOISE);
        }
        if lower == "bbc-block"
            || !acts
                && !is_id
                && lowered
                    .iter()
                    .any(|part| part.contains("quote") || part == "quotation" || part == "citation")
        {
            self.add(Self::QUOTE);
        }
        if has(BODY) || whole(BODY_WHOLE) {
            self.add(Self::BODY);
        }
        if has(AUTHOR) || whole(AUTHOR_WHOLE) {
            self.add(Self::AUTHOR);
        }
        if has(&["time", "date", "datetime", "timestamp", "timeago", "posted", "when", "ago", "age"])
            || whole(&["postdate", "posttime", "post_date"])
        {
            self.add(Self::TIME);
        }
        if has(&["post", "message", "msg", "reply", "answer", "entry", "postbit", "topic"]) {
            self.add(Self::POST);
        }
        if has(&["comment", "comments", "commentlist", "kommentar", "commentaire", "comentario"]) {
            self.add(Self::COMMENT);
        }
    }
}

/// Classes of an element that are read, and parts of one.
const TOKENS: usize = 12;
const PARTS: usize = 8;

/// Classes of a post itself.
static POSTS: &[&str] = &[
    "post",
    "comment",
    "message",
    "reply",
    "answer",
    "topic",
    "cpost",
    "thread-post",
    "forum-post",
    "b-post",
    "hentry",
    "posts",
];

static CHROME: &[&str] = &[
    "nav",
    "navbar",
    "navigation",
    "menu",
    "sidebar",
    "breadcrumb",
    "breadcrumbs",
    "footer",
    "pagination",
    "pager",
    "related",
    "related-posts",
    "relatedposts",
    "site-header",
    "site-footer",
    "page-footer",
    "similar",
    "similar-topics",
    "recommended",
    "secondary",
    "rightcolumn",
    "leftcolumn",
    "right-sidebar",
    "left-sidebar",
    "recent-comments",
    "recentcomments",
    "widget_recent_comments",
    "toc",
    "suggested-topics",
];

static NOISE: &[&str] = &[
    "profile",
    "userinfo",
    "userdetails",
    "userstats",
    "stats",
    "usertitle",
    "rank",
    "joined",
    "registered",
    "location",
    "reputation",
    "karma",
    "actions",
    "action",
    "buttons",
    "button",
    "controls",
    "toolbar",
    "reactions",
    "reaction",
    "likes",
    "like",
    "share",
    "sharing",
    "social",
    "menu",
    "dropdown",
    "tooltip",
    "badge",
    "badges",
    "ads",
    "ad",
    "advert",
    "advertisement",
    "sponsor",
    "sponsored",
    "avatar",
    "report",
    "thanks",
    "extras",
    "attribution",
];

static NOISE_WHOLE: &[&str] = &[
    "user-title",
    "user_title",
    "user-info",
    "user_info",
    "user-details",
    "message-user",
    "message-userextras",
    "postprofile",
    "postbit_legacy_userinfo",
    "poster_info",
    "post-profile",
    "adsbygoogle",
];

static BODY: &[&str] = &[
    "body",
    "content",
    "text",
    "message",
    "msg",
    "markdown",
    "bbcode",
    "postbody",
    "posttext",
    "postcontent",
    "postmsg",
    "messagetext",
    "messagecontent",
    "commenttext",
    "commentbody",
    "prose",
    "richtext",
    "usercontent",
    "inner",
    "said",
    "postcolor",
];

static BODY_WHOLE: &[&str] = &["post_message", "bbwrapper", "comment_text", "post_body", "post-body"];

static AUTHOR: &[&str] = &[
    "author",
    "username",
    "poster",
    "nick",
    "nickname",
    "creator",
    "commenter",
    "byline",
    "postauthor",
    "authorname",
    "displayname",
    "bigusername",
    "fn",
    "screenname",
    "handle",
    "postername",
    "person",
    "user",
    "member",
    "hnuser",
];

static AUTHOR_WHOLE: &[&str] = &["user-name", "user_name", "author-name", "author_name", "name", "posted-by"];

/// The words that a name is made of: at what is no letter, and before a capital after a small letter.
fn split_words(token: &str) -> impl Iterator<Item = &str> {
    let mut rest = token;
    std::iter::from_fn(move || {
        rest = rest.trim_start_matches(|c: char| !c.is_ascii_alphabetic());
        if rest.is_empty() {
            return None;
        }
        let bytes = rest.as_bytes();
        let ends = |at: usize| {
            !bytes[at].is_ascii_alphabetic()
                || bytes[at].is_ascii_uppercase() && bytes[at - 1].is_ascii_lowercase()
        };
        let end = (1..bytes.len()).find(|&at| ends(at)).unwrap_or(bytes.len());
        let (word, later) = rest.split_at_checked(end)?;
        rest = later;
        Some(word)
    })
}

/// Whether this style hides.
fn is_hidden(style: &str) -> bool {
    style.split(';').any(|rule| {
        rule.split_once(':').is_some_and(|(name, value)| {
            name.trim().eq_ignore_ascii_case("display") && value.trim().eq_ignore_ascii_case("none")
        })
    })
}

/// Parts of addresses that lead to people.
static PEOPLE: &[&str] = &[
    "/user/",
    "/users/",
    "/u/",
    "/member/",
    "/members/",
    "/profile/",
    "/profiles/",
    "/people/",
    "/author/",
    "/~",
    "/@",
    "/id/",
    "memberlist.php",
    "member.php",
    "action=profile",
    "profile.php",
    "showuser=",
    "userid=",
    "uid=",
    "mode=viewprofile",
    "/person/",
    "user.php",
    "/community/members",
    "/forums/users/",
    "showprofile",
    "/nick/",
    "user?id=",
    "/profil",
    "/usuario",
    "/mitglied",
    "/membre",
    "/utilisateur",
    "/benutzer",
    "/uzytkownik",
    "/account/",
    "/u1",
    "ubbthreads.php/users",
    "user/view",
];

/// Whether the address leads to somebody's page.
pub(super) fn leads_to_a_person(href: &str) -> bool {
    let short = href.len() < 300;
    let lower = href.to_ascii_lowercase();
    short && !lower.contains("login") && PEOPLE.iter().any(|part| lower.contains(part)) && !is_list(&lower)
}

/// Whether the address is of a list of people or of what somebody can do.
fn is_list(href: &str) -> bool {
    let path = href.split(['?', '#']).next().unwrap_or_default();
    href.ends_with("memberlist.php")
        || path.ends_with("/members/")
        || path.ends_with("/users/")
        || [
            "sendpm",
            "do=sendmessage",
            "mode=compose",
            "report",
            "finduser",
            "action=pm",
            "/reply",
            "search_id",
        ]
        .iter()
        .any(|part| href.contains(part))
}

/// Attributes that hold an exact time.
static TIME_ATTRIBUTES: &[&str] = &[
    "datetime",
    "data-time",
    "data-timestamp",
    "data-utime",
    "data-unix",
    "data-at-unix",
    "data-date",
    "data-datetime",
    "data-created",
    "data-created-at",
    "data-posttime",
    "data-epoch",
    "data-iso",
];

/// Attributes that hold words for people, among them times.
static TIPS: &[&str] = &[
    "title",
    "data-tippy-content",
    "data-original-title",
    "data-tooltip",
    "aria-label",
    "data-title",
    "alt",
];

/// The time in an attribute of this element: what it says, and whether it is exact.
pub(super) fn time_attribute(element: &Element) -> Option<(&str, bool)> {
    let exact = first_of(TIME_ATTRIBUTES, element);
    if let Some(value) = exact.filter(|value| is_stamp(value) || tells_time(value)) {
        return Some((value, true));
    }
    if element.name() == "meta" {
        let is_time = attribute(element, "itemprop").is_some_and(|name| name.starts_with("date"));
        return attribute(element, "content").filter(|_| is_time).map(|value| (value, true));
    }
    if matches!(element.name(), "img" | "input") {
        return None;
    }
    first_of(TIPS, element).filter(|value| tells_time(value)).map(|value| (value, false))
}

/// The value of the attribute that comes first in the list, whichever the element has.
fn first_of<'a>(names: &[&str], element: &'a Element) -> Option<&'a str> {
    let place = |name: &str| names.iter().position(|one| *one == name);
    let known = element.attrs().filter_map(|(name, value)| Some((place(name)?, value)));
    known.min_by_key(|(place, _)| *place).map(|(_, value)| value)
}

/// Whether this is seconds or milliseconds since 1970 of a time since the web.
fn is_stamp(value: &str) -> bool {
    (9..=13).contains(&value.len()) && value.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
}

static UNITS: &[&str] = &[
    "sec",
    "min",
    "hour",
    "hr",
    "day",
    "week",
    "month",
    "year",
    "ago",
    "sekunde",
    "minute",
    "stunde",
    "tag",
    "tage",
    "woche",
    "monat",
    "jahr",
    "heure",
    "jour",
    "semaine",
    "mois",
    "année",
    "ans",
    "hora",
    "día",
    "dia",
    "semana",
    "mes",
    "año",
    "ano",
    "giorn",
    "ore",
    "settiman",
    "mesi",
    "ann",
    "uur",
    "dag",
    "jaar",
    "maand",
    "godzin",
    "dni",
    "lat",
    "rok",
    "miesi",
    "час",
    "минут",
    "дн",
    "день",
    "недел",
    "месяц",
    "лет",
    "год",
    "saat",
    "gün",
    "hafta",
    "yıl",
    "前",
    "전",
];

static AGO: &[&str] = &[
    "ago",
    "vor ",
    "il y a",
    "hace ",
    "há ",
    "fa",
    "geleden",
    "temu",
    "назад",
    "önce",
    "sedan",
    "siden",
    "sitten",
    "前",
    "전",
];

static DAYS: &[&str] = &[
    "yesterday",
    "today",
    "just now",
    "gestern",
    "heute",
    "hier",
    "aujourd'hui",
    "ayer",
    "hoy",
    "ontem",
    "hoje",
    "ieri",
    "oggi",
    "gisteren",
    "vandaag",
    "wczoraj",
    "dzisiaj",
    "вчера",
    "сегодня",
    "igår",
    "idag",
];

static MONTHS: &[&str] = &[
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec", "mai", "okt", "dez",
    "fév", "avr", "juil", "aoû", "déc", "ene", "abr", "ago", "dic", "fev", "set", "out", "gen", "mag", "giu",
    "lug", "ott", "mrt", "mei", "sty", "lut", "kwi", "maj", "cze", "lip", "sie", "wrz", "paź", "lis", "gru",
    "янв", "фев", "мар", "апр", "мая", "май", "июн", "июл", "авг", "сен", "окт", "ноя", "дек", "mär", "juin",
    "juillet", "août", "şub", "nis", "haz", "tem", "ağu", "eyl", "eki", "kas", "ara",
];

/// Characters of a text that can be a time and nothing else of weight.
const TIME_WORDS: usize = 90;

/// Whether these few words tell when something was written.
pub(super) fn tells_time(text: &str) -> bool {
    let text = text.trim();
    if text.len() > TIME_WORDS || text.len() < 2 {
        return false;
    }
    let numbered = text.bytes().any(|byte| byte.is_ascii_digit());
    let lower = text.to_lowercase();
    let mut words = lower.split(|c: char| !c.is_alphabetic() && c != '\'');
    if words.any(|word| DAYS.contains(&word)) || lower == "just now" {
        return lower.chars().count() < 60;
    }
    if !numbered {
        return false;
    }
    let numbers: Vec<&str> =
        lower.split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty()).collect();
    let year = numbers.iter().any(|n| n.len() == 4 && (n.starts_with("19") || n.starts_with("20")));
    let named = || {
        lower
            .split(|c: char| !c.is_alphabetic())
            .any(|word| MONTHS.iter().any(|month| word.starts_with(month)) && word.chars().count() <= 10)
    };
    if is_clock(&lower) || (year && numbers.len() >= 3 && has_date_marks(&lower)) || has_short_date(&lower) {
        return true;
    }
    if named() && (numbers.len() >= 2 || numbers.iter().any(|n| n.len() <= 2)) && numbers.len() <= 8 {
        return true;
    }
    let unit = |word: &str| UNITS.iter().any(|unit| word.starts_with(unit));
    let words = || lower.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty());
    let short =
        |word: &str| matches!(word, "s" | "m" | "h" | "d" | "w" | "y" | "mo" | "min" | "hr" | "hrs" | "yr");
    if AGO.iter().any(|ago| lower.contains(ago)) && words().any(unit) && numbers.len() <= 4 {
        return true;
    }
    words().count() == 1
        && numbers.len() == 1
        && numbers[0].len() <= 2
        && words().all(short)
        && lower.len() <= 6
}

/// Whether a time of day stands in it: `9:05`.
fn is_clock(text: &str) -> bool {
    let bytes = text.as_bytes();
    memchr::memchr_iter(b':', bytes).any(|at| {
        let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
        at > 0
            && digit(at - 1)
            && digit(at + 1)
            && digit(at + 2)
            && !digit(at + 3)
            && !(at > 2 && digit(at - 2) && digit(at - 3))
    })
}

fn has_date_marks(text: &str) -> bool {
    text.contains(['-', '/', '.', '年', '월'])
}

/// Whether a day, month and year stand in it: `3/11/05`, `3.11.2005`.
fn has_short_date(text: &str) -> bool {
    text.split(|c: char| !(c.is_ascii_digit() || matches!(c, '/' | '.' | '-'))).any(|part| {
        ['/', '.', '-'].iter().any(|&mark| {
            let pieces: Vec<&str> = part.trim_matches(['.', '-', '/']).split(mark).collect();
            pieces.len() == 3
                && pieces.iter().all(|piece| {
                    matches!(piece.len(), 1 | 2 | 4) && piece.bytes().all(|b| b.is_ascii_digit())
                })
                && pieces
                    .iter()
                    .filter_map(|piece| piece.parse::<u32>().ok())
                    .filter(|&n| (1..=31).contains(&n))
                    .count()
                    >= 2
        })
    })
}

static NOT_WRITTEN: &[&str] = &[
    "join",
    "registered",
    "member since",
    "registriert",
    "dabei seit",
    "mitglied seit",
    "beigetreten",
    "inscri",
    "inscrit",
    "membre depuis",
    "registrado",
    "se unió",
    "membro desde",
    "membro dal",
    "iscritto",
    "lid sinds",
    "geregistreerd",
    "dołączył",
    "rejestracja",
    "зарегистрирован",
    "регистрация",
    "reged",
    "last edited",
    "edited by",
    "last visit",
    "last seen",
    "last activity",
    "last modified",
    "zuletzt bearbeitet",
    "bearbeitet von",
    "edited",
    "updated",
    "geändert",
    "modifié",
    "dernière édition",
    "editado",
    "modificato",
    "отредактировано",
    "последний раз",
    "last reply",
    "last post",
    "letzter beitrag",
    "birthday",
    "expires",
    "since",
];

/// Whether a time with these words before or in it is of something else than the writing.
pub(super) fn tells_of_something_else(text: &str) -> bool {
    let lower = text.to_lowercase();
    NOT_WRITTEN.iter().any(|words| lower.contains(words))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_told_from_other_words() {
        let times = [
            "3 hours ago",
            "Yesterday, 10:20 PM",
            "03-04-2024, 12:05 AM",
            "vor 3 Tagen",
            "4 Nov 2021",
            "2024-01-02",
            "il y a 2 jours",
            "5h",
            "le Lun 4 Mar - 10:22",
            "12.3.2019",
            "November 29, 2024",
            "2 дня назад",
            "« Reply #1 on: March 4, 2025, 08:29:05 AM »",
            "3/11/05 10:04",
            "2 Jan @ 4:05pm",
        ];
        for time in times {
            assert!(tells_time(time), "{time}");
        }
        for other in [
            "Reply",
            "Posts: 1,203",
            "#12",
            "5 comments",
            "Page 1 of 3",
            "version 1.2.3",
            "Member",
            "3 Beiträge",
        ] {
            assert!(!tells_time(other), "{other}");
        }
    }

    #[test]
    fn names_of_classes_are_taken_apart() {
        let words: Vec<&str> = split_words("post-userInfo__bigName2x").collect();
        assert_eq!(words, ["post", "user", "Info", "big", "Name", "x"]);
    }
}
