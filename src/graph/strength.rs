//! A gradual strength that counts support as well as attack.
//!
//! The quadratic energy model of Potyka (KR 2018, "Continuous dynamical systems for weighted bipolar
//! argumentation"): with base score `w`, energy `E` = strengths of supporters less strengths of attackers,
//! `h = max(E, 0)^2 / (1 + max(E, 0)^2)`, and
//! `strength = w + (1 - w) * h(E) - w * h(-E)`. Here each supporter and attacker counts with the confidence of
//! its step, so an unsure link moves little.
//!
//! On a graph without circles one pass in topological order is exact. Units in or behind circles are
//! iterated with damping; the rounds are capped, and what has not settled then is left where it is.

use std::collections::VecDeque;

use petgraph::Direction;

use super::{ArgumentGraph, Node, Polarity};
use crate::argument::{Relations, Units};

/// Where every unit starts: neither strong nor weak.
const BASE: f64 = 0.5;

/// Rounds for units in circles; the damped iteration settles to three digits well before.
const ROUNDS: usize = 100;

/// Influences on one unit: the unit that speaks and its weight, negative for attacks.
struct Influences {
    into: Vec<Vec<(u32, f64)>>,
    out: Vec<Vec<u32>>,
}

impl ArgumentGraph {
    /// The strength of every unit, from 0 to 1, by unit.
    pub fn strengths(&self, units: &Units, relations: &Relations) -> Vec<f64> {
        let influences = self.influences(units.all().len(), relations);
        let mut strengths = vec![BASE; influences.into.len()];
        let mut waiting: Vec<usize> = influences.into.iter().map(Vec::len).collect();
        let mut ready: VecDeque<usize> = (0..waiting.len()).filter(|&unit| waiting[unit] == 0).collect();
        let mut settled = vec![false; waiting.len()];
        while let Some(unit) = ready.pop_front() {
            settled[unit] = true;
            strengths[unit] = influences.strength(unit, &strengths);
            for &next in &influences.out[unit] {
                waiting[next as usize] -= 1;
                if waiting[next as usize] == 0 {
                    ready.push_back(next as usize);
                }
            }
        }
        let circular: Vec<usize> = (0..settled.len()).filter(|&unit| !settled[unit]).collect();
        for _ in 0..if circular.is_empty() { 0 } else { ROUNDS } {
            for &unit in &circular {
                strengths[unit] = 0.5 * (strengths[unit] + influences.strength(unit, &strengths));
            }
        }
        strengths
    }

    fn influences(&self, units: usize, relations: &Relations) -> Influences {
        let mut influences = Influences { into: vec![Vec::new(); units], out: vec![Vec::new(); units] };
        for node in self.graph.node_indices() {
            let Some(Node::Step(step)) = self.graph.node_weight(node) else { continue };
            let target = self.graph.neighbors_directed(node, Direction::Outgoing).next();
            let Some(target) = target.filter(|target| target.index() < units) else { continue };
            let Some(relation) = relations.all().get(step.relation.index()) else { continue };
            let source = relation.kind.from().index();
            let weight = relation.confidence.value();
            let signed = if step.polarity == Polarity::For { weight } else { -weight };
            influences.into[target.index()].push((source as u32, signed));
            influences.out[source].push(target.index() as u32);
        }
        influences
    }
}

impl Influences {
    fn strength(&self, unit: usize, strengths: &[f64]) -> f64 {
        let energy: f64 =
            self.into[unit].iter().map(|&(source, weight)| weight * strengths[source as usize]).sum();
        let pull = |energy: f64| {
            let square = energy.max(0.0).powi(2);
            square / (1.0 + square)
        };
        BASE + (1.0 - BASE) * pull(energy) - BASE * pull(-energy)
    }
}
