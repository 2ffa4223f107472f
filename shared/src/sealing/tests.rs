use std::collections::BTreeSet;

use jiff::Timestamp;
use proptest::prelude::*;

use super::*;
use crate::digest::Sha256;
use crate::lexicon::{Arithmetic, Finding, Places, category};
use crate::model::{DeviceId, EpochId, KeywordEvent, Role, Severity, Stream, SubjectKind};
use crate::pki::{Authority, DeviceKey, Validity};
use crate::secret::Secret;

const TEXT: &str = "Somebody wrote HERE what nobody else is to read.";

fn now() -> Timestamp {
    "2026-11-22T09:00:00Z".parse().expect("a time")
}

fn key(name: &str, role: Role, kind: Kind) -> PersonalKey {
    let school = "Northfield School".to_owned();
    let accounts = vec![name.to_lowercase()];
    PersonalKey::generate(Holder { school, name: name.into(), role, sites: Vec::new(), accounts }, kind)
}

/// A school's people and its device.
struct School {
    lead: PersonalKey,
    deputy: PersonalKey,
    head: PersonalKey,
    chair: PersonalKey,
    recovery: [PersonalKey; 3],
    set: SignedSet,
    signer: Signer,
    certificate: Vec<u8>,
    origin: Origin,
}

impl School {
    fn new() -> Self {
        let lead = key("Lead", Role::SafeguardingLead, Kind::Root);
        let deputy = key("Deputy", Role::Deputy, Kind::Person);
        let head = key("Head", Role::Head, Kind::Person);
        let chair = key("Chair", Role::Chair, Kind::Person);
        let recovery = ["One", "Two", "Three"].map(|name| key(name, Role::Governor, Kind::Recovery));
        let set = set(1, &[&lead, &deputy, &head, &chair], &recovery).sign(&lead).expect("a set");
        let device = DeviceId::random();
        let (authority, _) = Authority::generate("Northfield School", now()).expect("an authority");
        let device_key = DeviceKey::generate().expect("a key");
        let csr = device_key.request().expect("a request");
        let issued = authority.issue_device(device, &csr, Validity { now: now(), days: 100 }).expect("a certificate");
        let certificate = x509_parser::pem::parse_x509_pem(issued.pem.as_bytes()).expect("PEM").1.contents;
        let signer = Signer { key: device_key, certificate: issued.certificate.fingerprint };
        let origin = Origin { device, epoch: EpochId::random(), stream: Stream::Safeguarding, sequence: 7 };
        Self { lead, deputy, head, chair, recovery, set, signer, certificate, origin }
    }

    fn sealed(&self, account: &str, subject: SubjectKind) -> Result<Sealed, SealError> {
        let about = About { site: "Main site", account, subject };
        let (event, evidence) = met("bullying", account);
        let bytes = seal(&self.set, &self.origin, &event, &evidence, &about, &self.signer)?;
        Ok(Sealed::parse(&bytes).expect("what was sealed"))
    }
}

fn set(version: u64, people: &[&PersonalKey], recovery: &[PersonalKey]) -> RecipientSet {
    RecipientSet {
        school: "Northfield School".into(),
        version,
        made_at: now(),
        expires_at: now(),
        recipients: people.iter().map(|key| Card::of(key).recipient()).collect(),
        recovery: recovery.iter().map(|key| Card::of(key).recipient()).collect(),
    }
}

fn met(id: &str, user: &str) -> (KeywordEvent, Evidence) {
    let event = KeywordEvent {
        user: Some(Sha256::of(user.as_bytes())),
        ..KeywordEvent::met("made.up", id, Severity::HIGHEST, Sha256::of(b"a path"), now())
    };
    let category = category(id).expect("a category");
    let finding = Finding {
        rule: "made.up".into(),
        category,
        severity: Severity::HIGHEST,
        count: 1,
        arithmetic: Arithmetic::new(Severity::HIGHEST, category.least, category.most),
        help_seeking: false,
        stage: None,
        topic: id.into(),
        places: Places::At(vec![15..19]),
    };
    (event, Evidence::of(&finding, TEXT, "/home/pupil.one/essay.txt", user))
}

fn together(sealed: &Sealed, first: &PersonalKey, second: &PersonalKey) -> Result<Opened, OpenError> {
    let half = sealed.half(first, &second.id()).and_then(|half| Half::parse(&half.encoded()))?;
    sealed.open(&sealed.key_of_half(&half, second)?)
}

