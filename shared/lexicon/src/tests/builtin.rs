//! The rules that ship, held to their own texts, and to what every rule must leave alone.

use std::collections::BTreeSet;
use std::fs::File;
use std::path::PathBuf;

use flate2::Compression;
use flate2::read::DeflateEncoder;

use super::{all, found};
use crate::rules::{self, Rules};
use crate::{AgeProfile, Ask, BUILTIN, CATEGORIES, Lexicon, Pack, builtin};

/// Every pack in `packaging/lexicons`: folders and single files, British English first.
pub(super) fn packs() -> Vec<Rules> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../packaging/lexicons");
    let entries = |folder: &PathBuf| {
        let entries =
            std::fs::read_dir(folder).expect("a folder of packs").map(|entry| entry.expect("an entry").path());
        let mut entries: Vec<PathBuf> = entries.collect();
        entries.sort();
        entries
    };
    let is_rules = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "toml");
    let mut found: Vec<Vec<PathBuf>> = Vec::new();
    for path in entries(&folder) {
        let files = if path.is_dir() { entries(&path) } else { vec![path] };
        let files: Vec<PathBuf> = files.into_iter().filter(is_rules).collect();
        if !files.is_empty() {
            found.push(files);
        }
    }
    let is_first =
        |files: &Vec<PathBuf>| files.iter().any(|file| file.components().any(|part| part.as_os_str() == "en-GB"));
    found.sort_by_key(|files| !is_first(files));
    let read = |files: &Vec<PathBuf>| {
        let texts: Vec<(String, String)> = files
            .iter()
            .map(|file| {
                let name = file.file_name().expect("a name").to_string_lossy().into_owned();
                (name, std::fs::read_to_string(file).expect("a file of rules"))
            })
            .collect();
        let texts: Vec<(&str, &str)> = texts.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        rules::parse(&texts).unwrap_or_else(|error| panic!("{error}"))
    };
    found.iter().map(read).collect()
}

#[test]
fn the_pack_that_ships_is_made_of_the_rules_beside_it() {
    let pack = rules::compile(&packs()).write();
    if std::env::var_os("CARETAKER_BLESS").is_some() {
        let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../packaging/lexicons/builtin.pack");
        let mut deflated = DeflateEncoder::new(pack.as_slice(), Compression::best());
        let mut file = File::create(&path).expect("the pack can be written");
        std::io::copy(&mut deflated, &mut file).expect("the pack is written");
        return;
    }
    assert!(builtin() == pack, "the rules changed: run this test once with CARETAKER_BLESS=1");
}

#[test]
fn every_rule_meets_its_own_texts_and_leaves_the_others_alone() {
    for pack in packs() {
        let problems: Vec<String> = rules::check(&pack).iter().map(ToString::to_string).collect();
        assert_eq!(problems, [""; 0]);
    }
}

#[test]
fn no_rule_stands_in_two_packs() {
    let packs = packs();
    let ids: Vec<&str> = packs.iter().flat_map(Rules::ids).map(|(id, _)| id).collect();
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len());
}

/// Ids of rules and names of sets stand there, and no word that only a phrase has.
#[test]
fn no_letter_of_a_phrase_is_in_the_pack() {
    let bytes = String::from_utf8_lossy(&builtin()).to_lowercase();
    for word in ["stupid", "loser", "tonight", "everyone", "tablets", "asleep"] {
        assert!(!bytes.contains(word), "{word}");
    }
}

#[test]
fn it_is_small() {
    let pack = Pack::read(&builtin()).expect("the pack that ships");
    assert!(pack.resident_bytes() < 12 * 1024 * 1024);
    assert!(BUILTIN.len() < 960 * 1024);
}

#[test]
fn lessons_help_and_everyday_talk_meet_nothing() {
    let innocent = [
        "The Holocaust was the murder of six million Jews by the Nazis and their helpers. Explain how propaganda helped.",
        "Romeo drinks the poison and dies; Juliet kills herself with his dagger. Who is to blame for their deaths?",
        "Sussex, Essex, Scunthorpe, Penistone and Lightwater are places in England.",
        "You are killing it at maths! We will shoot a film in drama and blow up the balloons.",
        "Worried about a friend? Call Childline on 0800 1111. If somebody hurts you, tell an adult you trust.",
        "Samaritans are there day and night for anybody who finds it hard to cope, or who thinks about suicide.",
        "Macbeth kills Duncan with a dagger. 'Is this a dagger which I see before me?'",
        "Ibuprofen is a drug that lowers pain. Pharmacies sell it in packs of sixteen tablets.",
        "Knife crime in London has many causes. Discuss two of them with evidence.",
        "Guy Fawkes was caught beneath Parliament with gunpowder in 1605.",
        "I died laughing. This revision is murder. My brother is a pain in the neck, I could kill for a pizza.",
        "To kill a mockingbird is a sin, says Atticus. Scout and Jem learn what racism does to a town.",
        "The suffragettes fought for the vote. Some went on hunger strike and were fed by force.",
        "Cut along the line, stick the shapes down and colour the weapons of the knights.",
        "Our VPN homework: explain how a proxy server and a firewall protect a network.",
        "Cannabis was reclassified in 2009. Explain what the law says about possession.",
    ];
    for text in innocent {
        assert_eq!(found(Lexicon::builtin(), text), [], "{text}");
    }
}

#[test]
fn the_name_of_a_group_meets_nothing() {
    let groups = [
        "black",
        "white",
        "Asian",
        "Muslim",
        "Jewish",
        "Christian",
        "Hindu",
        "Sikh",
        "gay",
        "lesbian",
        "bisexual",
        "trans",
        "disabled",
        "deaf",
        "autistic",
        "a Traveller",
        "a refugee",
        "an immigrant",
        "a woman",
        "a girl",
        "foreign",
    ];
    for group in groups {
        for text in [
            format!("I am {group}."),
            format!("I'm {group} and proud of it, and so is my best friend."),
            format!("My teacher is {group} and I love her lessons."),
            format!("Nobody should be hated because they are {group}."),
            format!("I do not hate people who are {group}."),
            format!("Is it fine to be {group}? How do I tell my parents that I am {group}?"),
        ] {
            assert_eq!(found(Lexicon::builtin(), &text), [], "{text}");
        }
    }
}

#[test]
fn the_demonstration_is_found_with_its_count() {
    let text = "Caretaker demonstration phrase! Again: caretaker demonstration phrase.";
    let found = found(Lexicon::builtin(), text);
    let brief: Vec<_> =
        found.iter().map(|finding| (finding.category.id, finding.severity.level(), finding.count)).collect();
    assert_eq!(brief, [("demonstration", 4, 2)]);
}

#[test]
fn only_the_categories_asked_for_are_met() {
    let text = "Caretaker demonstration phrase. I'm going to kill myself.";
    let categories = |text: &str, ids: &[&str]| -> Vec<&'static str> {
        let categories = ids.iter().map(|id| (*id).to_owned()).collect();
        let ask = Ask { categories: &categories, age: AgeProfile::Secondary };
        Lexicon::builtin().read(text, &ask).iter().map(|finding| finding.category.id).collect()
    };
    assert_eq!(categories(text, &["demonstration"]), ["demonstration"]);
    assert_eq!(categories(text, &[]), [""; 0]);
    assert_eq!(categories(text, &["no such"]), [""; 0]);
    let both: BTreeSet<&str> = found(Lexicon::builtin(), text).iter().map(|finding| finding.category.id).collect();
    assert_eq!(both, BTreeSet::from(["demonstration", "suicide"]));
    assert_eq!(all().len(), CATEGORIES.len());
}
