//! Words in disguise: found where they should be, and plain words left alone.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::{found, ids, lexicon, rule};
use crate::lattice::Lattice;
use crate::tables::Which;
use crate::walk::Walker;
use crate::{AgeProfile, Ask, Disguise, Lexicon};

fn disguises(lexicon: &Lexicon, text: &str) -> Vec<Disguise> {
    let categories = super::all();
    let met = lexicon.explain(text, &Ask { categories: &categories, age: AgeProfile::Secondary }).met;
    met.into_iter().flat_map(|met| met.disguises).collect::<BTreeSet<_>>().into_iter().collect()
}

/// Each disguise, and texts in it that mean one of three phrases.
const DISGUISED: &[(Disguise, &[&str])] = &[
    (
        Disguise::Leet,
        &[
            "k1ll myself",
            "k!ll myself",
            "su1c1de note",
            "$uicide note",
            "5uic1d3 note",
            "want to d1e",
            "ki!! myself",
            "k1llmyself",
            "kill mys3lf!",
            "want to d13",
            "k.1.l.l myself",
            "k 1 l l myself",
            "$_u_1_c_1_d_e note",
            "want to d!3333",
            "k!\u{200d}ll myself",
            "ｋ！ｌｌ myself",
            "!w@n77od!3",
        ],
    ),
    (Disguise::Repeated, &["kiiiill myself", "kill myselfffff", "want to diiiieeee", "waaaant to die"]),
    (
        Disguise::Masked,
        &[
            "k*ll myself",
            "k**l myself",
            "s*icide note",
            "s**cide note",
            "kill mys#lf",
            "k_ll myself",
            "want to d*e",
            "s*1cide note",
            "ｋ＊ｌｌ myself",
        ],
    ),
    (
        Disguise::Misspelt,
        &["kill mysefl", "kill myslef", "suicde note", "siucide note", "suicidde note", "suicode note", "kill mysel"],
    ),
    (Disguise::Joined, &["killmyself", "iwanttodie", "wantto die", "iwillkillmyself", "iwanttodieeeee"]),
    (
        Disguise::Spaced,
        &[
            "k i l l myself",
            "k.i.l.l myself",
            "k-i-l-l m-y-s-e-l-f",
            "k i l l m y s e l f",
            "s_u_i_c_i_d_e note",
            "want to d i e",
            "k. i. l. l. myself",
        ],
    ),
    (Disguise::Torn, &["kil l myself", "su ic ide note", "suic ide note", "kill mys elf"]),
];

#[test]
fn each_disguise_is_seen_through() {
    let lexicon = Lexicon::of_terms(&["kill myself", "suicide note", "want to die"]);
    for (disguise, texts) in DISGUISED {
        for text in *texts {
            assert_eq!(ids(&lexicon, text).len(), 1, "{text}");
            assert!(!disguises(&lexicon, text).is_empty(), "{text}: {disguise:?}");
        }
    }
    for text in [
        "кill myself",
        "ｋｉｌｌ ｍｙｓｅｌｆ",
        "k\u{200b}ill mys\u{ad}elf",
        "kíll mysélf",
        "𝓴𝓲𝓵𝓵 𝓶𝔂𝓼𝓮𝓵𝓯",
        "kіll mуsеlf",
    ] {
        assert_eq!(ids(&lexicon, text).len(), 1, "{text}");
    }
}

/// Words are looked up some dozens at a time: wherever such a group ends, what is disguised there is seen.
#[test]
fn how_many_words_stand_before_makes_no_difference() {
    let lexicon = Lexicon::of_terms(&["kill myself", "suicide note", "want to die"]);
    for before in 0..70 {
        let before = "never ".repeat(before);
        for text in DISGUISED.iter().flat_map(|(_, texts)| *texts) {
            assert_eq!(ids(&lexicon, &format!("{before}{text}")).len(), 1, "{text} after {} letters", before.len());
        }
    }
}

/// A word that was taken apart moves those behind it in the row.
#[test]
fn a_stroke_is_a_letter_or_stands_between_words() {
    let lexicon = Lexicon::of_terms(&["kill him", "kill myself", "kill me"]);
    for before in 0..3 {
        let text = |rest: &str| format!("{}{rest}", "so killhim ".repeat(before));
        let met = |rest: &str| found(&lexicon, &text(rest)).iter().map(|found| found.count).sum::<u32>() as usize;
        for rest in ["then k_ll myself", "k!ll_me now", "su k!_l him", "KILL_ME", "(k_ll!) k_ll me"] {
            assert_eq!(met(rest), before + 1, "{rest}");
        }
        assert_eq!(met("k_ll_me then"), before, "a name in a program");
    }
}

