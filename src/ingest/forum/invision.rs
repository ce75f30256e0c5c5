//! Invision Community 4 and 5, and IP.Board 3 before them.

use super::{Forum, Spec};

pub(in crate::ingest) static INVISION: Forum = Forum::new(Spec {
    name: "invision",
    about: "Invision Community 4 and 5 topics, from their pages",
    example: "https://forum.example.org/topic/123-a-title/",
    marks: &[
        &["elComment_", "commentContent"],
        &["elComment_", "ipsComment"],
        &["elComment_", "ipsEntry"],
        &["ipsComment_content", "cAuthorPane"],
        &["post_block", "id='post_id_"],
        &["post_block", "id=\"post_id_"],
    ],
    title: "h1.ipsPageHeader__title, h1.ipsType_pageTitle .ipsType_break > span, h1.ipsType_pageTitle, \
            .ipsPageHeader h1, h1.ipsType_pagetitle, h1",
    aside: "[data-role=replyArea], .cTopicPostArea, .ipsWidget, .cWidgetContainer, #ipsLayout_sidebar, \
            .cTopicOverview, [data-role=sidebar], .ipsTopicSummary",
    post: "article[id#=elComment_], div[id#=elComment_], li[id#=elComment_], [data-role=commentFeed] article, \
           div.post_block[id#=post_id_]",
    id: "[id#=elComment_] @id, [data-commentid] @data-commentid, [id#=post_id_] @id",
    author: ".cAuthorPane_author a, .cAuthorPane_author, .ipsEntry__username a, .ipsEntry__username, .ipsUsername, \
             .ipsComment_author h3 a, .ipsComment_author h3, [itemprop=author] [itemprop=name], \
             .post_username .author, .author.vcard, .post_username",
    time: ".ipsComment_meta time[datetime] @datetime, .ipsEntry__meta time[datetime] @datetime, \
           .ipsEntry__date time[datetime] @datetime, time[datetime] @datetime, \
           abbr.published[title] @title",
    permalink: "a[href*=do=findComment] @href, a[href*=#comment-] @href, a[href*=#findComment-] @href, a[rel=bookmark] @href, a[href*=#entry] @href",
    body: "[data-role=commentContent], .cPost_contentWrap .ipsType_richText, .ipsComment_content .ipsType_richText, \
           .ipsRichText--user, .ipsEntry__post .ipsRichText, .post.entry-content, .entry-content",
    skip: "[data-role=memberSignature], .ipsEntry__signature, .ipsQuote_citation, .ipsSpoiler_header, .ipsEdited_reason, \
           .ipsEmbedded_headerArea, .ipsReact, .ipsComment_badges, .adsbygoogle, .signature, p.edit, .post_controls",
    edited: "[data-el=edited], .ipsEdited, .ipsType_reset.ipsType_medium.ipsType_light",
    quote: "blockquote.ipsQuote, .ipsQuote, blockquote, div.blockquote",
    citation: ".ipsQuote_citation, p.citation",
    wrapper: ".ipsQuote blockquote.ipsQuote_contents, div.blockquote > .quote",
    quote_author: "[data-ipsquote-username] @data-ipsquote-username, .ipsBlockquote[data-author] @data-author",
    quote_id: "[data-ipsquote-contentcommentid] @data-ipsquote-contentcommentid, .ipsBlockquote[data-cid] @data-cid, \
               a[href*=findComment] @href, \
               a[href*=#comment-] @href",
    quote_thread: "[data-ipsquote-contentid] @data-ipsquote-contentid",
    deleted: ".ipsComment_deleted, .ipsEntry--deleted, [data-role=deletedComment]",
    ignored: ".ipsComment_ignored, .ipsEntry--ignored",
    next: "link[rel=next] @href, li.ipsPagination_next a[href] @href, .ipsPagination__next a[href] @href, \
           li.next a[rel=next] @href",
    previous: "link[rel=prev], li.ipsPagination_prev[!hidden] a[rel=prev]",
    declared: "[itemprop=commentCount] @content",
    declares_replies: true,
    anchor: "findComment-",
    ..Spec::EMPTY
});
