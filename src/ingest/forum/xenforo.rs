//! XenForo, the second and the first.

use super::{Forum, Spec};

/// XenForo 2, whose quotations name the quoted post.
pub(in crate::ingest) static XENFORO: Forum = Forum::new(Spec {
    name: "xenforo",
    about: "XenForo 2 threads, from their pages",
    example: "https://forum.example.org/threads/a-title.123/",
    marks: &[
        &["js-post", "message-attribution"],
        &["js-post", "message-body"],
        &["message--post", "bbWrapper"],
        &["id=\"XF\"", "message--post"],
    ],
    title: "h1.p-title-value, .p-title h1, h1[itemprop=headline]",
    aside: ".block--similarContents, .js-quickReply, .p-body-sidebar, .structItemContainer",
    post: "article.js-post, div.js-post, .message--post[id^=js-post-], .message--post[data-content^=post-]",
    id: "[data-content^=post-] @data-content, [id#=js-post-] @id, span[id#=post-] @id, a[href*=/post-] @href",
    author: "[data-author] @data-author, .message-name .username, .message-name",
    time: "header time[datetime] @datetime, .message-attribution time[datetime] @datetime, \
           time[data-timestamp] @data-timestamp, time[datetime] @datetime, abbr[data-time] @data-time",
    permalink: "header a[href*=/post-] @href, .message-attribution a[href*=/post-] @href, a[href*=post-] @href",
    votes: ".contentVote-score, .js-voteCount",
    body: ".message-body .bbWrapper, .message-userContent .bbWrapper, article.message-body, .message-body",
    skip: ".bbCodeBlock-expandLink, .bbCodeBlock--unfurl .contentRow-minor, .js-unfurl-favicon, \
           .message-signature, .messageNotice, .bbCodeBlock--code .bbCodeBlock-title, .bbCodeSpoiler-button, \
           .adsbygoogle, .message-lastEdit, .bbMediaWrapper, .js-selectToQuoteEnd, .reactionsBar",
    number: ".message-attribution-opposite a",
    edited: ".message-lastEdit",
    quote: "blockquote.bbCodeBlock--quote, .bbCodeBlock--quote, .bbCodeQuote",
    citation: ".bbCodeBlock--quote .bbCodeBlock-title, .bbCodeBlock--quote .bbCodeBlock-sourceJump, \
               .bbCodeQuote .attribution",
    wrapper: ".bbCodeBlock--quote blockquote",
    quote_author: "[data-quote] @data-quote",
    quote_id: "[data-source^=post] @data-source, a[href*=goto/post] @href, a[data-content-selector^=#post-] @data-content-selector",
    deleted: ".message--deleted, .messageNotice--deleted",
    ignored: ".message--ignored, .messageNotice--ignored, .is-ignored",
    next: "a.pageNav-jump--next @href, link[rel=next] @href, a.pageNavSimple-el--next @href",
    previous: "a.pageNav-jump--prev, a.pageNavSimple-el--prev",
    anchor: "post-",
    ..Spec::EMPTY
});

/// XenForo 1.
pub(in crate::ingest) static XENFORO_1: Forum = Forum::new(Spec {
    name: "xenforo1",
    about: "XenForo 1 threads, from their pages",
    example: "https://forum.example.org/threads/a-title.123/",
    marks: &[
        &["id=\"XenForo\"", "messageText"],
        &["messageText", "messageUserInfo"],
        &["messageList", "messageText", "primaryContent"],
    ],
    title: ".titleBar h1, h1[itemprop=headline]",
    aside: ".sidebar, .similarThreads, #QuickReply",
    post: "li.message[id#=post-], li[id#=post-]",
    id: "[id#=post-] @id",
    author: "[data-author] @data-author, .messageUserBlock .username, .userText .username, .username",
    time: ".messageMeta abbr[data-time] @data-time, .datePermalink abbr[data-time] @data-time, \
           abbr.DateTime[data-time] @data-time, time[datetime] @datetime, \
           .messageMeta .DateTime[title] @title, .DateTime[title] @title",
    permalink: "a.datePermalink @href, a.postNumber @href, .messageMeta a[href*=#post-] @href",
    body: "blockquote.messageText, .messageText",
    skip: ".quoteExpand, .messageTextEndMarker, .signature, .bbCodeBlock.bbCodeCode .type, .adsbygoogle, \
           .SpoilerTarget-button, .attachedFiles",
    number: "a.postNumber",
    edited: ".editDate",
    quote: ".bbCodeQuote",
    citation: ".bbCodeQuote .attribution",
    wrapper: ".bbCodeQuote blockquote, .bbCodeBlock.bbCodeQuote aside",
    quote_author: "[data-author] @data-author",
    quote_id: "a.AttributionLink @href, a[href*=goto/post] @href",
    deleted: "li.message.deleted, .messageNotice.deletedNotice",
    ignored: "li.message.ignored",
    next: "link[rel=next] @href, .PageNav a.next @href",
    previous: ".PageNav a.prev",
    pager: ".PageNav nav",
    anchor: "post-",
    ..Spec::EMPTY
});
