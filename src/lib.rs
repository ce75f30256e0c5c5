//! Rejoinder turns a discussion thread into a map of its argument.
//!
//! It reads the posts with their reply structure, collapses what was said twice, cuts posts into units, tags
//! what each unit does, decides who agrees and who rebuts whom, works out which claims stand, and shows it.
//! Everything runs on the user's machine.
//!
//! # The story, in the order of [`pipeline`]
//!
//! ```text
//! fetch ──▶ Page ──▶ ingest ──▶ Thread ──▶ dedup ──▶ Duplicates ──▶ threading ──▶ Thread, replies linked
//!                                                                                   │
//!      Relations ◀── relate ◀── Units, Stances ◀── classify ◀── annotate ◀── segment ◀┘
//!          │
//!          └──▶ graph ──▶ analyse ──▶ standings, key points, open questions, flags, summary ──▶ report ──▶ HTML, JSON
//! ```
//!
//! # Glossary
//!
//! One word for each idea, here as in the templates, the command line and the JSON.
//!
//! - **thread**: a discussion; **post**: one contribution to it, the opening one included; **reply**: a post that
//!   answers another, its **parent**; **quote**: words of another post that a post repeats.
//! - **repeat**: a post that says again what an earlier one said, exactly, nearly or by quoting it whole;
//!   **part**: a passage that stands in two posts.
//! - **passage**: a sentence or clause of an author's own prose; **unit** (argumentative discourse unit, ADU): a
//!   passage together with its **role**: claim, premise, question, concession, none.
//! - **stance**: how a reply stands to its parent: agree, disagree, neutral, question. **relation**: how a unit
//!   bears on another: **support**, **rebut** (denies it) or **undercut** (denies that a step holds).
//! - **standing**: whether a claim **stands**, **falls** or is **contested**; **strength**: how much speaks for it.
//! - **key point**: a claim that people argue over; **flag**: a hint for a moderator.
//! - **annotation**: a value that was inferred, with a **confidence** and the **annotator** that made it.
//! - **notice**: a gap or a guess that the reader must know of.
//!
//! # What always holds
//!
//! - A span is a byte range of one post's plain text, on character boundaries; what is shown as a quotation is
//!   `text[start..end]`, always.
//! - A parent precedes its children, post 0 is the root, ids are dense. Whatever a page says, nothing recurses
//!   over posts.
//! - A quotation is never its quoter's claim.
//! - What is inferred bears a confidence; what is missing bears a notice.
//! - The same input gives the same bytes. The library prints nothing and reads no clock, environment or random
//!   source; only [`fetch`] uses the clock, to be polite and to say when a page was read.
//!
//! # Why
//!
//! - **Why is a stance not a relation?** "I disagree" is said to a person about a whole post; a rebuttal holds
//!   between two sentences. Mixing them makes every sentence of a post an attack.
//! - **Why the grounded labelling?** It is the most sceptical of Dung's semantics, unique, and linear to compute:
//!   the reader can check "falls" by following the edges. Its verdicts are as good as its edges, so every reason
//!   names the edge that would flip it.
//! - **Why extractive summaries?** A sentence that somebody wrote can be checked; a sentence that was made up
//!   cannot.
//!
//! The order of the modules is a test, `tests/layers.rs`: a module imports only what stands above it.

#![warn(missing_docs)]
#![cfg_attr(not(test), deny(clippy::print_stdout, clippy::print_stderr))]
// Only the multiplication kernel of the model needs more.
#![deny(unsafe_code)]

pub mod error;
pub mod language;
pub mod words;

pub mod argument;
pub mod graph;
pub mod thread;

pub mod fetch;
pub mod ingest;

pub mod annotate;
pub mod dedup;
pub mod segment;
pub mod threading;

pub mod classify;
pub mod relate;

pub mod analyse;
pub mod report;

pub mod evaluate;
pub mod pipeline;
