//! The rules that ship, and what becomes of files that are not right.

use caretaker_shared::model::TitleKind;

use super::{Catalogue, Flaws, Reading, RuleFile, Standing, propose, shipped};

const HEAD: &str = "category = \"office\"\nchecked = \"2026-11-22\"\n";

fn rule(slug: &str, more: &str) -> String {
    format!("\n[[title]]\nslug = \"{slug}\"\nname = \"{slug}\"\nlicensing = \"paid\"\nsource = \"a test\"\n{more}\n")
}

fn with(text: &str) -> Result<Catalogue, Flaws> {
    Catalogue::with(&[RuleFile { name: "own.toml".into(), text: format!("{HEAD}{text}") }])
}

fn flaw(text: &str) -> String {
    with(text).expect_err("is refused").to_string()
}

fn slug(catalogue: &Catalogue, name: &str, publisher: &str) -> String {
    let reading = Reading { name, publisher, source: "uninstall", ..Reading::default() };
    match catalogue.standing(&reading) {
        Standing::Installation { title, .. } => title.slug.clone(),
        Standing::Part(title) => format!("part of {}", title.slug),
        Standing::System => "system".into(),
    }
}

#[test]
fn the_shipped_rules_do_what_their_readings_say() {
    if let Err(flaws) = Catalogue::with(&[]) {
        panic!("{flaws}");
    }
}

#[test]
fn every_shipped_file_is_compiled_in() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../packaging/catalogue/titles");
    let mut there: Vec<String> = std::fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    there.sort();
    let listed: Vec<&str> = shipped::FILES.iter().map(|(name, _)| *name).collect();
    assert_eq!(listed, there);
}

#[test]
fn every_shipped_rule_is_shown_as_it_is_written() {
    for title in Catalogue::builtin().titles() {
        assert!(title.rule.contains(&format!("slug = \"{}\"", title.slug)), "{}: {:?}", title.slug, title.rule);
    }
}

#[test]
fn a_schools_own_title_takes_the_place_of_ours() {
    let own = rule("microsoft-office", "names = [\"Our Office\"]\nhits = [\"Our Office 3\"]\nmisses = [\"Our\"]");
    let catalogue = with(&own).expect("loads");
    assert_eq!(slug(&catalogue, "Our Office", ""), "microsoft-office");
    assert!(slug(&catalogue, "Microsoft Office Standard 2016", "Microsoft Corporation").starts_with('?'));
    assert!(catalogue.title("microsoft-office").expect("is there").own);
    assert_ne!(catalogue.digest(), Catalogue::builtin().digest());
}

#[test]
fn errors_name_the_file_the_line_the_title_the_field_and_the_remedy() {
    let told = flaw(&rule("slate", "names = [\"Slate\"]\nhits = [\"Chalk\"]\nmisses = [\"Slate 2\"]"));
    assert_eq!(
        told,
        "own.toml, line 5, slate, hits: \"Chalk\" is taken for a title that no rule knows, not for this title\n  \
         correct the rule, or the reading\n\
         own.toml, line 5, slate, misses: \"Slate 2\" is taken for this title\n  \
         make the rule narrower, or drop the reading"
    );
    let told = flaw("[[title]]\nslug = \"slate\"\nnamed = [\"Slate\"]");
    assert!(told.starts_with("own.toml, line 5: unknown field `named`"), "{told}");
}

#[test]
fn what_would_meet_too_much_or_nothing_is_refused() {
    let ends = "hits = [\"Slate\"]\nmisses = [\"Chalk\"]";
    for (more, said) in [
        (format!("names = []\n{ends}"), "nothing recognises this title"),
        (format!("names = [\"*\"]\n{ends}"), "is no name"),
        (format!("names = [\"Sl*te\"]\n{ends}"), "is no name"),
        (format!("names = [\"!\"]\n{ends}"), "is no name"),
        (format!("names = [\"Slate\"]\ncodes = [\"*\"]\n{ends}"), "meets too much"),
        (format!("names = [\"Slate\"]\ncodes = [\"a*b\"]\n{ends}"), "meets too much"),
        (format!("names = [\"Slate\"]\npackages = [\"slate\"]\n{ends}"), "is no package"),
        (format!("names = [\"Slate\"]\npackages = [\"dpkg:*\"]\n{ends}"), "meets too much"),
        (format!("names = [\"Slate\"]\nversions = \"last\"\n{ends}"), "one of: first, name, none"),
        (format!("names = [\"Slate\"]\ncategory = \"toys\"\n{ends}"), "one of: teaching, office"),
        (format!("names = [\"Slate\"]\nsuite = \"no-such\"\n{ends}"), "no title has the slug"),
        ("names = [\"Slate\"]\nhits = []\nmisses = [\"Chalk\"]".into(), "no reading shows what it meets"),
        ("names = [\"Slate\"]\nhits = [\"Slate\"]\nmisses = []".into(), "no reading shows what it must not meet"),
    ] {
        let told = flaw(&rule("slate", &more));
        assert!(told.contains(said), "{more}: {told}");
    }
    assert!(flaw(&rule("Slate!", &format!("names = [\"Slate\"]\n{ends}"))).contains("is no slug"));
}

