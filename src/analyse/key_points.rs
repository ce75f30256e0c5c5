//! The points a thread turns on.

use crate::argument::AduId;

/// A point, the units that make it and how many people stand on either side.
#[derive(Debug, Clone)]
pub struct KeyPoint {
    /// The unit that words it.
    pub unit: AduId,
    /// All units that make it, `unit` among them, in reading order.
    pub members: Vec<AduId>,
    /// How many people made it.
    pub people: u32,
    /// How many people spoke for it, those who made it counted in.
    pub speak_for: u32,
    /// How many people spoke against it.
    pub against: u32,
}
