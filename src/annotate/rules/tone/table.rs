//! The words that the tone goes by. Many of them are offensive; they are here to be recognised.

use super::Kind;

/// The words of each kind; one that is in two lists is what the first says.
pub(super) static WORDS: &[(Kind, &str)] = &[
    (Kind::You, "you u ya op"),
    (Kind::YouAre, "you're youre ur your're"),
    (Kind::Your, "your"),
    (Kind::Be, "are r is were must be being sound sounds seem look looks like"),
    (
        Kind::Filler,
        "a an the such really fucking fuckin so just too complete completely total totally utter utterly \
         pretty actually clearly obviously absolutely absolute literally very still all also truly simply \
         damn goddamn freaking quite rather bloody even this that little big huge old sad real true massive \
         giant biggest bunch of one kind sort some either probably seriously honestly nothing but more \
         worthless self-righteous white man plain only apparently at best always being acting",
    ),
    (
        Kind::Shield,
        "not never no if unless when whether call called calling calls think thinks thought thinking assume \
         assuming say saying says said imply implying implies suggest lucky magnificent beautiful glorious \
         sexy brilliant clever sly crazy handsome who whoever until like make makes \
         making made",
    ),
    (
        Kind::Noun,
        "idiot idiots moron morons imbecile imbeciles cretin dumbass dumbasses dumbfuck fuckwit dipshit \
         dipshits dickhead dickheads asshole assholes arsehole jackass jackasses douche douchebag \
         douchebags retard retards scum scumbag scumbags bastard bastards cunt cunts twat wanker prick \
         pricks dick bitch loser losers clown clowns troll trolls liar liars bigot bigots hypocrite \
         hypocrites coward cowards imbeciles fool fools tool simpleton halfwit nitwit dimwit dumdum buffoon \
         pig faggot fag fucker fuckers motherfucker motherfuckers shithead shitheads weirdo creep psycho \
         psychopath sociopath nutjob nutcase wacko lunatic pussy snowflake crybaby manchild incel neckbeard \
         ignoramus dullard dunce numbskull knucklehead pervert pedophile pedo libtard shill sheep scumbag \
         disgrace joke dolt brat jerk tard dumbo puke turd",
    ),
    (
        Kind::Adjective,
        "stupid dumb idiotic moronic retarded ignorant pathetic delusional clueless dense brainless braindead \
         brain-dead illiterate childish dishonest disingenuous disgusting despicable worthless deluded \
         butthurt brainwashed thick-headed uneducated unhinged arrogant obtuse incompetent \
         dim-witted vile immature lying hypocritical",
    ),
    (Kind::Trait, "stupidity idiocy ignorance delusions arrogance dumbass stupid-ass pea-brain dumb-ass"),
    (
        Kind::Contempt,
        "bullshit idiocy stupidity crap horseshit asinine wtf garbage laughable stfu moronic idiotic \
         retarded stupid dumb pathetic fuck",
    ),
];

/// Matched word by word.
pub(super) static PHRASES: &[&str] = &[
    "fuck you",
    "fuck off",
    "fuck yourself",
    "go fuck yourself",
    "screw you",
    "eat shit",
    "eat a dick",
    "suck my dick",
    "suck a dick",
    "kill yourself",
    "kys",
    "go to hell",
    "get a life",
    "get a clue",
    "piss off",
    "shut the fuck up",
    "shut your mouth",
    "grow up",
    "learn to read",
    "go die",
    "out of your ass",
    "up your ass",
    "you suck",
];

/// Those of them that insult only as orders.
pub(super) static ORDERS: &[&str] = &[
    "fuck off",
    "eat shit",
    "kill yourself",
    "go to hell",
    "get a life",
    "get a clue",
    "piss off",
    "shut the fuck up",
    "grow up",
    "learn to read",
    "go die",
];
