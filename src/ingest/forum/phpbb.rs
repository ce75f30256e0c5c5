//! phpBB 3: prosilver and what derives from it, and the tables of subsilver2.

use super::{Forum, Spec};

pub(in crate::ingest) static PHPBB: Forum = Forum::new(Spec {
    name: "phpbb",
    about: "phpBB 3 topics, from their pages",
    example: "https://forum.example.org/viewtopic.php?t=123",
    marks: &[
        &["id=\"phpbb\"", "postbody"],
        &["postbody", "postprofile", "class=\"content\""],
        &["viewtopic", "postbody", "postprofile"],
        &["phpBB", "postbody", "postprofile"],
        &["class=\"postauthor\"", "class=\"postbody\""],
    ],
    title: "h2.topic-title, h3.topic-title, h1.topic-title, #page-body h2 a[href*=viewtopic], #page-body > h2, h2 a[href*=viewtopic], #pageheader h2 a.titles",
    aside: "#topicreview, #preview, .panel, .similar-topics, .similar_topics, #similar-topics, .qr_panel",
    post: "div.post[id#=p], article.post[id#=p], [id#=p].post, .post[id#=post], div[id#=p], table.tablebg",
    id: "[id#=p] @id, [id#=post_content] @id, a[name#=p] @name, a[href*=#p] @href",
    author: "p.author .username, p.author .username-coloured, .author .username-coloured, .author .username, \
             .postprofile .username, .postprofile .username-coloured, .postprofile a[class^=username], \
             .postprofile dt strong, .postprofile dt > a[href*=viewprofile], p.author strong, \
             .postprofile dt > a[href], .postprofile dt, [data-poster-name] @data-poster-name, .postauthor",
    time: "p.author time[datetime] @datetime, .author time[datetime] @datetime, .postbody time[datetime] @datetime, \
           time[datetime] @datetime, [data-posttime] @data-posttime, p.author, .author, \
           td.gensmall > div[style*=right]",
    permalink: "p.author a[href*=viewtopic] @href, p.author a[href*=#p] @href, .author a[href*=viewtopic] @href, \
                .postbody h3 a @href, td.gensmall a[href*=#p] @href",
    body: "div.postbody div.content, .postbody .content, .post-content .content, div.content, table.tablebg div.postbody",
    skip: ".signature, .notice, .codebox p, .codebox > div, dl.codebox dt, .codetitle, dl.attachbox dt, .attachbox, .rules, .posthilit-none, \
           .imcger-quote-togglebutton, .inline-attachment, .postreport, .thanks, .spoilertitle",
    code: "dl.codebox dd, .codecontent",
    edited: ".notice time",
    quote: "blockquote, .quotecontent",
    citation: "blockquote cite, .quotetitle",
    wrapper: ".never",
    quote_author: "cite a[href*=viewprofile], cite a.username, cite a.username-coloured",
    quote_id: "a[data-post-id] @data-post-id, cite a[href*=viewtopic] @href, blockquote[cite*=p=] @cite",
    deleted: ".post.deleted, .post-deleted",
    ignored: ".post.post-ignore, .ignore",
    next: "link[rel=next] @href, .arrow.next a[href] @href, li.next a[href] @href, a[rel=next] @href, \
           .pagination a.next @href",
    previous: ".arrow.previous a, li.previous a, a[rel=prev], .pagination a.prev",
    pager: ".pagination ul, .pagination span, .pagination, td.gensmall > b",
    declared: ".topic-actions .pagination, .action-bar .pagination, .pagination, td.gensmall[nowrap][!align]",
    declared_first: true,
    anchor: "p",
    ..Spec::EMPTY
});
