//! What people argued: units, their roles, the stances of replies, and the relations between units.
//!
//! Values only. Who decides a role or a stance is [`crate::annotate`]; who draws a relation is
//! [`crate::relate`].

mod annotation;
mod relation;
mod stance;
mod unit;

pub use annotation::Annotation;
pub use relation::{Relation, RelationId, RelationKind, Relations};
pub use stance::{ReplyStance, SOURCE, Stance, Stances, Tone};
pub use unit::{Adu, AduId, Role, Units};
