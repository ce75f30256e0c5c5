//! Where the rebuttal graph's claims are drawn: below each claim whoever answers it.
//!
//! Chooses what is worth drawing and gives it places; writes no markup. The tree is that of each unit's
//! surest relation, so a chain of rebuttals reads from top to bottom; further relations become extra lines.
//! Time is linear but for sorting, and nothing recurses.

mod forest;
mod words;

use super::RelationView;
use super::outline::Outline;
use forest::{Forest, Pick, Tree};
use words::{fit, wrap};

const NODE_WIDTH: f64 = 196.0;
const PADDING: f64 = 12.0;
const LINE: f64 = 17.0;
const GAP_X: f64 = 18.0;
const GAP_Y: f64 = 60.0;
/// Trees stand side by side up to this width.
const SHELF: f64 = 1080.0;
const MARGIN: f64 = 6.0;

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
    /// Its author's name, as much of it as fits beside the number of the post.
    pub(super) author: String,
    pub(super) lines: Vec<String>,
    /// How many answers to it are not drawn.
    pub(super) more: usize,
}

impl Node {
    fn top(&self) -> (f64, f64) {
        (self.x + self.width / 2.0, self.y)
    }
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
    pub(super) shape: Shape,
}

/// How a line runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// Up to the claim above.
    Up,
    /// Up, then sideways into another line.
    Into,
    /// Across, to a claim that does not stand above.
    Aside,
}

impl Edge {
    /// The two points that bend the line (a cubic curve).
    pub(super) fn bends(&self) -> ((f64, f64), (f64, f64)) {
        let (start, end) = (self.start, self.end);
        let middle = ((start.0 + end.0) / 2.0, (start.1 + end.1) / 2.0);
        match self.shape {
            Shape::Up => ((start.0, middle.1), (end.0, middle.1)),
            Shape::Into => ((start.0, end.1), (start.0, end.1)),
            Shape::Aside => ((middle.0, start.1), (middle.0, end.1)),
        }
    }

    /// A point of the line above its word, nearer to its start.
    fn on_the_way(&self) -> (f64, f64) {
        let (first, second) = self.bends();
        let (t, u) = (0.45, 0.55);
        let at = |start: f64, first: f64, second: f64, end: f64| {
            u * u * u * start + 3.0 * u * u * t * first + 3.0 * u * t * t * second + t * t * t * end
        };
        (at(self.start.0, first.0, second.0, self.end.0), at(self.start.1, first.1, second.1, self.end.1))
    }
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

