use super::*;

#[test]
fn the_last_digits_of_a_link_name_the_post() {
    assert_eq!(digits("showthread.php?p=7#post12"), Some("12"));
    assert_eq!(digits("post: 636332"), Some("636332"));
    assert_eq!(digits("post-26476-featured"), Some("26476"));
    assert_eq!(digits("é7"), Some("7"));
    assert_eq!(digits("none"), None);
}