#[test]
fn what_is_no_disguise_beside_a_symbol_is_still_a_word() {
    let lexicon = Lexicon::of_terms(&["route 66"]);
    for text in ["it costs $66 on route 66", "#66 or route 66!", "route 66"] {
        assert_eq!(ids(&lexicon, text).len(), 1, "{text}");
    }
}

/// Whoever writes "iKill" shows where the words begin, and whoever writes "ikill" does not.
#[test]
fn what_a_word_is_in_small_letters_says_nothing_of_it_in_others() {
    let lexicon = Lexicon::of_terms(&["i kill"]);
    assert_eq!(ids(&lexicon, "the ikill brand"), [""; 0]);
    assert_eq!(ids(&lexicon, "the iKill brand").len(), 1);
}

#[test]
fn a_word_of_a_rule_stays_one_though_it_is_others_run_together() {
    let lexicon = Lexicon::of_terms(&["k1llhim now", "kill him"]);
    assert_eq!(ids(&lexicon, "k1llhim now").len(), 2);
}

#[test]
fn what_is_written_for_a_word_is_that_word() {
    let lexicon = lexicon(&rule("suicide.a", "suicide", "severity = 4\nany = [\"want to die\", \"i hate you\"]"));
    assert_eq!(ids(&lexicon, "i want 2 die").len(), 1);
    assert_eq!(ids(&lexicon, "i h8 you").len(), 1);
}

#[test]
fn plain_words_are_never_others_in_disguise() {
    let lexicon = Lexicon::of_terms(&["ass", "kill", "die", "suicide", "rape", "cock", "sex", "shoot", "bomb", "hang"]);
    let plain = [
        "In 1945 and 1984, SW1A 1AA, CO4 3SQ, a55, B16 8QQ, room 5a55, A5 paper, 455 and 0x55.",
        "therapist Sussex Essex Middlesex Scunthorpe Penistone Cockermouth Clitheroe Dickens assessment analysis skill",
        "dead10cc deadbeef a551e5 c0c4c01a 5e7 https://example.org/d1e5?kil=l&s=ex a1b2c3d4e5f6",
        "TWFuIGlzIGRpc3Rpbmd1aXNoZWQ= for(i=0;i<n;i++){a[i]=b[i]*c;} x*y k*x **bold** *a*",
        "diet died dies dial skilled killer-whale hanging bombastic drape grape raped scrape trapeze",
        "Kim Hillman, Bill Killigrew, Dieter, Diego, Rapesco, Hancock, Hitchcock, Alcock, Assam",
        "f i g u r e 1 a b c d and i d e a s; x y z",
        "E = m c 2, pH 7, C++ and C#, $HOME, user@example.org, 5 x 5, 100%, v1.2.3-rc4",
    ];
    for text in plain {
        assert_eq!(ids(&lexicon, text), [""; 0], "{text}");
    }
}

#[test]
fn no_dictionary_word_is_misread() {
    let lexicon =
        Lexicon::of_terms(&["suicide", "myself", "weapon", "terrorist", "explosive", "kill myself", "cut myself"]);
    for text in
        ["weapons and terrorists", "explosives", "explosion", "himself", "homicide", "suicidal", "regicide", "thyself"]
    {
        assert_eq!(ids(&lexicon, text), [""; 0], "{text}");
    }
}

#[test]
fn a_joined_word_needs_a_phrase_of_two() {
    let lexicon = Lexicon::of_terms(&["weapon", "kill", "kill him"]);
    assert_eq!(ids(&lexicon, "sweaponry xkill killx"), [""; 0]);
    assert_eq!(ids(&lexicon, "killhim").len(), 1);
}

fn said() -> Vec<&'static str> {
    vec![
        "I don't want to be here any more.",
        "I'm gonna kill myself",
        "it's all my fault, innit?",
        "you're dead to me!",
    ]
}

/// "ж" looks like no letter of ours: it ends the piece before it, and is in none itself.
#[test]
fn a_piece_before_a_letter_that_belongs_to_none_is_read_once() {
    let lexicon = Lexicon::of_terms(&["kill"]);
    for text in ["k!l!ж", "ki!!ж"] {
        let counts: Vec<_> = found(&lexicon, text).iter().map(|found| found.count).collect();
        assert_eq!(counts, [1], "{text}");
    }
}