    /// Places one tree: levels from top to bottom, the first answer straight below what it answers and the
    /// others to the right, each as far left as there is room for all that stands below it.
    fn place(&mut self, tree: &Tree, outline: &Outline<'_>, shelf: &mut Shelf) {
        let lines: Vec<Vec<String>> = tree
            .picks
            .iter()
            .map(|pick| outline.unit(pick.unit).map_or("", |unit| unit.text.as_str()))
            .map(|words| wrap(words, NODE_WIDTH - 2.0 * PADDING, 3))
            .collect();
        // Above the words stands who says them, below them how they stand and how much is left out.
        let height = |(lines, pick): (&Vec<String>, &Pick)| {
            let others = if pick.more > 0 { 3.0 } else { 2.0 };
            2.0 * PADDING + LINE * (lines.len() as f64 + others) - 2.0
        };
        let heights: Vec<f64> = lines.iter().zip(&tree.picks).map(height).collect();
        let (columns, width) = columns(&tree.picks);
        if shelf.x > MARGIN && shelf.x + width > SHELF {
            *shelf = Shelf { x: MARGIN, y: shelf.bottom + GAP_Y * 0.6, bottom: shelf.bottom };
        }
        let mut tops = vec![shelf.y];
        for level in 0..tree.levels() {
            let tall = tree.picks.iter().zip(&heights).filter(|(pick, _)| pick.level == level);
            let bottom = tops[level] + tall.map(|(_, height)| *height).fold(0.0, f64::max);
            shelf.bottom = shelf.bottom.max(bottom);
            tops.push(bottom + GAP_Y);
        }
        for (((pick, lines), height), column) in tree.picks.iter().zip(lines).zip(heights).zip(columns) {
            self.nodes.push(Node {
                unit: pick.unit,
                x: shelf.x + column,
                y: tops[pick.level],
                width: NODE_WIDTH,
                height,
                author: author(outline, pick.unit),
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
        let find =
            |unit: u32| at.binary_search_by_key(&unit, |(unit, _)| *unit).ok().map(|found| at[found].1);
        let mut undercuts = Vec::new();
        let mut edges: Vec<Edge> = Vec::new();
        for node in &self.nodes {
            for relation in outline.outgoing(node.unit) {
                let Some(target) = outline.target(relation) else { continue };
                let (Some(from), Some(to)) = (find(node.unit), find(target)) else { continue };
                let (from, to) = (&self.nodes[from], &self.nodes[to]);
                match relation.step {
                    Some(step) => undercuts.push((between(relation, from, to), step, from.top())),
                    None => edges.push(between(relation, from, to)),
                }
            }
        }
        for (mut edge, step, top) in undercuts {
            let attacked = edges.iter().find(|drawn| drawn.relation == step);
            if let Some(attacked) = attacked {
                edge.start = top;
                edge.end = attacked.on_the_way();
                edge.shape = Shape::Into;
            }
            edges.push(edge);
        }
        self.edges = edges;
    }
}

/// As much of the name of a unit's author as fits into its box.
fn author(outline: &Outline<'_>, unit: u32) -> String {
    let Some(unit) = outline.unit(unit) else { return String::new() };
    let number = format!(" #{}", unit.post);
    let name = outline.author(unit.post).unwrap_or_default();
    fit(name, NODE_WIDTH - 2.0 * PADDING, &number)
}

/// A line from the top of the answer to the bottom of what it answers, or beside the tree otherwise.
fn between(relation: &RelationView, from: &Node, to: &Node) -> Edge {
    let below = from.y > to.y + to.height;
    // Lines from further to the right end further to the right, so that their heads stay apart.
    let spread = ((from.x - to.x) / NODE_WIDTH * 20.0).clamp(-80.0, 80.0);
    let (start, end) = if below {
        (from.top(), (to.x + to.width / 2.0 + spread, to.y + to.height))
    } else {
        let right = from.x < to.x;
        let side = |node: &Node, right: bool| if right { node.x + node.width } else { node.x };
        ((side(from, right), from.y + from.height / 2.0), (side(to, !right), to.y + to.height / 2.0))
    };
    let shape = if below { Shape::Up } else { Shape::Aside };
    Edge { relation: relation.id, from: from.unit, to: to.unit, start, end, shape }
}

struct Shelf {
    x: f64,
    y: f64,
    bottom: f64,
}

/// Where each node of a tree in preorder starts, and how wide the tree is.
fn columns(picks: &[Pick]) -> (Vec<f64>, f64) {
    let mut deepest: Vec<usize> = picks.iter().map(|pick| pick.level).collect();
    for at in (0..picks.len()).rev() {
        if let Some(parent) = picks[at].parent {
            deepest[parent] = deepest[parent].max(deepest[at]);
        }
    }
    let mut taken = vec![0.0f64; deepest.iter().max().map_or(0, |deepest| deepest + 1)];
    let mut columns: Vec<f64> = Vec::with_capacity(picks.len());
    for (at, pick) in picks.iter().enumerate() {
        let above = pick.parent.map_or(0.0, |parent| columns[parent]);
        let free = taken[pick.level..=deepest[at]].iter().copied().fold(above, f64::max);
        taken[pick.level] = free + NODE_WIDTH + GAP_X;
        columns.push(free);
    }
    let width = columns.iter().copied().fold(0.0, f64::max) + NODE_WIDTH;
    (columns, width)
}
