//! Where the rebuttal graph's claims are drawn: below each claim whoever answers it.
//!
//! Chooses what is worth drawing and gives it places; writes no markup. The tree is that of each unit's
//! surest relation, so a chain of rebuttals reads from top to bottom; further relations become extra lines.
//! Time is linear but for sorting, and nothing recurses.

mod words;

use super::outline::Outline;
use super::{RelationView, UnitView};
use words::wrap;

/// How many claims are drawn at most: more cannot be taken in at a glance.
const MOST: usize = 40;
/// How many answers to one claim are drawn at most, and how many of those may be supports.
const MOST_ANSWERS: usize = 4;
const MOST_SUPPORTS: usize = 2;
const NODE_WIDTH: f64 = 216.0;
const PADDING: f64 = 12.0;
const LINE: f64 = 17.0;
const GAP_X: f64 = 24.0;
const GAP_Y: f64 = 50.0;
/// Trees stand side by side up to this width.
const SHELF: f64 = 960.0;
const MARGIN: f64 = 8.0;

/// The chosen claims with their places, and the lines between them.
#[derive(Debug, Default)]
pub(super) struct Drawing {
    pub(super) nodes: Vec<Node>,
    pub(super) edges: Vec<Edge>,
    pub(super) width: f64,
    pub(super) height: f64,
    /// How many units take part in an argument, drawn or not.
    pub(super) total: usize,
}

/// One claim.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) unit: u32,
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) width: f64,
    pub(super) height: f64,
    pub(super) lines: Vec<String>,
    /// How many answers to it are not drawn.
    pub(super) more: usize,
}

/// One relation, from who speaks to what it bears on.
#[derive(Debug)]
pub(super) struct Edge {
    /// Index into the report's relations.
    pub(super) relation: u32,
    pub(super) from: u32,
    pub(super) to: u32,
    pub(super) start: (f64, f64),
    pub(super) end: (f64, f64),
    /// Whether it follows the tree; other lines are drawn beside it.
    pub(super) main: bool,
}

impl Drawing {
    /// Chooses and places. Empty when nobody answers anybody.
    pub(super) fn of(outline: &Outline<'_>) -> Self {
        let forest = Forest::of(outline);
        let mut drawing = Self { total: forest.taking_part, ..Self::default() };
        let chosen = forest.choose(outline);
        let mut shelf = Shelf { x: MARGIN, y: MARGIN, bottom: MARGIN };
        for tree in chosen {
            drawing.place(&tree, outline, &mut shelf);
        }
        if !drawing.nodes.is_empty() {
            drawing.width += MARGIN;
            drawing.height = shelf.bottom + MARGIN;
        }
        drawing.connect(outline);
        drawing
    }

    /// Places one tree, given in preorder with each node's parent position.
    fn place(&mut self, tree: &Tree, outline: &Outline<'_>, shelf: &mut Shelf) {
        let mut widths = vec![0.0f64; tree.picks.len()];
        for (at, pick) in tree.picks.iter().enumerate().rev() {
            widths[at] = widths[at].max(NODE_WIDTH);
            if let Some(parent) = pick.parent {
                widths[parent] += widths[at] + if widths[parent] > 0.0 { GAP_X } else { 0.0 };
            }
        }
        let width = widths.first().copied().unwrap_or(0.0);
        if shelf.x > MARGIN && shelf.x + width > SHELF {
            *shelf = Shelf { x: MARGIN, y: shelf.bottom + GAP_Y * 0.7, bottom: shelf.bottom };
        }
        let mut next = vec![0.0f64; tree.picks.len()];
        let first = self.nodes.len();
        for (at, pick) in tree.picks.iter().enumerate() {
            let Some(unit) = outline.unit(pick.unit) else { continue };
            let lines = wrap(&unit.text, NODE_WIDTH - 2.0 * PADDING, 3);
            let height = 2.0 * PADDING + LINE * (lines.len() as f64 + 2.0) - 2.0;
            let (left, top) = match pick.parent {
                None => (shelf.x, shelf.y),
                Some(parent) => {
                    let above = self.nodes.get(first + parent).map_or(0.0, |node| node.y + node.height);
                    let left = next[parent];
                    next[parent] += widths[at] + GAP_X;
                    (left, above + GAP_Y)
                }
            };
            next[at] = left;
            let x = left + (widths[at] - NODE_WIDTH) / 2.0;
            shelf.bottom = shelf.bottom.max(top + height);
            self.nodes.push(Node {
                unit: pick.unit,
                x,
                y: top,
                width: NODE_WIDTH,
                height,
                lines,
                more: pick.more,
            });
        }
        self.width = self.width.max(shelf.x + width);
        shelf.x += width + GAP_X * 1.5;
    }