#[test]
fn two_titles_never_claim_one_reading() {
    let slate = "names = [\"Slate\"]\nhits = [\"Slate\"]\nmisses = [\"Chalk\"]";
    let told = flaw(&(rule("slate", slate) + &rule("other-slate", slate)));
    assert!(told.contains("leads to \"other-slate\" already") || told.contains("leads to \"slate\" already"), "{told}");
    let told = flaw(&(rule("slate", slate) + &rule("slate", slate)));
    assert!(told.contains("stands in own.toml already"), "{told}");
    // One name of two makers is two titles; without a maker it is neither.
    let of = |maker: &str| {
        format!("names = [\"Slate\"]\npublishers = [\"{maker}\"]\nhits = [\"Slate | {maker}\"]\nmisses = [\"Chalk\"]")
    };
    let catalogue = with(&(rule("slate", &of("North Ltd")) + &rule("other-slate", &of("South Ltd")))).expect("loads");
    assert_eq!(slug(&catalogue, "Slate 4", "North Limited"), "slate");
    assert_eq!(slug(&catalogue, "SLATE", "South"), "other-slate");
    assert!(slug(&catalogue, "Slate", "").starts_with('?'));
    assert!(slug(&catalogue, "Slate", "East Ltd").starts_with('?'));
}

#[test]
fn the_longest_name_counts_and_a_whole_one_goes_before_an_open_one() {
    let ends = "hits = [\"Slate Pro Max 2\"]\nmisses = [\"Slate\"]";
    let rules = rule("slate-pro", &format!("names = [\"Slate Pro *\"]\n{ends}"))
        + &rule(
            "slate",
            "names = [\"Slate\"]\nparts = [\"Slate *\"]\nhits = [\"Slate 3\", \"part:Slate Help\"]\nmisses = [\"Slater\"]",
        )
        + &rule("slate-3", "names = [\"Slate 3D\"]\nhits = [\"Slate 3D\"]\nmisses = [\"Slate 3\"]");
    let catalogue = with(&rules).expect("loads");
    for (name, stands) in [
        ("Slate", "slate"),
        ("Slate 3.1 (64-bit)", "slate"),
        ("Slate 3D 7", "slate-3"),
        ("Slate Pro", "slate-pro"),
        ("Slate Pro Student", "slate-pro"),
        ("Slate Dictionary", "part of slate"),
    ] {
        assert_eq!(slug(&catalogue, name, ""), stands, "{name}");
    }
}

#[test]
fn a_code_goes_before_a_package_and_both_before_a_name() {
    let rules = rule("slate", "names = [\"Slate\"]\nhits = [\"Slate\"]\nmisses = [\"Chalk\"]")
        + &rule(
            "chalk",
            "codes = [\"{1234-*\"]\npackages = [\"*:chalk\"]\nhits = [\"code:{1234-AB} | Slate\", \"snap:chalk\"]\nmisses = [\"code:{1235} | Slate\"]",
        );
    let catalogue = with(&rules).expect("loads");
    let reading = Reading { name: "Slate", id: "Slate_is1 {1234-FF}", source: "uninstall", ..Reading::default() };
    let Standing::Installation { title, .. } = catalogue.standing(&reading) else { panic!("is a title") };
    assert_eq!(title.slug, "chalk");
    let upgraded = Reading { id: "", upgrade_code: "{1234-00}", ..reading };
    let Standing::Installation { title, .. } = catalogue.standing(&upgraded) else { panic!("is a title") };
    assert_eq!(title.slug, "chalk");
}

#[test]
fn unknown_names_are_one_title_whatever_their_version() {
    let catalogue = Catalogue::builtin();
    let one = slug(&catalogue, "Northfield Planner 2.4 (64-bit)", "Northfield Ltd");
    assert_eq!(one, slug(&catalogue, "NORTHFIELD  PLANNER v3", ""));
    assert_ne!(one, slug(&catalogue, "Northfield Planner Pro", ""));
    let reading = Reading { name: "Northfield Planner - 2.4 (64-bit)", source: "uninstall", ..Reading::default() };
    let Standing::Installation { title, .. } = catalogue.standing(&reading) else { panic!("is a title") };
    assert_eq!((title.name.as_str(), title.is_known()), ("Northfield Planner", false));
    assert_eq!(catalogue.standing(&reading).major("7.1"), "7");
    assert_eq!(catalogue.standing(&reading).major(""), "2", "from the name when the list states none");
}

#[test]
fn updates_and_hidden_parts_are_no_installations() {
    let catalogue = Catalogue::builtin();
    for kind in [TitleKind::Update, TitleKind::Component] {
        for name in ["Microsoft Office Standard 2016", "Northfield Planner"] {
            let reading = Reading { name, source: "uninstall", kind, ..Reading::default() };
            assert!(!matches!(catalogue.standing(&reading), Standing::Installation { .. }), "{name}");
        }
    }
}

#[test]
fn a_proposed_rule_loads_and_takes_what_it_was_made_of() {
    let readings = [
        Reading {
            name: "Näherung \"Plus\" 2.1 (64-bit)",
            publisher: "Nord GmbH",
            source: "uninstall",
            ..Reading::default()
        },
        Reading { name: "naeherung", publisher: "Someone", source: "dpkg", ..Reading::default() },
    ];
    let text = propose(&readings, "2026-11-22");
    let catalogue = Catalogue::with(&[RuleFile { name: "own.toml".into(), text: text.clone() }]).expect(&text);
    for reading in &readings {
        let Standing::Installation { title, .. } = catalogue.standing(reading) else { panic!("is a title") };
        assert_eq!((title.slug.as_str(), title.own), ("n-herung-plus", true), "{text}");
    }
    let packaged = propose(&readings[1..], "2026-11-22");
    Catalogue::with(&[RuleFile { name: "own.toml".into(), text: packaged.clone() }]).expect(&packaged);
}
