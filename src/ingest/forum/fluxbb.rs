//! FluxBB and PunBB, whose quotations bear a name and no id.

use super::{Forum, Spec};

pub(in crate::ingest) static FLUXBB: Forum = Forum::new(Spec {
    name: "fluxbb",
    about: "FluxBB and PunBB topics, from their pages",
    example: "https://forum.example.org/viewtopic.php?id=123",
    marks: &[&["blockpost", "postmsg"], &["brd-viewtopic", "entry-content"], &["topicpost", "post-entry"]],
    title: ".crumbs strong, #brd-crumbs-top .crumblast, .main-title, h1.main-title, .linkst li:last-child",
    aside: "#quickpost, #quickpostform",
    post: "div.blockpost[id#=p], div.topicpost, div.replypost",
    id: "[id#=p] @id, .posthead[id#=p] @id",
    author: ".postleft dt strong, .postleft dt, .author-ident .username, .post-author .username, .post-byline strong",
    time: "time[datetime] @datetime, h2 a[href*=#p], .post-link a.permalink, a.permalink",
    permalink: "h2 a[href*=#p] @href, a.permalink @href",
    body: ".postright .postmsg, .postmsg, .post-entry .entry-content, .entry-content",
    skip: ".postsignature, .sig-content, .postedit, .codebox h4, .codebox cite, .edited",
    number: "h2 .conr, .post-num, .post-byline .post-num",
    edited: ".never",
    quote: ".quotebox",
    citation: ".quotebox cite, .quotebox h4",
    wrapper: ".quotebox blockquote",
    quote_author: ".never",
    quote_id: "cite a[href*=pid=] @href, cite a[href*=#p] @href",
    next: "link[rel=next] @href, .pagelink a[rel=next] @href, .pagelink a.next @href, .paging a.next @href",
    previous: ".pagelink a[rel=prev], .paging a.prev",
    pager: ".pagelink, .paging",
    anchor: "p",
    ..Spec::EMPTY
});
