//! The grounded labelling of the attack-only graph, in linear time.
//!
//! Dung (1995) defines the grounded extension as the least fixed point of "accept what all of whose attackers
//! are rejected"; Caminada (2006) states it as a labelling with the labels in, out and undecided. The usual
//! work-list computes it: a node whose attackers are all out becomes in, what it attacks becomes out, and
//! what stays untouched is undecided. Each edge is walked at most once.
//!
//! Supports do not enter: grounded semantics knows attacks only. They count in the gradual strength.

use petgraph::Direction;
use petgraph::graph::{DiGraph, NodeIndex};

use super::{ArgumentGraph, Node, Polarity};
use crate::argument::AduId;

/// What the grounded labelling says of a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Acceptance {
    /// Every attacker is out.
    In,
    /// Some attacker is in.
    Out,
    /// Neither: it sits in or behind a circle of attacks.
    Undecided,
}

/// The attack-only graph: units and attack steps.
///
/// An attack step holds if its source is in and no undercut of it is. In Dung's terms that takes one helper
/// node a step, "the source is not in", which the source attacks and which attacks the step.
struct RebuttalGraph {
    attacks: DiGraph<(), ()>,
    units: usize,
}

impl RebuttalGraph {
    fn of(graph: &ArgumentGraph) -> Self {
        let mut attacks = DiGraph::with_capacity(graph.graph.node_count(), graph.graph.edge_count());
        for _ in 0..graph.units {
            attacks.add_node(());
        }
        let mut made = Self { attacks, units: graph.units };
        let nodes = graph.graph.node_indices();
        let steps: Vec<NodeIndex> = nodes.filter(|&node| made.is_attack(graph, node)).collect();
        // Only steps that are attacked themselves need a node of their own.
        let mut own = vec![None; graph.graph.node_count()];
        for &step in &steps {
            let undercut = graph
                .graph
                .neighbors_directed(step, Direction::Incoming)
                .any(|before| made.is_attack(graph, before));
            if undercut {
                own[step.index()] = Some(made.attacks.add_node(()));
            }
        }
        for &step in &steps {
            made.connect(graph, step, &own);
        }
        made
    }

    fn is_attack(&self, graph: &ArgumentGraph, node: NodeIndex) -> bool {
        matches!(graph.graph.node_weight(node), Some(Node::Step(step)) if step.polarity == Polarity::Against)
    }

    fn connect(&mut self, graph: &ArgumentGraph, step: NodeIndex, own: &[Option<NodeIndex>]) {
        let incoming = graph.graph.neighbors_directed(step, Direction::Incoming);
        let source = incoming.filter(|before| before.index() < self.units).last();
        let target = graph.graph.neighbors_directed(step, Direction::Outgoing).next();
        let (Some(source), Some(target)) = (source, target) else { return };
        let target = if target.index() < self.units { Some(target) } else { own[target.index()] };
        // An undercut of a support has no target here: supports do not enter.
        let Some(target) = target else { return };
        match own[step.index()] {
            None => {
                self.attacks.add_edge(source, target, ());
            }
            Some(step) => {
                let source_fails = self.attacks.add_node(());
                self.attacks.add_edge(source, source_fails, ());
                self.attacks.add_edge(source_fails, step, ());
                self.attacks.add_edge(step, target, ());
            }
        }
    }

    fn label(&self) -> Vec<Acceptance> {
        let count = self.attacks.node_count();
        let mut labels = vec![Acceptance::Undecided; count];
        let mut waiting: Vec<usize> = self
            .attacks
            .node_indices()
            .map(|node| self.attacks.neighbors_directed(node, Direction::Incoming).count())
            .collect();
        let mut accepted: Vec<NodeIndex> =
            self.attacks.node_indices().filter(|node| waiting[node.index()] == 0).collect();
        while let Some(node) = accepted.pop() {
            labels[node.index()] = Acceptance::In;
            for beaten in self.attacks.neighbors_directed(node, Direction::Outgoing) {
                if labels[beaten.index()] == Acceptance::Out {
                    continue;
                }
                labels[beaten.index()] = Acceptance::Out;
                for freed in self.attacks.neighbors_directed(beaten, Direction::Outgoing) {
                    waiting[freed.index()] -= 1;
                    if waiting[freed.index()] == 0 && labels[freed.index()] == Acceptance::Undecided {
                        accepted.push(freed);
                    }
                }
            }
        }
        labels
    }
}

impl ArgumentGraph {
    /// The grounded label of every unit, by unit.
    pub fn grounded(&self) -> Vec<Acceptance> {
        let mut labels = RebuttalGraph::of(self).label();
        labels.truncate(self.units);
        labels
    }

    /// Whether a unit is in, given the labels of [`grounded`](Self::grounded).
    pub fn accepted(labels: &[Acceptance], unit: AduId) -> bool {
        labels.get(unit.index()) == Some(&Acceptance::In)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn labels(count: usize, edges: &[(usize, usize)]) -> Vec<Acceptance> {
        let mut attacks = DiGraph::new();
        for _ in 0..count {
            attacks.add_node(());
        }
        for &(from, to) in edges {
            attacks.add_edge(NodeIndex::new(from), NodeIndex::new(to), ());
        }
        RebuttalGraph { attacks, units: count }.label()
    }

    #[test]
    fn an_answered_objection_lets_the_claim_stand() {
        use Acceptance::{In, Out};
        assert_eq!(labels(3, &[(1, 0), (2, 1)]), [In, Out, In]);
    }

    #[test]
    fn two_that_deny_each_other_stay_undecided() {
        assert_eq!(labels(2, &[(0, 1), (1, 0)]), [Acceptance::Undecided; 2]);
    }

    #[test]
    fn a_chain_of_100_000_attacks_is_labelled() {
        let edges: Vec<(usize, usize)> = (1..100_000).map(|n| (n, n - 1)).collect();
        let labels = labels(100_000, &edges);
        assert_eq!(labels[99_999], Acceptance::In);
        assert_eq!(labels[99_998], Acceptance::Out);
    }

    proptest! {
        #[test]
        fn the_labelling_is_a_fixed_point(edges in prop::collection::vec((0usize..12, 0usize..12), 0..40)) {
            let labels = labels(12, &edges);
            for node in 0..12 {
                let attackers: Vec<Acceptance> =
                    edges.iter().filter(|(_, to)| *to == node).map(|(from, _)| labels[*from]).collect();
                let expected = if attackers.iter().all(|label| *label == Acceptance::Out) {
                    Acceptance::In
                } else if attackers.contains(&Acceptance::In) {
                    Acceptance::Out
                } else {
                    Acceptance::Undecided
                };
                prop_assert_eq!(labels[node], expected);
            }
        }
    }
}