#[test]
fn lead_and_deputy_open_alone_what_is_about_a_pupil_and_nobody_else_does() {
    let school = School::new();
    let sealed = school.sealed("pupil.one", SubjectKind::Pupil).expect("sealed");
    sealed.check_device(&school.certificate).expect("the device sealed it");
    assert_eq!(sealed.origin(), school.origin);
    for key in [&school.lead, &school.deputy] {
        let opened = sealed.open(&sealed.key_alone(key).expect("for this key")).expect("opens");
        assert_eq!((opened.user.as_str(), opened.category.as_str()), ("pupil.one", "bullying"));
        let quoted = opened.quoted.as_ref().expect("a passage");
        assert_eq!((quoted.passage.as_str(), &quoted.passage[quoted.met.clone()]), (TEXT, "HERE"));
        assert_eq!(quoted.place.as_str(), "/home/pupil.one/essay.txt");
        assert!(opened.belongs_to(&met("bullying", "pupil.one").0));
        assert!(!opened.belongs_to(&met("bullying", "pupil.two").0));
        assert!(!format!("{opened:?} {sealed:?}").contains("HERE"));
    }
    let stranger = key("Stranger", Role::SafeguardingLead, Kind::Root);
    let others = [&school.head, &school.chair, &school.recovery[0], &stranger];
    for key in others {
        assert_eq!(sealed.key_alone(key).err(), Some(OpenError::NotForThisKey));
    }
}

#[test]
fn two_of_the_recovery_open_and_one_does_not() {
    let school = School::new();
    for subject in [SubjectKind::Pupil, SubjectKind::Staff] {
        let sealed = school.sealed("somebody", subject).expect("sealed");
        let [one, two, three] = &school.recovery;
        for (first, second) in [(one, two), (one, three), (two, three)] {
            assert!(together(&sealed, first, second).is_ok());
            assert!(sealed.key_alone(first).is_err());
            let half = sealed.half(first, &second.id()).expect("the outer layer");
            assert_eq!(sealed.key_of_half(&half, first).err(), Some(OpenError::NotForThisKey));
        }
    }
}

#[test]
fn what_is_about_staff_takes_two_and_never_the_subject() {
    let school = School::new();
    let everybody = [&school.lead, &school.deputy, &school.head, &school.chair];
    let sealed = school.sealed("a.teacher", SubjectKind::Staff).expect("sealed");
    for (at, first) in everybody.iter().enumerate() {
        assert!(sealed.key_alone(first).is_err());
        for second in &everybody[at + 1..] {
            assert!(together(&sealed, first, second).is_ok());
        }
    }
    let about_head = school.sealed(r"SCHOOL\head", SubjectKind::Staff).expect("sealed");
    let ways = about_head.ways(&school.head.id());
    assert_eq!((ways.alone, ways.before.len(), ways.after.len()), (false, 0, 0));
    assert!(together(&about_head, &school.lead, &school.chair).is_ok());
}

#[test]
fn the_first_of_two_reads_when_the_second_grants_it() {
    let school = School::new();
    let sealed = school.sealed("a.teacher", SubjectKind::Staff).expect("sealed");
    let half = sealed.half(&school.lead, &school.head.id()).expect("the outer layer");
    let content = sealed.key_of_half(&half, &school.head).expect("the inner layer");
    let grant = content.grant(&sealed, &school.lead.public()).expect("granted");
    let granted = sealed.key_granted(&grant, &school.lead).expect("for the lead");
    assert_eq!(sealed.open(&granted).expect("opens").user.as_str(), "a.teacher");
    assert!(sealed.key_granted(&grant, &school.deputy).is_err());
    let other = school.sealed("a.teacher", SubjectKind::Staff).expect("sealed");
    assert!(other.key_granted(&grant, &school.lead).is_ok_and(|key| other.open(&key).is_err()));
}

#[test]
fn where_one_is_left_the_recovery_is_the_second_and_where_none_is_nothing_is_sealed() {
    let mut school = School::new();
    school.set = set(1, &[&school.lead], &school.recovery).sign(&school.lead).expect("a set");
    let sealed = school.sealed("a.teacher", SubjectKind::Staff).expect("sealed");
    assert!(sealed.key_alone(&school.lead).is_err());
    assert!(together(&sealed, &school.lead, &school.recovery[2]).is_ok());
    let about_lead = school.sealed("lead", SubjectKind::Staff).expect("sealed");
    assert!(together(&about_lead, &school.recovery[0], &school.recovery[1]).is_ok());
    school.set = set(2, &[&school.lead], &[]).sign(&school.lead).expect("a set");
    assert!(matches!(school.sealed("lead", SubjectKind::Staff), Err(SealError::Nobody)));
}

