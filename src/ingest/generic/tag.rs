//! The name of an element as a number, so that a table of many elements is small and compared without looking
//! at the elements.

/// A name; those that are seldom share one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Tag(u8);

/// Writes the list and how a name is found in it once.
macro_rules! tags {
    ($($name:literal),* $(,)?) => {
        static NAMES: &[&str] = &[$($name),*];

        /// Place of a name in the list, `None` for one that is not in it.
        fn place(name: &str) -> Option<u8> {
            let mut at = 0u8;
            $(
                if name == $name {
                    return Some(at);
                }
                at += 1;
            )*
            let _ = at;
            None
        }
    };
}

// The commonest first.
tags! {
    "div", "span", "a", "p", "li", "td", "br", "img", "tr", "ul", "table", "tbody", "b", "strong", "i", "em",
    "h1", "h2", "h3", "h4", "dl", "dt", "dd", "article", "section", "header", "footer", "blockquote", "small",
    "time", "ol", "font", "center",
}

impl Tag {
    /// Every name that is not in the list.
    pub(super) const OTHER: Tag = Tag(u8::MAX);

    pub(super) fn of(name: &str) -> Self {
        place(name).map_or(Self::OTHER, Tag)
    }

    /// The name; `None` for those that share one.
    pub(super) fn name(self) -> Option<&'static str> {
        NAMES.get(usize::from(self.0)).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_found_again() {
        assert!(NAMES.iter().all(|name| Tag::of(name).name() == Some(name)));
        assert_eq!(Tag::of("main"), Tag::OTHER);
    }
}
