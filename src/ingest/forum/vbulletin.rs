//! vBulletin: the third, the fourth, and the fifth and sixth, which share their markup.

use super::{Forum, Spec};

/// vBulletin 4.
pub(in crate::ingest) static VBULLETIN_4: Forum = Forum::new(Spec {
    name: "vbulletin4",
    about: "vBulletin 4 threads, from their pages",
    example: "https://forum.example.org/showthread.php?t=123",
    marks: &[
        &["postcontainer", "post_message_"],
        &["postbitlegacy", "post_message_"],
        &["postbit", "postcontent restore", "postdate"],
        &["vBulletin 4", "post_message_"],
    ],
    title: ".threadtitle, #pagetitle h1 .threadtitle, #pagetitle h1",
    aside: "#similar_threads, .similar_threads, #sidebar_container, .quick_reply",
    post: "li[id#=post_], div[id#=post_], li.postcontainer",
    id: "[id#=post_] @id, [id#=post_message_] @id",
    author: ".username_container a.username, a.username, .username_container .username, span.username, .username, \
             .bigusername",
    time: ".postdate time[datetime] @datetime, time[datetime] @datetime, .postdate .date, .postdate",
    permalink: "a.postcounter @href, .nodecontrols a[href] @href",
    body: "[id#=post_message_], .postcontent, .postbody .content",
    skip: ".signature, .signaturecontainer, .bbcode_description, .postlastedited, .lastedited, .attachments, \
           .adsbygoogle, .after_content, .bbcode_quote_container",
    number: "a.postcounter",
    edited: ".postlastedited, .lastedited",
    quote: ".bbcode_quote",
    citation: ".bbcode_postedby",
    wrapper: "blockquote.postcontent, blockquote.restore, .bbcode_quote blockquote",
    quote_author: ".bbcode_postedby strong",
    quote_id: ".bbcode_postedby a[href*=post] @href, .bbcode_postedby a[href*=p=] @href",
    deleted: ".postbitdeleted, .deletedpost",
    ignored: ".postbitignored",
    next: "link[rel=next] @href, a[rel=next] @href, .prev_next a[rel=next] @href",
    previous: "a[rel=prev], .prev_next a[rel=prev]",
    pager: ".pagination",
    declared: "#postpagestats_above, .postpagestats, #postpagestats, a[rel=next][title*=esults] @title, \
               a[rel=prev][title*=esults] @title",
    anchor: "post",
    ..Spec::EMPTY
});

/// vBulletin 3, whose quotations are tables without a name.
pub(in crate::ingest) static VBULLETIN_3: Forum = Forum::new(Spec {
    name: "vbulletin3",
    about: "vBulletin 3 threads, from their pages",
    example: "https://forum.example.org/showthread.php?t=123",
    marks: &[
        &["post_message_", "bigusername"],
        &["post_message_", "postmenu_"],
        &["post_message_", "vBulletin"],
        &["post_message_", "td_post_"],
    ],
    title: "td.navbar strong, .navbar strong, h1",
    aside: "#similar_threads, .similar_threads, #qrform, #collapseobj_similarthreads",
    post: "table[id#=post], div.tpost[id#=post], div[id#=post], li[id#=post], tr[id#=post], div[id#=edit], \
           article[id#=post]",
    id: "[id#=post_message_] @id, [id#=post] @id, [id#=postcount] @id",
    author: "a.bigusername, .bigusername, [id#=postmenu_] a, [id#=postmenu_]",
    time: "time[datetime] @datetime, td.thead > div.normal[!style], td.thead[!align], .thead .tcell > div[!class], td.thead, \
           .thead",
    permalink: "a[id#=postcount] @href",
    body: "[id#=post_message_]",
    skip: "div.smallfont, .signature, .adsbygoogle, fieldset",
    number: "a[id#=postcount], .thead a[href*=showpost], td.thead a[href*=postcount]",
    edited: ".never",
    quote: "[id#=post_message_] td.alt2, .bbcode_quote, .quote, .quotebox, blockquote",
    citation: "td.alt2 > div[!style], .bbcode_postedby, .quote > .smallfont, .quote > .quoteheader",
    wrapper: ".never",
    quote_author: "td.alt2 > div > strong, .bbcode_postedby strong",
    quote_id: "a[href*=#post] @href, a[href*=p=] @href",
    deleted: ".never",
    ignored: ".never",
    next: "link[rel=next] @href, a[rel=next] @href",
    previous: "a[rel=prev]",
    pager: ".pagenav",
    declared: "a[rel=next][title*=esults] @title, a[rel=prev][title*=esults] @title, \
               a[rel=next][title*=rgebnis] @title, a[rel=prev][title*=rgebnis] @title",
    anchor: "post",
    ..Spec::EMPTY
});

/// vBulletin 5 and 6.
pub(in crate::ingest) static VBULLETIN_5: Forum = Forum::new(Spec {
    name: "vbulletin5",
    about: "vBulletin 5 and 6 topics, from their pages",
    example: "https://forum.example.org/forum/main/123-a-title",
    marks: &[
        &["b-post__content", "js-post"],
        &["b-post", "js-post__content-text"],
        &["vBulletin 5", "b-post"],
    ],
    title: "h1.js-main-title, h1.main-title, .b-main-title, h1",
    aside: ".b-module--similar, .sidebar, #sidebar, .js-activity-stream-tab, .canvas-widget.sidebar-widget",
    post: "li.b-post, div.b-post, li[data-node-id].js-post",
    id: "[data-node-id] @data-node-id, a[id#=post] @id",
    author: ".author [itemprop=name], .author a, .author, .b-post__author, .js-post-author, .b-comment-entry__author",
    time: "[data-node-publishdate] @data-node-publishdate, .b-post__timestamp time[datetime] @datetime, time[datetime] @datetime, meta[itemprop=publishDate] @content, \
           .b-post__timestamp",
    permalink: "a.b-post__count @href, a.js-show-post-link @href, meta[itemprop=url] @content",
    votes: ".votecount, .b-post-control__vote .js-post-vote-count, .votes__value",
    body: ".js-post__content-text, .b-post__content-text, .post-content-text, [itemprop=text]",
    skip: ".b-post__signature, .signature, .b-attachments, .bbcode_quote_container, .adsbygoogle, .axd, \
           .b-post__edit-reason, .bbcode_description, .js-post-gallery, .b-gallery",
    number: "a.b-post__count, .b-post__count",
    edited: ".b-post__edited, .post-edited, .js-post-edited",
    quote: ".bbcode_quote",
    citation: ".bbcode_postedby",
    wrapper: ".bbcode_quote blockquote",
    quote_author: ".bbcode_postedby strong",
    quote_id: ".bbcode_postedby a[href*=#post] @href, .bbcode_postedby a[href*=p=] @href",
    deleted: ".b-post--deleted, .b-post.deleted",
    ignored: ".b-post--ignored",
    next: "link[rel=next] @href, a.right-arrow[href] @href, a.js-pagenav-next-button[href] @href, a[rel=next][href] @href",
    previous: "a.left-arrow[href], a[rel=prev][href]",
    pager: ".pagenav",
    declared: ".never",
    anchor: "post",
    ..Spec::EMPTY
});