    /// Draws every relation between two chosen claims; undercuts end on the line that they attack.
    fn connect(&mut self, outline: &Outline<'_>) {
        let mut at: Vec<(u32, usize)> =
            self.nodes.iter().enumerate().map(|(index, node)| (node.unit, index)).collect();
        at.sort_unstable();
        let find = |unit: u32| at.binary_search_by_key(&unit, |(unit, _)| *unit).ok().map(|found| at[found].1);
        let mut undercuts = Vec::new();
        let mut edges: Vec<Edge> = Vec::new();
        for node in &self.nodes {
            for relation in outline.outgoing(node.unit) {
                let Some(target) = outline.target(relation) else { continue };
                let (Some(from), Some(to)) = (find(node.unit), find(target)) else { continue };
                let edge = between(relation, &self.nodes[from], &self.nodes[to]);
                if relation.step.is_some() { undercuts.push((edge, relation.step)) } else { edges.push(edge) }
            }
        }
        for (mut edge, step) in undercuts {
            let attacked = edges.iter().find(|drawn| Some(drawn.relation) == step);
            if let Some(attacked) = attacked {
                let (from, to) = (attacked.start, attacked.end);
                edge.end = ((from.0 + to.0) / 2.0, (from.1 + to.1) / 2.0);
            }
            edges.push(edge);
        }
        self.edges = edges;
    }
}

/// A line from the top of the answer to the bottom of what it answers, or beside the tree otherwise.
fn between(relation: &RelationView, from: &Node, to: &Node) -> Edge {
    let below = from.y > to.y + to.height;
    let spread = ((from.x - to.x) / NODE_WIDTH * 18.0).clamp(-60.0, 60.0);
    let (start, end) = if below {
        (
            (from.x + from.width / 2.0, from.y),
            (to.x + to.width / 2.0 + spread, to.y + to.height),
        )
    } else {
        let right = from.x < to.x;
        let side = |node: &Node, right: bool| if right { node.x + node.width } else { node.x };
        (
            (side(from, right), from.y + from.height / 2.0),
            (side(to, !right), to.y + to.height / 2.0),
        )
    };
    Edge { relation: relation.id, from: from.unit, to: to.unit, start, end, main: below }
}

struct Shelf {
    x: f64,
    y: f64,
    bottom: f64,
}

struct Tree {
    picks: Vec<Pick>,
}

struct Pick {
    unit: u32,
    /// Position of the parent in the same tree; always earlier.
    parent: Option<usize>,
    more: usize,
}

/// Every unit under the one that its surest relation bears on.
struct Forest {
    parent: Vec<Option<u32>>,
    answers: Vec<Vec<Answer>>,
    /// Units that speak or are spoken about.
    taking_part: usize,
    /// Rebuttals and undercuts within the tree of each root.
    attacks: Vec<u32>,
}

#[derive(Clone, Copy)]
struct Answer {
    from: u32,
    attack: bool,
    confidence: f64,
}

impl Forest {
    fn of(outline: &Outline<'_>) -> Self {
        let report = outline.report();
        let count = report.units.len();
        let mut best: Vec<Option<(u32, bool, f64)>> = vec![None; count];
        let mut part = vec![false; count];
        for relation in &report.relations {
            let Some(target) = outline.target(relation) else { continue };
            let (from, to) = (relation.from as usize, target as usize);
            if from >= count || to >= count || from == to {
                continue;
            }
            (part[from], part[to]) = (true, true);
            let (attack, confidence) = (relation.kind != "support", relation.confidence.value());
            let better = best[from].is_none_or(|(_, kept, sure)| (attack, confidence) > (kept, sure));
            if better {
                best[from] = Some((target, attack, confidence));
            }
        }
        let mut parent: Vec<Option<u32>> = best.iter().map(|best| best.map(|(to, ..)| to)).collect();
        cut_circles(&mut parent);
        let mut answers: Vec<Vec<Answer>> = vec![Vec::new(); count];
        for (from, (to, best)) in parent.iter().zip(&best).enumerate() {
            if let (Some(to), Some((_, attack, confidence))) = (to, *best) {
                answers[*to as usize].push(Answer { from: from as u32, attack, confidence });
            }
        }
        let attacks = attacks(&parent, &answers);
        let taking_part = part.iter().filter(|&&part| part).count();
        Self { parent, answers, taking_part, attacks }
    }

