//! WoltLab Burning Board and Suite.

use super::{Forum, Spec};

pub(in crate::ingest) static WOLTLAB: Forum = Forum::new(Spec {
    name: "woltlab",
    about: "WoltLab Burning Board and Suite threads, from their pages",
    example: "https://forum.example.org/thread/123-a-title/",
    marks: &[
        &["wbbPost", "messageText"],
        &["wbbThread", "messageText"],
        &["messageAuthor", "messageText", "messageContent"],
    ],
    title: ".boxHeadline.wbbThread h1, h1.contentTitle, .contentHeaderTitle h1, .contentTitle",
    aside: ".boxContainer, .sidebar, #messageQuickReply, .wbbSimilarThreadList, .similarThreads",
    post: "article.wbbPost, article[data-object-id].message, li.message, article.message",
    id: "article[data-object-id] @data-object-id, [data-post-id] @data-post-id, [id#=post] @id",
    author: ".messageAuthor .username, .messageAuthor [itemprop=name], .messageAuthor .userLink, .username",
    time: ".messagePublicationTime time[datetime] @datetime, woltlab-core-date-time[date] @date, \
           .messageHeader time[datetime] @datetime, time[datetime] @datetime",
    permalink: ".messagePublicationTime a @href, a.permalink @href, .messageHeaderMetaData a[href*=#post] @href, \
                .messageQuickOptions a[href*=#post] @href",
    body: ".messageBody .messageText, .messageText",
    skip: ".messageSignature, .messageFooter, .messageFooterNotes, .quoteBoxIcon, .quoteBoxExpand, .codeBoxHeader, \
           .spoilerBoxHeader, .attachmentThumbnailList, .jsQuoteExpand",
    number: ".messageHeaderMetaData .permalink, a.messagePostNumber, .messageQuickOptions a[href*=#post]",
    edited: ".messageEditNote, .messageFooterNote",
    quote: "blockquote.quoteBox, .quoteBox, .quoteBoxSimple",
    citation: ".quoteBoxTitle, .quoteBox header, .quoteBox > h3",
    wrapper: ".quoteBox .quoteBoxContent, .quoteBox > blockquote",
    quote_author: "woltlab-quote[data-author] @data-author, [data-author] @data-author",
    quote_id: "[data-link*=ost] @data-link, .quoteBoxTitle a[href*=ost] @href, a[href*=#post] @href, [cite*=ost] @cite",
    deleted: ".wbbPostDeleted, .messageDeleted, .messageStatusDeleted",
    ignored: ".ignoredUserMessage, .ignoredUserContent",
    next: "link[rel=next] @href, .pagination .skip a[rel=next] @href, a[rel=next] @href",
    previous: "a[rel=prev]",
    pager: ".pagination ul, .pagination",
    anchor: "post",
    ..Spec::EMPTY
});
