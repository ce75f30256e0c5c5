//! Something Awful, a forum software of its own.

use super::{Forum, Spec};

pub(in crate::ingest) static SOMETHING_AWFUL: Forum = Forum::new(Spec {
    name: "something_awful",
    about: "threads of the Something Awful forums, from their pages",
    example: "https://forums.somethingawful.com/showthread.php?threadid=123",
    marks: &[&["something_awful", "postbody"], &["somethingawful", "postbody", "class=\"userinfo"]],
    title: "a.bclast, .breadcrumbs a.bclast",
    aside: "#filter, .forumbar",
    post: "table.post, table[id#=post]",
    id: "[id#=post] @id",
    author: "dt.author, .author",
    time: "td.postdate, .postdate",
    permalink: ".postdate a[href^=#post] @href",
    body: "td.postbody .complete_shit, td.postbody, .postbody",
    skip: "p.signature, .signature, .attachment",
    edited: "p.editedby, .editedby",
    quote: ".bbc-block",
    citation: ".bbc-block h4",
    wrapper: ".bbc-block > blockquote",
    quote_author: ".never",
    quote_id: ".bbc-block h4 a[href*=post] @href",
    deleted: ".never",
    ignored: "table.post.ignored",
    next: "link[rel=next] @href, .pages a[title=Next page][href] @href, a[rel=next] @href",
    previous: "a[rel=prev], .pages a[title^=Previous]",
    anchor: "post",
    ..Spec::EMPTY
});