#[test]
fn only_who_answers_for_the_site_opens() {
    let mut school = School::new();
    school.deputy.holder.sites = vec!["Main site".into()];
    school.lead.holder.sites = vec!["Annexe".into()];
    school.set = set(1, &[&school.lead, &school.deputy], &[]).sign(&school.lead).expect("a set");
    let sealed = school.sealed("pupil.one", SubjectKind::Pupil).expect("sealed");
    assert!(sealed.key_alone(&school.deputy).is_ok() && sealed.key_alone(&school.lead).is_err());
    school.deputy.holder.sites = vec!["Nursery".into()];
    school.set = set(2, &[&school.lead, &school.deputy], &[]).sign(&school.lead).expect("a set");
    let of_nobody = school.sealed("pupil.one", SubjectKind::Pupil).expect("sealed");
    assert!(of_nobody.key_alone(&school.lead).is_ok(), "where nobody answers for a site, everybody does");
}

#[test]
fn what_may_carry_no_text_is_sealed_without() {
    let school = School::new();
    let about = About { site: "Main site", account: "pupil.one", subject: SubjectKind::Pupil };
    for id in ["csa", "sexual_images"] {
        let (event, evidence) = met(id, "pupil.one");
        let bytes = seal(&school.set, &school.origin, &event, &evidence, &about, &school.signer).expect("sealed");
        let sealed = Sealed::parse(&bytes).expect("what was sealed");
        let opened = sealed.open(&sealed.key_alone(&school.lead).expect("for the lead")).expect("opens");
        assert_eq!((opened.user.as_str(), opened.quoted), ("pupil.one", None));
    }
}

#[test]
fn the_length_says_little_and_the_largest_fits_one_event() {
    let mut school = School::new();
    let short = school.sealed("p", SubjectKind::Pupil).expect("sealed").message.body.len();
    let long = school.sealed("a.pupil.with.a.long.name", SubjectKind::Pupil).expect("sealed").message.body.len();
    assert_eq!((short, long), (1024 + 16, 1024 + 16));
    let more: Vec<PersonalKey> = (0..6).map(|n| key(&format!("Deputy {n}"), Role::Deputy, Kind::Person)).collect();
    let mut people = vec![&school.lead, &school.head];
    people.extend(&more);
    school.set = set(2, &people, &school.recovery).sign(&school.lead).expect("a set");
    let (event, _) = met("bullying", "a.teacher");
    let (text, place) = ("ਪ".repeat(5_000), "/ਪ".repeat(500));
    let category = category("bullying").expect("a category");
    let finding = Finding {
        rule: "made.up".into(),
        category,
        severity: Severity::HIGHEST,
        count: 1,
        arithmetic: Arithmetic::new(Severity::HIGHEST, category.least, category.most),
        help_seeking: false,
        stage: None,
        topic: "bullying".into(),
        places: Places::At(vec![3_000..6_000]),
    };
    let evidence = Evidence::of(&finding, &text, &place, &"x".repeat(500));
    let about = About { site: "Main site", account: "a.teacher", subject: SubjectKind::Staff };
    let bytes = seal(&school.set, &school.origin, &event, &evidence, &about, &school.signer).expect("fits");
    assert!(bytes.len() > 7_000, "{} bytes: the test is to fill it", bytes.len());
}

