//! MyBB.

use super::{Forum, Spec};

pub(in crate::ingest) static MYBB: Forum = Forum::new(Spec {
    name: "mybb",
    about: "MyBB threads, from their pages",
    example: "https://forum.example.org/thread-123.html",
    marks: &[
        &["post_body", "post_author"],
        &["post_body", "author_information"],
        &["post_body", "id=\"pid_"],
        &["MyBB", "post_body"],
    ],
    title: ".thread-header__title, h1.thread_title, #content h1, .navigation .active, table.tborder td.thead strong",
    aside: ".pagination_breadcrumb, #quick_reply_form, .similar_threads, #similar_threads",
    post: "div.post[id#=post_], [id#=post_], table[id#=post_]",
    id: "[id#=post_] @id, [id#=pid_] @id",
    author: ".author_information .largetext a, .author_information a[href*=user], .author_information .largetext, \
             .author_information strong, .post_author a[href*=user], .post_author .largetext, .post_author strong",
    time: ".post_date [data-timestamp] @data-timestamp, .post_date time[datetime] @datetime, .post_date span[title] @title, \
           .post_date",
    permalink: ".post_head a[href*=#pid] @href, a[href*=#pid] @href",
    body: ".post_body, [id#=pid_]",
    skip: ".signature, .post_meta, .edited_post, .codeblock .title, .spoiler_header, fieldset, .thankyoulike, .float_right",
    code: ".codeblock .body, .codeblock code",
    number: ".post_head .float_right a, .float_right strong a, .post_head a[href*=#pid]",
    edited: ".never",
    quote: "blockquote.mycode_quote, .post_body blockquote, blockquote",
    citation: "blockquote cite, blockquote > .quote_header",
    wrapper: ".never",
    quote_author: ".never",
    quote_id: "a.quick_jump @href, cite a[href*=pid] @href",
    deleted: ".deleted_post, .post.deleted_post_hidden",
    ignored: ".ignored_post",
    next: "link[rel=next] @href, a.pagination_next[href] @href",
    previous: "a.pagination_previous[href]",
    pager: ".pagination",
    anchor: "pid",
    ..Spec::EMPTY
});
