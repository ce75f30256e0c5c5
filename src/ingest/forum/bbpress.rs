//! bbPress, the forum of WordPress: topics whose replies may nest.

use super::{Forum, Spec};

pub(in crate::ingest) static BBPRESS: Forum = Forum::new(Spec {
    name: "bbpress",
    about: "bbPress topics, from their pages",
    example: "https://example.org/forums/topic/a-title/",
    marks: &[&["bbp-reply-content"], &["bbp-topic-content"]],
    title: "h1.entry-title, .bbp-topic-content > h2, .bbp-lead-topic h2, h1.page-title, h1",
    aside: "[id^=post-][id*=-featured], #sidebar, .widget, .bbp-reply-form, .bbp-topic-form, .bbp-pagination-count",
    post: ".bbp-topic-content.bbp-lead-topic, div.bbp-lead-topic, div.bbp-reply, div[class*=loop-item-], \
           div[class*=bbp-parent-forum-], \
           ul.bbp-lead-topic > li.bbp-body",
    id: "[id^=post-] @id, [id#=bbp-voting-] @id, .bbp-reply-permalink @href, [data-post-id] @data-post-id, \
         [class*=post-] @class",
    author: ".bbp-author-name, .bbp-reply-post-name a, .bbp-thread-byline a, .bbp-reply-post-name, a.bbp-author-link .bbp-author-name, .bbp-author-link, \
             .bbp-reply-author a[class*=name], .bbp-topic-author a[class*=name], .bbp-thread-byline",
    time: "time[datetime] @datetime, .bbp-reply-post-date, .bbp-topic-post-date",
    permalink: "a.bbp-reply-permalink @href, a.bbp-topic-permalink @href",
    votes: ".bbp-voting .score",
    body: ".bbp-reply-content, .bbp-topic-content",
    skip: ".bbp-reply-revision-log, .bbp-topic-revision-log, .bbp-signature, .bbp-attachments, .reply-tools, \
           .bbp-thread-byline, .bbpdsc-topic-tags, .bbp-lead-topic > h2, .bbp-topic-content > h2, .voting-col, \
           .bbp-reply-to-mention, .topic-tools, .d4p-bbt-quote-title",
    edited: ".never",
    quote: "blockquote, .bbp-the-quote, .bbp_quote",
    citation: ".d4p-bbt-quote-title, .bbp-quote-title, blockquote > cite",
    wrapper: ".never",
    quote_author: ".never",
    quote_id: ".d4p-bbt-quote-title a[href*=post-] @href, .bbp-quote-title a[href*=post-] @href, cite a[href*=post-] @href",
    nest: "ul.bbp-threaded-replies, ol.bbp-threaded-replies, .bbp-threaded-replies",
    next: "link[rel=next] @href, .bbp-pagination-links a.next @href, a.next.page-numbers @href",
    previous: ".bbp-pagination-links a.prev, a.prev.page-numbers",
    anchor: "post-",
    ..Spec::EMPTY
});
