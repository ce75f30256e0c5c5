//! Simple Machines Forum 2, and 1 as far as its markup has names.

use super::{Forum, Spec};

pub(in crate::ingest) static SMF: Forum = Forum::new(Spec {
    name: "smf",
    about: "Simple Machines Forum topics, from their pages",
    example: "https://forum.example.org/index.php?topic=123.0",
    marks: &[
        &["post_wrapper", "postarea"],
        &["post_wrapper", "class=\"poster"],
        &["Simple Machines", "id=\"msg_"],
        &["smf_", "class=\"post\"", "id=\"msg_"],
        &["Powered by SMF", "class=\"post\""],
    ],
    title: "#display_head .display_title, .navigate_section li.last span",
    aside: "#quickReplyOptions, #quickreply, .similar_topics, #similar_topics, .movable_content, .ad, .nextlinks",
    post: "div.post_wrapper, div[id#=msg], td[class^=windowbg]",
    id: "[id#=msg] @id, [id#=msg_] @id, [id#=subject_] @id, [data-msgid] @data-msgid",
    author: ".poster h4 a[href*=action=profile], .poster h4 a[title], .poster h4 a, .poster h4, .poster a, .poster strong, .poster b, \
             td[rowspan] > b > a, td[rowspan] > b",
    time: ".postarea time[datetime] @datetime, .postinfo time[datetime] @datetime, .postinfo a.smalltext, \
           .keyinfo .smalltext, .keyinfo .postinfo, .smalltext",
    permalink: ".postinfo a[href*=msg] @href, .subject_title a[href*=msg] @href, .keyinfo h5 a[href*=msg] @href, \
                [id#=subject_] a[href*=msg] @href",
    body: ".post .inner, .inner[id#=msg_], .post[id#=msg_], div.post",
    skip: ".signature, .moderatorbar, .codeheader, .modified, .bbc_spoiler_header, .quotefooter, .attachments, \
           .reportlinks, .under_message, .like_post_box, .ad",
    code: ".bbc_code, div.code",
    edited: ".never",
    quote: "blockquote.bbc_standard_quote, blockquote.bbc_alternate_quote, .post blockquote, .post .quote",
    citation: ".quoteheader, blockquote > cite",
    wrapper: ".never",
    quote_author: ".never",
    quote_id: "a[href*=msg] @href",
    ignored: ".ignored_post, .msg_ignored",
    next: "link[rel=next] @href, a.nav_page[rel=next] @href, a[rel=next] @href",
    previous: "a[rel=prev]",
    pager: ".pagelinks, .pagesection .pagelinks, .middletext",
    anchor: "msg",
    ..Spec::EMPTY
});
