//! Discussions of the Steam Community.

use super::{Forum, Spec};

pub(in crate::ingest) static STEAM: Forum = Forum::new(Spec {
    name: "steam",
    about: "Steam Community discussions, from their pages",
    example: "https://steamcommunity.com/app/123/discussions/0/456/",
    marks: &[&["commentthread_comment_text", "forum_op"]],
    title: ".forum_op .topic, .topic",
    aside: ".commentthread_entry, .rightbox",
    post: "div.forum_op, div.commentthread_comment",
    id: "[id#=comment_] @id, [id^=forum_op_] @id, [id^=op_] @id",
    author: ".commentthread_author_link, .forum_op_author, .author a",
    time: "[data-timestamp] @data-timestamp, .commentthread_comment_timestamp[title] @title, .date[title] @title",
    permalink: ".forum_comment_permlink a @href",
    body: ".commentthread_comment_text, .content",
    skip: ".forum_audit, .forum_author_menu, .commentthread_comment_reactions",
    edited: ".never",
    quote: "blockquote.bb_blockquote, .bb_blockquote",
    citation: ".bb_quoteauthor",
    wrapper: ".never",
    quote_author: ".never",
    quote_id: ".bb_quoteauthor a[href*=#c] @href",
    deleted: ".never",
    next: "link[rel=next] @href",
    pager: ".forum_paging_pagelinks, .commentthread_pagelinks",
    ..Spec::EMPTY
});
