//! Which addresses lead to the pages of people.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

/// Parts of addresses that lead to people.
static PEOPLE: &[&str] = &[
    "/user/",
    "/users/",
    "/u/",
    "/member/",
    "/members/",
    "/profile/",
    "/profiles/",
    "/people/",
    "/author/",
    "/~",
    "/@",
    "/id/",
    "memberlist.php",
    "member.php",
    "action=profile",
    "profile.php",
    "showuser=",
    "userid=",
    "uid=",
    "mode=viewprofile",
    "/person/",
    "user.php",
    "/community/members",
    "/forums/users/",
    "showprofile",
    "/nick/",
    "user?id=",
    "/profil",
    "/usuario",
    "/mitglied",
    "/membre",
    "/utilisateur",
    "/benutzer",
    "/uzytkownik",
    "/account/",
    "/u1",
    "ubbthreads.php/users",
    "user/view",
];

/// Finds any of them in one pass.
static ANY: LazyLock<Option<AhoCorasick>> =
    LazyLock::new(|| AhoCorasick::builder().ascii_case_insensitive(true).build(PEOPLE).ok());

/// Whether the address leads to somebody's page.
pub(super) fn leads_to_a_person(href: &str) -> bool {
    if href.len() >= 300 || !ANY.as_ref().is_some_and(|any| any.is_match(href)) {
        return false;
    }
    let lower = href.to_ascii_lowercase();
    !lower.contains("login") && !is_list(&lower)
}

/// Whether the address is of a list of people or of what somebody can do.
fn is_list(href: &str) -> bool {
    let path = href.split(['?', '#']).next().unwrap_or_default();
    href.ends_with("memberlist.php")
        || path.ends_with("/members/")
        || path.ends_with("/users/")
        || [
            "sendpm",
            "do=sendmessage",
            "mode=compose",
            "report",
            "finduser",
            "action=pm",
            "/reply",
            "search_id",
        ]
        .iter()
        .any(|part| href.contains(part))
}