proptest! {
    #[test]
    fn hidden_letters_change_nothing(
        said in prop::sample::select(said()),
        around in "[ -~\u{e9}\u{4e2d}]{0,30}",
        upper in any::<u64>(),
        hidden in prop::collection::vec((any::<prop::sample::Index>(), prop::sample::select(
            vec!['\u{200b}', '\u{200d}', '\u{2060}', '\u{feff}', '\u{ad}', '\u{202e}', '\u{2069}', '\u{fe0f}'])), 0..8),
        apostrophe in prop::sample::select(vec!["'", "\u{2019}", "\u{2018}", "`", "\u{2bc}", "\u{ff07}"]),
    ) {
        let lexicon = Lexicon::of_terms(&["dont want to be", "gonna kill myself", "its all my fault", "youre dead"]);
        let rules = |text: &str| found(&lexicon, text).into_iter().map(|found| (found.rule, found.count)).collect::<Vec<_>>();
        let text = format!("{said} {around}");
        let hits = rules(&text);
        prop_assert!(!hits.is_empty());
        let cased: String = text.chars().enumerate().map(|(at, letter)| {
            if upper >> (at % 64) & 1 == 1 { letter.to_ascii_uppercase() } else { letter }
        }).collect();
        prop_assert_eq!(&rules(&cased), &hits);
        let mut letters: Vec<char> = said.chars().collect();
        for (at, letter) in hidden {
            letters.insert(at.index(letters.len() + 1), letter);
        }
        let hidden: String = letters.into_iter().collect();
        prop_assert_eq!(rules(&hidden), rules(said));
        prop_assert_eq!(rules(&said.replace('\'', apostrophe)), rules(said));
    }

    /// What is remembered of the words of one text decides nothing of the next.
    #[test]
    fn what_is_met_depends_on_no_text_before(
        pieces in prop::collection::vec(prop::sample::select(vec![
            "kill", "him", "now", "i", "my", "route", "66", "self", "note", "ikill", "iKill", "IKILL", "killhim", "killHim",
            "k1llhim", "K1llHim", "k!llh1m", "kilhim", "killhimnow", "kkkilll", "k*ll", "k_ll", "$66", "66!", "suicde",
            "su ic ide", "SuicideNote", "suicidenote", "k i l l", "kélhim", "him!", "killthehim", "killTheWayHim",
        ]), 1..90),
        blanks in any::<u128>(),
        from in any::<prop::sample::Index>(),
    ) {
        let terms = ["kill him", "i kill", "route 66", "suicide note", "kill myself", "k1llhim now", "him now", "kill"];
        let text = |pieces: &[&str]| pieces.iter().enumerate().map(|(at, piece)| {
            format!("{piece}{}", if blanks >> (at % 128) & 7 == 7 { ". " } else { " " })
        }).collect::<String>();
        let places = |lexicon: &Lexicon, text: &str| -> Vec<_> {
            let found = found(lexicon, text).into_iter();
            found.map(|found| (found.rule, found.count, found.places)).collect()
        };
        let lexicon = Lexicon::of_terms(&terms);
        let whole = text(&pieces);
        let first = places(&lexicon, &whole);
        let rest = text(&pieces[from.index(pieces.len())..]);
        prop_assert_eq!(places(&lexicon, &rest), places(&Lexicon::of_terms(&terms), &rest));
        prop_assert_eq!(places(&lexicon, &whole), first);
    }

    #[test]
    fn no_text_takes_more_than_its_length_deserves(
        pieces in prop::collection::vec(prop::sample::select(vec![
            "k*", "k**l ", "a*b* ", "s1111111111111111111 ", "1l1l1l1l1l1l1lll ", "killkillkillkillkillkillkillkill", "i i i ", "kill i want ",
            "aaabbbcccdddeee ", "k i l l ", "x ", "su ic ide ", "zq ", "!!!!!!", "mysel", "f ", "want to kill ~ my self ", "\u{200b}", "ééé",
        ]), 1..8),
        times in 1..200_usize,
    ) {
        let text = pieces.concat().repeat(times);
        let lexicon = Lexicon::builtin();
        for tables in &lexicon.packs {
            let lattice = Lattice::new(&text, tables, lexicon.known);
            let mut walker = Walker::new(&lattice, tables.automaton(Which::Phrases));
            let mut matches = Vec::new();
            for &start in &lattice.starts {
                walker.from(start, |hit| matches.push(hit));
            }
            let steps = lattice.steps + walker.steps;
            prop_assert!(steps <= 400 * text.len() as u64 + 2000, "{} steps for {} bytes", steps, text.len());
        }
    }
}
