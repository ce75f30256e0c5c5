//! Names in the order people count: `page-2` before `page-10`.

use std::cmp::Ordering;

/// Compares two names, taking every run of digits as one number.
///
/// Names that differ only in leading zeros or in case are told apart at the end, so this is a total order.
pub(super) fn compare(left: &str, right: &str) -> Ordering {
    let (mut a, mut b) = (left, right);
    loop {
        let (first, second) = match (a.chars().next(), b.chars().next()) {
            (None, None) => return left.cmp(right),
            (None, Some(_)) => return Ordering::Less,
            (Some(_), None) => return Ordering::Greater,
            (Some(first), Some(second)) => (first, second),
        };
        let order = if first.is_ascii_digit() && second.is_ascii_digit() {
            let (number_a, rest_a) = number(a);
            let (number_b, rest_b) = number(b);
            (a, b) = (rest_a, rest_b);
            // Without leading zeros the longer number is the larger one, however many digits it has.
            number_a.len().cmp(&number_b.len()).then_with(|| number_a.cmp(number_b))
        } else {
            a = a.get(first.len_utf8()..).unwrap_or_default();
            b = b.get(second.len_utf8()..).unwrap_or_default();
            first.to_lowercase().cmp(second.to_lowercase())
        };
        if order != Ordering::Equal {
            return order;
        }
    }
}

/// The number at the start, without leading zeros, and what follows it.
fn number(text: &str) -> (&str, &str) {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (digits, rest) = text.split_at(end);
    (digits.trim_start_matches('0'), rest)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn page_2_comes_before_page_10() {
        let mut names = vec!["page-10.html", "page-2.html", "Page-1.html", "page.html", "page-02b.html"];
        names.sort_by(|a, b| compare(a, b));
        assert_eq!(names, ["Page-1.html", "page-2.html", "page-02b.html", "page-10.html", "page.html"]);
    }

    #[test]
    fn numbers_longer_than_any_machine_word_are_compared() {
        assert_eq!(compare("9", "100000000000000000000000000000000"), Ordering::Less);
    }

    proptest! {
        #[test]
        fn it_is_a_total_order(mut names in proptest::collection::vec("[a-bA0-2é]{0,4}", 0..6)) {
            names.sort_by(|a, b| compare(a, b));
            for (i, a) in names.iter().enumerate() {
                for b in names.iter().skip(i) {
                    prop_assert_ne!(compare(a, b), Ordering::Greater);
                    prop_assert_eq!(compare(a, b), compare(b, a).reverse());
                    prop_assert_eq!(compare(a, b) == Ordering::Equal, a == b);
                }
            }
        }
    }
}