#[test]
fn recipients_of_another_root_older_or_changed_are_refused() {
    let school = School::new();
    let root = school.set.root().fingerprint();
    let newer = set(2, &[&school.lead], &[]).sign(&school.lead).expect("a set");
    assert_eq!(newer.follows(&root, Some(&school.set)), Ok(()));
    assert_eq!(school.set.follows(&root, Some(&school.set)), Ok(()), "the same again is no attack");
    assert_eq!(school.set.follows(&root, Some(&newer)), Err(SetError::Older { held: 2, offered: 1 }));
    let same_number = set(2, &[&school.lead, &school.head], &[]).sign(&school.lead).expect("a set");
    assert_eq!(same_number.follows(&root, Some(&newer)), Err(SetError::Older { held: 2, offered: 2 }));
    let swapped = set(3, &[&school.lead], &[]).sign(&key("Mallory", Role::SafeguardingLead, Kind::Root));
    assert_eq!(swapped.expect("signed by another").follows(&root, Some(&newer)), Err(SetError::Foreign));
    assert_eq!(set(1, &[&school.lead], &[]).sign(&school.deputy).err(), Some(SetError::NoRoot));
    assert_eq!(set(0, &[&school.lead], &[]).sign(&school.lead).err(), Some(SetError::Malformed("version")));
    assert_eq!(
        set(1, &[&school.lead], &school.recovery[..2]).sign(&school.lead).err(),
        Some(SetError::Malformed("recovery"))
    );
    assert_eq!(set(1, &[&school.head], &[]).sign(&school.lead).err(), Some(SetError::Malformed("recipients.role")));
    let encoded = school.set.encoded();
    for at in 0..encoded.len() {
        let mut changed = encoded.to_vec();
        changed[at] ^= 1;
        let parsed = SignedSet::parse(&changed).ok();
        let accepted = parsed.filter(|parsed| parsed.follows(&root, None).is_ok());
        assert!(accepted.is_none(), "changed at {at}");
    }
}

#[test]
fn everybody_in_the_set_makes_the_same_pseudonym_and_nobody_else_does() {
    let school = School::new();
    let pseudonym = |key: &PersonalKey| school.set.person_key(key).map(|key| key.pseudonym("Pupil.One"));
    let of_lead = pseudonym(&school.lead).expect("the lead is in it");
    assert_eq!(pseudonym(&school.head), Some(of_lead));
    assert_eq!(pseudonym(&school.recovery[0]), None);
    assert_eq!(pseudonym(&key("Stranger", Role::Head, Kind::Person)), None);
    let again = set(2, &[&school.lead], &[]).sign(&school.lead).expect("a set");
    let later = again.person_key(&school.lead).expect("the lead").pseudonym("pupil.one");
    assert_eq!(later, of_lead, "a new version keeps the pseudonyms");
}

#[test]
fn a_key_file_opens_with_its_passphrase_and_a_sheet_gives_the_key_back() {
    let school = School::new();
    let passphrase = Secret::new("seven green bicycles sing".to_owned());
    let root = Some(school.set.root().fingerprint());
    let text = KeyFile::lock(&school.lead, root, &passphrase).expect("locked").text();
    let file = KeyFile::parse(&text).expect("a key file");
    assert_eq!((file.card.holder.name.as_str(), file.root), ("Lead", root));
    let opened = file.open(&passphrase).expect("opens");
    assert_eq!((opened.id(), opened.root()), (school.lead.id(), school.lead.root()));
    let wrong = Secret::new("seven green bicycles sang".to_owned());
    assert_eq!(file.open(&wrong).err(), Some(KeyFileError::Passphrase));
    assert_eq!(KeyFile::parse("no key").err(), Some(KeyFileError::Malformed));

    let lines = sheet::Sheet::of(&school.lead).lines();
    let typed = format!("Recovery sheet\n{}\n", lines.join("\n")).to_lowercase();
    let back = sheet::Sheet::parse(&typed).expect("typed right");
    assert_eq!((back.kind, back.role), (Kind::Root, Role::SafeguardingLead));
    assert_eq!(back.key(school.lead.holder.clone()).root(), school.lead.root());
}

#[test]
fn a_key_file_that_was_changed_does_not_open() {
    let key = key("Head", Role::Head, Kind::Person);
    let passphrase = Secret::new("seven green bicycles sing".to_owned());
    let text = KeyFile::lock(&key, None, &passphrase).expect("locked").text();
    let renamed = KeyFile::parse(&text).map(|mut file| {
        file.rename_for_test("Mallory");
        file
    });
    assert_eq!(renamed.expect("a key file").open(&passphrase).err(), Some(KeyFileError::Passphrase));
}

