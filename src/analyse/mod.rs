//! What follows from the argument: which claims stand, what the thread turns on, what nobody answered,
//! what a moderator should look at, and which sentences sum it up.
//!
//! Reads nouns and returns findings; draws no relation of its own and words no report.

mod key_points;
mod moderation;
mod standing;
mod summary;
mod unanswered;

pub use key_points::{KeyPoint, key_points};
pub use moderation::{Flag, FlagKind, flags};
pub use standing::{Label, Standing, standings};
pub use summary::{Cite, Sentence, SentenceKind, summarise};
pub use unanswered::{Unanswered, UnansweredKind, unanswered};