    /// The most contested trees, cut to what can be shown; each in preorder.
    fn choose(mut self, outline: &Outline<'_>) -> Vec<Tree> {
        let attacks = std::mem::take(&mut self.attacks);
        for answers in &mut self.answers {
            answers.sort_by(|a, b| {
                let rank = |answer: &Answer| (answer.attack, attacks[answer.from as usize]);
                rank(b).cmp(&rank(a)).then(b.confidence.total_cmp(&a.confidence)).then(a.from.cmp(&b.from))
            });
        }
        let is_root = |unit: &UnitView| {
            self.parent.get(unit.id as usize) == Some(&None)
                && self.answers.get(unit.id as usize).is_some_and(|answers| !answers.is_empty())
        };
        let mut roots: Vec<u32> =
            outline.report().units.iter().filter(|unit| is_root(unit)).map(|unit| unit.id).collect();
        roots.sort_by_key(|&root| (std::cmp::Reverse(attacks[root as usize]), root));
        let mut left = MOST;
        let mut trees = Vec::new();
        for root in roots {
            if left < 2 {
                break;
            }
            let tree = self.tree(root, left);
            left -= tree.picks.len();
            trees.push(tree);
        }
        trees
    }

    /// Breadth first until the room is used, then put into preorder.
    fn tree(&self, root: u32, room: usize) -> Tree {
        let mut found = vec![Pick { unit: root, parent: None, more: 0 }];
        let mut at = 0;
        while at < found.len() {
            let answers = &self.answers[found[at].unit as usize];
            let mut supports = 0;
            let mut taken = 0;
            for answer in answers {
                supports += usize::from(!answer.attack);
                let fits = taken < MOST_ANSWERS && (answer.attack || supports <= MOST_SUPPORTS);
                if fits && found.len() < room {
                    taken += 1;
                    found.push(Pick { unit: answer.from, parent: Some(at), more: 0 });
                }
            }
            found[at].more = answers.len() - taken;
            at += 1;
        }
        preorder(found)
    }
}

fn preorder(found: Vec<Pick>) -> Tree {
    let mut children: Vec<Vec<usize>> = vec![Vec::new(); found.len()];
    for (at, pick) in found.iter().enumerate() {
        if let Some(parent) = pick.parent {
            children[parent].push(at);
        }
    }
    let mut place = vec![0; found.len()];
    let mut picks = Vec::with_capacity(found.len());
    let mut waiting = vec![0];
    while let Some(at) = waiting.pop() {
        place[at] = picks.len();
        let pick = &found[at];
        picks.push(Pick { unit: pick.unit, parent: pick.parent.map(|parent| place[parent]), more: pick.more });
        waiting.extend(children[at].iter().rev());
    }
    Tree { picks }
}

/// Takes one link out of every circle, so that parents make a forest.
fn cut_circles(parent: &mut [Option<u32>]) {
    let mut seen = vec![0usize; parent.len()];
    for start in 0..parent.len() {
        let walk = start + 1;
        let mut at = start;
        loop {
            if seen[at] == walk {
                parent[at] = None;
                break;
            }
            if seen[at] != 0 {
                break;
            }
            seen[at] = walk;
            match parent[at] {
                Some(next) => at = next as usize,
                None => break,
            }
        }
    }
}

/// Attacks in the whole tree below each unit, counted from the leaves up.
fn attacks(parent: &[Option<u32>], answers: &[Vec<Answer>]) -> Vec<u32> {
    let mut waiting: Vec<u32> = answers.iter().map(|answers| answers.len() as u32).collect();
    let mut count: Vec<u32> = answers
        .iter()
        .map(|answers| answers.iter().filter(|answer| answer.attack).count() as u32)
        .collect();
    let mut ready: Vec<usize> = (0..parent.len()).filter(|&at| waiting[at] == 0).collect();
    while let Some(at) = ready.pop() {
        if let Some(up) = parent[at] {
            let up = up as usize;
            count[up] += count[at];
            waiting[up] -= 1;
            if waiting[up] == 0 {
                ready.push(up);
            }
        }
    }
    count
}