#[test]
fn every_mistake_in_a_line_of_a_sheet_is_found_in_that_line() {
    let lines = sheet::Sheet::of(&key("Head", Role::Head, Kind::Recovery)).lines();
    for (at, line) in lines.iter().enumerate() {
        for (place, letter) in line.char_indices().skip(3).filter(|(_, letter)| letter.is_ascii_alphanumeric()) {
            let mut typed = lines.to_vec();
            let wrong = if letter == 'A' { "C" } else { "A" };
            typed[at].replace_range(place..place + 1, wrong);
            let mistaken = sheet::Sheet::parse(&typed.join("\n")).err();
            // Two letters of check find 1,023 of 1,024 mistakes in the line, and the sum over all the others.
            let is_found =
                mistaken == Some(sheet::SheetError::Mistaken(at + 1)) || mistaken == Some(sheet::SheetError::Mixed);
            assert!(is_found, "line {at}, place {place}");
        }
        let mut short = lines.to_vec();
        short.remove(at);
        assert_eq!(sheet::Sheet::parse(&short.join("\n")).err(), Some(sheet::SheetError::Missing(at + 1)));
    }
}

#[test]
fn a_card_comes_back_and_says_what_to_compare() {
    let card = Card::of(&key("Head", Role::Head, Kind::Person));
    let again: Card = format!("Dear lead,\n{card}\n").parse().expect("a card");
    assert_eq!((&again, again.spoken()), (&card, card.spoken()));
    let text = card.to_string();
    assert!(text[..text.len() - 1].parse::<Card>().is_err());
}

#[test]
fn weak_passphrases_are_refused() {
    for weak in ["", "eleven char", "aaaaaaaaaaaaaaaa", "abababababababab"] {
        assert!(weakness(weak).is_some(), "{weak}");
    }
    assert_eq!(weakness("seven green bicycles"), None);
}

#[test]
fn another_devices_certificate_and_another_key_are_refused() {
    let school = School::new();
    let sealed = school.sealed("pupil.one", SubjectKind::Pupil).expect("sealed");
    assert_eq!(sealed.check_device(&School::new().certificate), Err(OpenError::NotTheDevice));
    let forged = Signer { key: DeviceKey::generate().expect("a key"), certificate: school.signer.certificate };
    let (event, evidence) = met("bullying", "pupil.one");
    let about = About { site: "Main site", account: "pupil.one", subject: SubjectKind::Pupil };
    let bytes = seal(&school.set, &school.origin, &event, &evidence, &about, &forged).expect("sealed");
    let forged = Sealed::parse(&bytes).expect("well formed");
    assert_eq!(forged.check_device(&school.certificate), Err(OpenError::NotTheDevice));
}

#[test]
fn every_changed_byte_is_noticed() {
    use prost::Message as _;
    let school = School::new();
    let encoded = school.sealed("pupil.one", SubjectKind::Pupil).expect("sealed").message.encode_to_vec();
    for at in 0..encoded.len() {
        let mut changed = encoded.clone();
        changed[at] ^= 0x01;
        let accepted = Sealed::parse(&changed).is_ok_and(|sealed| sealed.check_device(&school.certificate).is_ok());
        assert!(!accepted, "changed at {at}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Even for somebody who could sign as the device.
    #[test]
    fn what_is_inside_cannot_be_moved_or_changed(at in 0_usize..1_040, bit in 0_u32..8, sequence in any::<u64>()) {
        let school = School::new();
        let mut sealed = school.sealed("pupil.one", SubjectKind::Pupil).expect("sealed");
        let key = sealed.key_alone(&school.lead).expect("for the lead");
        let mut moved = sealed.clone();
        moved.message.sequence = sequence;
        prop_assert_eq!(moved.open(&key).is_ok(), sequence == school.origin.sequence);
        prop_assert_eq!(moved.key_alone(&school.lead).is_ok(), sequence == school.origin.sequence);
        sealed.message.body[at] ^= 1 << bit;
        prop_assert!(sealed.open(&key).is_err());
    }

    #[test]
    fn any_bytes_are_read_or_refused_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = (Sealed::parse(&bytes), SignedSet::parse(&bytes), Half::parse(&bytes));
        let text = String::from_utf8_lossy(&bytes);
        let _ = (KeyFile::parse(&text), sheet::Sheet::parse(&text), text.parse::<Card>());
    }
}

#[test]
fn subjects_are_told_from_each_other() {
    let school = School::new();
    let all: BTreeSet<_> = [&school.lead, &school.deputy, &school.head].map(PersonalKey::id).into();
    assert_eq!(all.len(), 3);
    let head = school.set.set().of_account(r"school\HEAD").expect("the head");
    assert_eq!(head.role, Role::Head);
    assert!(school.set.set().of_account("pupil.one").is_none());
}
