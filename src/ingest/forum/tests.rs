use super::*;

#[test]
fn the_last_digits_of_a_link_name_the_post() {
    assert_eq!(digits("showthread.php?p=7#post12"), Some("12"));
    assert_eq!(digits("post: 636332"), Some("636332"));
    assert_eq!(digits("post-26476-featured"), Some("26476"));
    assert_eq!(digits("é7"), Some("7"));
    assert_eq!(digits("none"), None);
}

fn read(forum: &Forum, text: &str) -> Reading {
    let page = crate::fetch::Page { text: text.to_owned(), ..Default::default() };
    let document = Document::new(page, None);
    assert_eq!(forum.recognise(&document), Recognition::Certain);
    forum.read(&document).unwrap()
}

#[test]
fn a_later_page_stands_a_stub_in_for_the_opening() {
    let page = r#"<html id="XF"><link rel="prev" href="/threads/x.1/"><article class="message--post js-post" id="js-post-9">
        <div class="message-attribution"></div><div class="message-body"><div class="bbWrapper">late</div></div></article>"#;
    let reading = read(&XENFORO, page);
    let kinds: Vec<_> = reading.drafts.iter().map(|draft| (draft.key.as_str(), &draft.parent)).collect();
    let (opening, unknown) = (crate::thread::Parent::Opening, crate::thread::Parent::Unknown);
    assert_eq!(kinds, [("opening", &opening), ("9", &unknown)]);
}

#[test]
fn a_post_shown_above_the_others_stands_in_its_place() {
    let post = |id: u8| {
        format!(
            r#"<article class="message--post js-post" id="js-post-{id}"><div class="message-attribution"></div>
            <div class="message-body"><div class="bbWrapper">words</div></div></article>"#
        )
    };
    let page = r#"<html id="XF">"#.to_owned() + &[1, 4, 2, 3, 4, 5, 1].map(post).concat();
    let keys: Vec<_> = read(&XENFORO, &page).drafts.into_iter().map(|draft| draft.key).collect();
    assert_eq!(keys, ["1", "2", "3", "4", "5"]);
}

#[test]
fn a_later_page_may_show_the_opening_again() {
    let page = |second: u8| {
        let post = |id: u8, number: u8| {
            format!(
                r##"<li id="post_{id}" class="postbit postcontainer"><a class="postcounter">#{number}</a>
                <a class="username">Ann</a><div id="post_message_{id}">words</div></li>"##
            )
        };
        r#"<a rel="prev" href="/x">Prev</a>"#.to_owned() + &post(1, 1) + &post(40, second)
    };
    let first = |second: u8| read(&VBULLETIN_4, &page(second)).drafts[0].key.clone();
    assert_eq!(first(31), "1");
    // The numbers begin anew on each page: these are not the first posts of the thread.
    assert_eq!(first(2), "opening");
}

#[test]
fn a_citation_before_a_quotation_is_not_that_of_one_inside() {
    let quote = |who: &str, words: &str| {
        format!(
            r#"<div class="quoteheader">Quote from: {who}</div><blockquote class="bbc_standard_quote">{words}</blockquote>"#
        )
    };
    let words = quote("Bo", &(quote("Ann", "oldest") + "older"))
        + &format!("<blockquote class=\"bbc_standard_quote\">{}other</blockquote>", quote("Cy", "newest"))
        + "mine";
    let page = format!(
        r#"<div class="post_wrapper"><div class="poster"><h4>Dee</h4></div><div class="postarea">
        <div class="post"><div class="inner" id="msg_9">{words}</div></div></div></div>"#
    );
    let reading = read(&SMF, &page);
    let quotes: Vec<_> = reading.drafts[0].body.quotes().map(|(_, quote, _)| quote.author.clone()).collect();
    let name = |name: &str| Some(name.to_owned());
    assert_eq!(quotes, [name("Ann"), name("Bo"), name("Cy"), None]);
}

#[test]
fn a_quotation_in_a_quotation_belongs_to_its_own_author() {
    let quote = |who: &str, id: u8, words: &str| {
        format!(
            r#"<div class="bbCodeBlock bbCodeBlock--quote" data-quote="{who}" data-source="post: {id}">{words}</div>"#
        )
    };
    let body = quote("Bo", 8, &(quote("Ann", 7, "oldest") + "older")) + "mine";
    let page = format!(
        r#"<html id="XF"><article class="message--post js-post" id="js-post-9"><div class="message-attribution"></div>
        <div class="message-body"><div class="bbWrapper">{body}</div></div></article>"#
    );
    let reading = read(&XENFORO, &page);
    let quotes: Vec<_> =
        reading.drafts[0].body.quotes().map(|(_, quote, words)| (quote.author.clone(), words)).collect();
    let expected =
        [(Some("Ann".to_owned()), "oldest".to_owned()), (Some("Bo".to_owned()), "older".to_owned())];
    assert_eq!(quotes, expected);
}
