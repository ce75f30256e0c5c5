//! What stands around the posts: the thread's title, its address, the pages before and after.

use scraper::ElementRef;
use url::Url;

use super::survey::Survey;
use crate::ingest::html::{attribute, text_of};

/// What a page says of its thread.
#[derive(Debug, Default)]
pub(super) struct Around {
    pub title: Option<String>,
    pub canonical: Option<Url>,
    pub base: Option<Url>,
    pub next: Option<Url>,
    pub has_previous: bool,
    /// Whether the page is of an article with comments below it.
    pub is_article: bool,
}

/// Words of links to the next page.
static NEXT: &[&str] = &[
    "next",
    "next page",
    "next >",
    "next »",
    "next ›",
    "next →",
    "older comments",
    "weiter",
    "nächste",
    "nächste seite",
    "vor",
    "suivant",
    "suivante",
    "page suivante",
    "siguiente",
    "próxima",
    "seguinte",
    "avanti",
    "successiva",
    "volgende",
    "następna",
    "dalej",
    "след.",
    "следующая",
    "вперед",
    "nästa",
    "neste",
    "næste",
    "seuraava",
    "sonraki",
    "次へ",
    "下一页",
    "다음",
    "›",
    "»",
    "→",
];

/// Words of links to the page before.
static PREVIOUS: &[&str] = &[
    "previous",
    "prev",
    "previous page",
    "< previous",
    "« previous",
    "‹ previous",
    "« prev",
    "zurück",
    "vorherige",
    "précédent",
    "précédente",
    "anterior",
    "precedente",
    "vorige",
    "poprzednia",
    "пред.",
    "предыдущая",
    "назад",
    "föregående",
    "‹",
    "«",
    "←",
];

/// The words of a link without arrows.
fn matches(text: &str, list: &[&str]) -> bool {
    let lower = text.to_lowercase();
    let bare = lower.trim_matches([' ', '>', '<', '»', '«', '›', '‹', '→', '←', '\u{a0}']);
    list.contains(&lower.trim()) || (!bare.is_empty() && list.contains(&bare))
}

pub(super) fn find(
    root: ElementRef<'_>,
    survey: &Survey<'_>,
    address: Option<&Url>,
    first_post: u32,
    in_posts: impl Fn(u32) -> bool,
) -> Around {
    let mut around = Around::default();
    let (mut og, mut page, mut base, mut canonical, mut next) = (None, None, None, None, None);
    for element in head(root) {
        let value = element.value();
        let get = |name: &str| attribute(value, name);
        match value.name() {
            "title" if page.is_none() => page = Some(text_of(element)),
            "base" => base = base.or(get("href")),
            "link" => match get("rel") {
                Some("canonical") => canonical = canonical.or(get("href")),
                Some("next") => next = next.or(get("href")),
                Some("prev" | "previous") => around.has_previous = true,
                _ => {}
            },
            "meta" if get("property") == Some("og:title") => og = og.or(get("content")),
            "meta" if get("property") == Some("og:type") => {
                around.is_article |= get("content") == Some("article")
            }
            _ => {}
        }
    }
    around.canonical = canonical.and_then(|href| join(address, href));
    let here = address.cloned().or_else(|| around.canonical.clone());
    around.base = base.and_then(|href| join(here.as_ref(), href)).or_else(|| here.clone());
    let mut found: Option<&str> = next;
    for at in 0..survey.len() {
        if found.is_some() && around.has_previous {
            break;
        }
        let fits = |href: &&str| survey.tag(at) == "a" && !href.starts_with('#') && !in_posts(at);
        let Some(href) = survey.href(at).filter(fits) else { continue };
        let value = survey.value(at);
        let rel = attribute(value, "rel").unwrap_or_default();
        let class = attribute(value, "class").unwrap_or_default();
        let has = |word: &str| class.split_ascii_whitespace().any(|one| one.eq_ignore_ascii_case(word));
        let text = || {
            let inside = survey.inside(at);
            if inside.linked < 30 { text_of(survey.element(at)) } else { String::new() }
        };
        let label = || attribute(value, "aria-label").or(attribute(value, "title")).unwrap_or_default();
        if found.is_none()
            && (rel == "next" || has("next") || matches(&text(), NEXT) || matches(label(), NEXT))
        {
            found = Some(href);
        } else if rel == "prev" || has("prev") || has("previous") || matches(&text(), PREVIOUS) {
            around.has_previous = true;
        }
    }
    around.next = found.and_then(|href| join(around.base.as_ref(), href)).filter(|next| {
        here.as_ref().is_some_and(|here| {
            here.host_str() == next.host_str() && (here.path() != next.path() || here.query() != next.query())
        })
    });
    around.title = title(survey, page.as_deref(), og, first_post);
    around
}

/// The elements of the head, and of a body that begins without one.
fn head(root: ElementRef<'_>) -> impl Iterator<Item = ElementRef<'_>> {
    const MOST: usize = 4_000;
    root.descendants().take(MOST).filter_map(ElementRef::wrap)
}

/// The heading that the page's title repeats, else the title that the page gives others, else its own.
fn title(survey: &Survey<'_>, page: Option<&str>, og: Option<&str>, first_post: u32) -> Option<String> {
    let fold = |text: &str| text.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ");
    let (page_folded, og_folded) = (fold(page.unwrap_or_default()), fold(og.unwrap_or_default()));
    let mut best: Option<String> = None;
    let end = survey.entries.get(first_post as usize).map_or(0, |entry| entry.end);
    for at in 0..survey.len().min(first_post.saturating_add(60).min(end.max(first_post))) {
        if !matches!(survey.tag(at), "h1" | "h2" | "h3" | "h4") {
            continue;
        }
        let inside = survey.inside(at);
        if inside.prose + inside.linked > 300 {
            continue;
        }
        let text = text_of(survey.element(at));
        let folded = fold(&text);
        let repeated = folded.len() > 2 && (page_folded.contains(&folded) || og_folded.contains(&folded));
        let site = page_folded.len() > folded.len()
            && page_folded.ends_with(&folded)
            && folded.len() < 30
            && best.is_some();
        if repeated && !site && best.as_ref().is_none_or(|best| text.len() > best.len()) {
            best = Some(text);
        }
    }
    let og = og.map(str::trim).filter(|title| !title.is_empty()).map(str::to_owned);
    let page = page.map(str::trim).filter(|title| !title.is_empty()).map(str::to_owned);
    best.or(og).or(page)
}

/// An address of the page; without one of its own only whole addresses are any.
pub(super) fn join(base: Option<&Url>, href: &str) -> Option<Url> {
    match base {
        Some(base) => base.join(href).ok(),
        None => Url::parse(href).ok(),
    }
}
