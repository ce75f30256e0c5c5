//! Whether a claim stands.

use serde::Serialize;

use crate::argument::AduId;

/// The standing of one claim.
#[derive(Debug, Clone)]
pub struct Standing {
    /// The claim.
    pub unit: AduId,
    /// Whether it holds.
    pub label: Label,
    /// Gradual strength from 0 to 1.
    pub strength: f64,
    /// One line in plain words.
    pub reason: String,
}

/// The three labels of the grounded labelling (Caminada 2006: in, out, undecided), as readers are told them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Label {
    /// No objection to it stands.
    Stands,
    /// An objection to it stands.
    Falls,
    /// Neither: it and its objections hold each other up.
    Contested,
}
