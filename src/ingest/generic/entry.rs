//! One row of the survey's table: an element, what its attributes say, and what is counted of it.

use std::ops::Range;

use ego_tree::NodeId;

use super::sign::Signs;
use super::tag::Tag;

/// One element. A page has hundreds of thousands: what its attributes say is read once, for they lie
/// scattered in memory and everything else here lies together.
#[derive(Debug)]
pub(super) struct Entry {
    pub node: NodeId,
    pub parent: u32,
    /// One past the last element inside.
    pub end: u32,
    /// The names of all elements from the root to this one.
    pub path: u32,
    /// Its place in the survey's table of classes.
    pub class: u32,
    /// Its place in the survey's table of what marks single elements.
    pub marks: u32,
    /// Which child of its parent it is among those of its name.
    pub nth: u16,
    pub signs: Signs,
    pub tag: Tag,
    pub bears: Bears,
    /// It names somebody: 1 by its looks, 2 by its link.
    pub name: u8,
    /// It tells when, and whether exactly.
    pub time: Option<bool>,
    /// Whether it, or something around it, belongs to the page and not to the thread.
    pub is_chrome: bool,
    /// Whether it is inside a quotation.
    pub is_quoted: bool,
    /// Whether it is inside what belongs to a post and is not said in it.
    pub is_noise: bool,
}

/// What elements of one name and class have in common.
#[derive(Debug, Default)]
pub(super) struct Class<'a> {
    pub text: &'a str,
    /// The level that it tells.
    pub level: Option<u32>,
    pub keys: Range<u32>,
}

/// What few elements bear.
#[derive(Debug, Default)]
pub(super) struct Marks<'a> {
    pub id: Option<&'a str>,
    pub href: Option<&'a str>,
    /// Keys of the element, where it has other ones than its class gives.
    pub keys: Option<Range<u32>>,
}

/// Which attributes an element has beside class, id and address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Bears(pub u8);

impl Bears {
    pub(super) const STYLE: Bears = Bears(1);
    /// Attributes for programs: `data-...`, and names that no HTML element has.
    pub(super) const DATA: Bears = Bears(1 << 1);
    /// Attributes that may tell a time.
    pub(super) const TIME: Bears = Bears(1 << 2);
    /// Attributes of which [`super::keys::of_names`] makes keys, beside the class.
    pub(super) const KEYS: Bears = Bears(1 << 3);

    pub(super) fn any(self, other: Bears) -> bool {
        self.0 & other.0 != 0
    }

    pub(super) fn of(name: &str) -> Self {
        match name {
            "id" | "itemprop" | "itemtype" | "role" => Self::KEYS,
            "style" => Self::STYLE,
            "datetime" | "title" | "alt" | "aria-label" => Self::TIME,
            "class" | "href" | "src" | "rel" | "target" | "width" | "height" | "type" | "name" | "value"
            | "srcset" | "loading" => Bears(0),
            "component" => Bears(Self::KEYS.0 | Self::DATA.0),
            "data-role" | "data-testid" => Bears(Self::DATA.0 | Self::TIME.0 | Self::KEYS.0),
            _ if name.starts_with("data-") => Bears(Self::DATA.0 | Self::TIME.0),
            _ => Self::DATA,
        }
    }
}

/// What a stretch of the page holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Sum {
    /// Characters outside links, quotation and noise included.
    pub prose: u32,
    /// Characters inside links.
    pub linked: u32,
    pub times: u32,
    pub names: u32,
}

impl Sum {
    pub(super) fn less(self, other: Sum) -> Sum {
        Sum {
            prose: self.prose.saturating_sub(other.prose),
            linked: self.linked.saturating_sub(other.linked),
            times: self.times.saturating_sub(other.times),
            names: self.names.saturating_sub(other.names),
        }
    }

    pub(super) fn plus(self, other: Sum) -> Sum {
        Sum {
            prose: self.prose.saturating_add(other.prose),
            linked: self.linked.saturating_add(other.linked),
            times: self.times.saturating_add(other.times),
            names: self.names.saturating_add(other.names),
        }
    }
}
