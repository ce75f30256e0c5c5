//! What programs and lists add below a letter: "Sent from my iPhone", and the footer of a mailing list.
//!
//! Both are told from prose by their shape; what might be a sentence of the author's is never taken for one.

/// Beginnings of the line that a device or program adds, in front of its name.
const SENT: &[&str] = &[
    "Sent from my ",
    "Sent from ",
    "Sent via ",
    "Sent with ",
    "Von meinem ",
    "Gesendet von ",
    "Gesendet mit ",
    "Envoyé de mon ",
    "Envoyé depuis mon ",
    "Enviado desde ",
    "Enviado do meu ",
    "Inviato da ",
    "Get Outlook for ",
    "Verzonden vanaf ",
];

/// Devices of which anybody may have one; they only count behind "my".
const DEVICES: &[&str] = &[
    "phone",
    "mobile",
    "smartphone",
    "tablet",
    "handy",
    "telefon",
    "mobiltelefon",
    "téléphone",
    "teléfono",
    "telefono",
    "telefoon",
    "mobiel",
    "móvil",
    "celular",
    "portable",
    "laptop",
    "computer",
];

/// Names of devices and of programs that send mail.
const NAMES: &[&str] = &[
    "iphone",
    "ipad",
    "ipod",
    "android",
    "samsung",
    "galaxy",
    "blackberry",
    "pixel",
    "htc",
    "nokia",
    "lumia",
    "huawei",
    "xiaomi",
    "redmi",
    "motorola",
    "xperia",
    "oneplus",
    "nexus",
    "treo",
    "windows",
    "outlook",
    "yahoo",
    "gmail",
    "gmx",
    "web.de",
    "protonmail",
    "proton",
    "thunderbird",
    "k-9",
    "fairemail",
    "tutanota",
    "zimbra",
    "bluemail",
    "superhuman",
    "macbook",
    "ios",
    "mailspring",
    "roundcube",
    "hotmail",
    "icloud",
];

/// Whether a device or program signs with this line.
pub(super) fn is_sent_from(line: &str) -> bool {
    let line = line.trim();
    let Some(sent) = SENT.iter().find(|sent| line.starts_with(**sent)) else { return false };
    let after = line.get(sent.len()..).unwrap_or_default().trim_end_matches('.');
    let lower = after.to_lowercase();
    let words: Vec<&str> = lower
        .split(|c: char| c.is_whitespace() || "(<>[]".contains(c))
        .map(|word| word.trim_matches([')', '"', '\'', '*']))
        .filter(|word| !word.is_empty() && !word.starts_with("http"))
        .collect();
    if line.len() >= 90 || words.len() > 8 || after.contains([',', ';', '!', '?']) || after.contains(". ") {
        return false;
    }
    if *sent == "Von meinem " && words.last() != Some(&"gesendet") {
        return false;
    }
    let owned =
        sent.contains("my ") || sent.contains("mein") || sent.contains("mon ") || sent.contains("meu ");
    let owned = owned || words.iter().any(|word| ["meinem", "mijn", "mi", "mio", "my"].contains(word));
    words.iter().any(|word| NAMES.contains(word) || (owned && DEVICES.contains(word)))
}

/// Whether a part of this type only proves who wrote the letter.
pub(super) fn is_seal(media: &str) -> bool {
    let media = media.trim().to_ascii_lowercase();
    media.starts_with("application/pgp-signature")
        || media.starts_with("application/pkcs7-signature")
        || media.starts_with("application/x-pkcs7-signature")
}

/// Lines of a footer at most, blank ones not counted.
const MOST_LINES: usize = 8;

/// Bytes of a line of a footer at most, addresses not counted.
const LONGEST: usize = 100;

/// Whether these lines, which follow a rule and end the text, are what a mailing list adds to every message:
/// few and short, with the list named at their head and an address among them.
pub(super) fn is_list_footer<'t>(lines: impl Iterator<Item = &'t str>) -> bool {
    const OF_LISTS: &[&str] = &[
        "mailing list",
        "mailinglist",
        "mailing-list",
        "listinfo",
        "unsubscribe",
        "/mailman",
        "list archive",
        "list info",
        "sympa",
        "groups.google",
        "google groups",
        "yahoogroups",
        "mailliste",
        "lista de correo",
    ];
    let (mut count, mut named, mut addressed) = (0, false, false);
    for line in lines.map(str::trim).filter(|line| !line.is_empty()) {
        count += 1;
        let is_address = |word: &&str| word.contains("://") || word.trim_matches(['<', '>']).contains('@');
        let has_address = line.split_whitespace().any(|word| is_address(&word)) || line.contains(" at ");
        let prose: usize =
            line.split_whitespace().filter(|word| !is_address(word)).map(|w| w.len() + 1).sum();
        if count > MOST_LINES || prose > LONGEST {
            return false;
        }
        let lower = line.to_lowercase();
        named |= count <= 3 && OF_LISTS.iter().any(|words| lower.contains(words));
        addressed |= has_address;
    }
    named && addressed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_signs_and_a_sentence_does_not() {
        for line in [
            "Sent from my iPhone",
            "Sent from my phone",
            "Sent from Mail for Windows 10",
            "Sent from Yahoo Mail on Android",
            "Sent via Superhuman",
            "Von meinem iPhone gesendet",
            "Von meinem Samsung Galaxy Smartphone gesendet.",
            "Gesendet von meinem Handy",
            "Gesendet mit der GMX Mail App",
            "Envoyé de mon iPhone",
            "Get Outlook for iOS<https://aka.example/o0ukef>",
        ] {
            assert!(is_sent_from(line), "{line}");
        }
        for line in [
            "Von meinem Standpunkt aus ist das falsch.",
            "Von meinem Handy aus ist das falsch.",
            "Sent via courier, the parcel came late.",
            "Sent via mail.",
            "Sent from my heart.",
            "Sent from my phone, it was cut off, but the second point stands.",
            "Gesendet von der Behörde.",
        ] {
            assert!(!is_sent_from(line), "{line}");
        }
    }

    #[test]
    fn the_footer_of_a_list_is_short_and_names_it() {
        for footer in [
            "tea mailing list\ntea@example.org\nhttp://example.org/mailman/listinfo/tea",
            "tea-help at example.org mailing list -- To UNSUBSCRIBE and more, see\nhttps://x.example/l\n\
             PLEASE do read the posting guide http://x.example/guide\nand provide commented, short code.",
        ] {
            assert!(is_list_footer(footer.lines()), "{footer}");
        }
        for prose in [
            "On the price list: it is wrong.\n\nWe must change the prices now.",
            "See http://x.example/a for the list of prices.",
            "I shall unsubscribe.",
            "",
        ] {
            assert!(!is_list_footer(prose.lines()), "{prose}");
        }
    }
}
