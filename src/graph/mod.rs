//! The argument as a graph, and what can be computed from its shape.
//!
//! petgraph does the storing; its indices never leave this module. Nodes are units and steps: a relation is
//! a node between what speaks and what it bears on, so that an undercut can attack a step (the Argument
//! Interchange Format draws it the same way). The graph judges nothing about words.

mod grounded;
mod strength;

pub use grounded::Acceptance;

use petgraph::Direction;
use petgraph::graph::{DiGraph, NodeIndex};

use crate::argument::{AduId, Relation, RelationId, RelationKind, Relations, Units};

/// Units, steps and how they hang together.
#[derive(Debug)]
pub struct ArgumentGraph {
    graph: DiGraph<Node, ()>,
    units: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Node {
    Unit,
    Step(Step),
}

/// What a step does to its target, and how much it weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Step {
    polarity: Polarity,
    relation: RelationId,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Polarity {
    For,
    Against,
}

impl ArgumentGraph {
    /// The graph of these units and relations.
    pub fn new(units: &Units, relations: &Relations) -> Self {
        let unit_count = units.all().len();
        let step_count = relations.all().len();
        let mut graph = DiGraph::with_capacity(unit_count + step_count, 2 * step_count);
        for _ in units.all() {
            graph.add_node(Node::Unit);
        }
        for relation in relations.all() {
            let polarity = match relation.kind {
                RelationKind::Support { .. } => Polarity::For,
                RelationKind::Rebut { .. } | RelationKind::Undercut { .. } => Polarity::Against,
            };
            graph.add_node(Node::Step(Step { polarity, relation: relation.id }));
        }
        let mut made = Self { graph, units: unit_count };
        for relation in relations.all() {
            made.connect(relation);
        }
        made
    }

    fn connect(&mut self, relation: &Relation) {
        let step = self.step(relation.id);
        let target = match relation.kind {
            RelationKind::Support { to, .. } | RelationKind::Rebut { to, .. } => self.unit(to),
            RelationKind::Undercut { step, .. } => self.step(step),
        };
        self.graph.add_edge(self.unit(relation.kind.from()), step, ());
        self.graph.add_edge(step, target, ());
    }

    /// The relations that attack a unit, by id.
    pub fn attackers(&self, unit: AduId) -> Vec<RelationId> {
        self.steps_into(unit, Polarity::Against)
    }

    /// The relations that support a unit, by id.
    pub fn supporters(&self, unit: AduId) -> Vec<RelationId> {
        self.steps_into(unit, Polarity::For)
    }

    /// The relations that attack a step, by id.
    pub fn undercuts(&self, step: RelationId) -> Vec<RelationId> {
        self.steps_before(self.step(step), Polarity::Against)
    }

    /// How many relations touch a unit, in either direction.
    pub fn degree(&self, unit: AduId) -> usize {
        self.graph.neighbors_undirected(self.unit(unit)).count()
    }

    fn steps_into(&self, unit: AduId, polarity: Polarity) -> Vec<RelationId> {
        self.steps_before(self.unit(unit), polarity)
    }

    fn steps_before(&self, node: NodeIndex, polarity: Polarity) -> Vec<RelationId> {
        let incoming = self.graph.neighbors_directed(node, Direction::Incoming);
        let mut steps: Vec<RelationId> = incoming
            .filter_map(|node| match self.graph.node_weight(node) {
                Some(Node::Step(step)) if step.polarity == polarity => Some(step.relation),
                _ => None,
            })
            .collect();
        steps.sort_unstable();
        steps
    }

    fn unit(&self, unit: AduId) -> NodeIndex {
        NodeIndex::new(unit.index())
    }

    fn step(&self, relation: RelationId) -> NodeIndex {
        NodeIndex::new(self.units + relation.index())
    }
}
