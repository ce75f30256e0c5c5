//! Vanilla's pages as its server writes them.

use super::{Forum, Spec};

pub(in crate::ingest) static VANILLA: Forum = Forum::new(Spec {
    name: "vanilla",
    about: "Vanilla discussions, from their pages",
    example: "https://forum.example.org/discussion/123/a-title",
    marks: &[&["ItemDiscussion", "Message"], &["ItemComment", "Message"]],
    title: "#Item_0 h1, .PageTitle h1, .DiscussionHeader h1, h1.HomepageTitle, .Content h1, h1",
    aside: ".DataBox-AcceptedAnswers, .BoxDiscussions, .Panel, .DiscussionFilter, .MessageForm, .CommentForm, .SuggestedContent",
    post: ".ItemDiscussion, .ItemComment",
    id: "[id#=Discussion_] @id, [id#=Comment_] @id, a[href*=#Comment_] @href",
    author: ".Author a.Username, a.Username, .AuthorWrap .Username, .Author a[title] @title, .Author",
    time: ".DateCreated time[datetime] @datetime, .Meta time[datetime] @datetime, time[datetime] @datetime",
    permalink: "a.Permalink @href",
    votes: ".Voter .CountVotes, .Score, .Column-Score[!class]",
    body: ".Item-Body .Message, .Message",
    skip: ".Signature, .UserSignature, .Reactions, .ReactionRecord, .ShareThisButtonWrapper, .Attachments, .embedExternal-title, \
           .quoteButton, .embedQuote-header",
    edited: ".never",
    quote: "blockquote.UserQuote, blockquote.Quote, .UserQuote, .embedQuote-body, blockquote",
    citation: ".QuoteAuthor, .embedQuote-header",
    wrapper: ".UserQuote blockquote, .embedQuote-body blockquote",
    quote_author: "[rel=cite] @title, .QuoteAuthor a[href*=/profile/], blockquote[rel] @rel",
    quote_id: "a.QuoteLink @href, .QuoteAuthor a[href*=omment] @href, a[href*=#Comment_] @href, a[href*=discussion/] @href",
    deleted: ".ItemComment.Deleted, .DeletedComment",
    ignored: ".Ignored",
    next: "link[rel=next] @href, a.Next[href] @href",
    previous: "a.Previous[href]",
    pager: ".Pager, .NumberedPager",
    anchor: "Comment_",
    ..Spec::EMPTY
});
