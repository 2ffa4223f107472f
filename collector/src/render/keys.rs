//! Keys, cards and the list of those who may open evidence.

use std::path::{Path, PathBuf};

use caretaker_shared::digest::Sha256;
use caretaker_shared::sealing::{Card, Kind, Recipient, SignedSet, opens_alone};
use serde::Serialize;

use super::devices::word;
use super::table::{Cell, Column, Table};
use super::text::{counted, hang, safe};
use super::{Ink, Screen, time};

/// After `keys create`.
#[must_use]
pub fn created(card: &Card, root: &Sha256, key: &Path, sheets: &[PathBuf; 2]) -> String {
    format!(
        "The safeguarding root of {} is made, and your key {}.\n\n{}{}\nNext:\n  1. Print {} and keep it in a sealed \
         envelope in the school's safe. Then delete both sheet files.\n  2. Write down the fingerprint. Every device \
         shows it:  caretaker-agent status\n  3. Deputies, the head, the chair and three keepers of the recovery each \
         make a key:  caretaker-collector keys add\n     Admit their cards:  caretaker-collector keys admit CARD\n  4. \
         Put the list in force:  caretaker-collector keys publish\n",
        safe(&card.holder.school),
        card.id(),
        place(key, sheets),
        fingerprint(root),
        shown(&sheets[1]),
    )
}

/// After `keys add`.
#[must_use]
pub fn added(card: &Card, key: &Path, sheets: &[PathBuf; 2]) -> String {
    format!(
        "Your key {} is made.\n\n{}\nPrint {} and keep it in a sealed envelope in the school's safe. Then delete both \
         sheet files.\nSend this card to the safeguarding lead, and read her the numbers below on the telephone:\n\n\
         {card}\n\n  {}\n",
        card.id(),
        place(key, sheets),
        shown(&sheets[1]),
        card.spoken(),
    )
}

/// `keys show`.
#[must_use]
pub fn card(card: &Card, root: Option<&Sha256>) -> String {
    let root = root.map(fingerprint).unwrap_or_default();
    format!(
        "{}, {}, {}\nKey            {}  {}\n{root}\nThe card, which holds no secret:\n\n{card}\n\nTo be compared on the \
         telephone:\n\n  {}\n",
        safe(&card.holder.name),
        kind(card),
        safe(&card.holder.school),
        card.id(),
        purpose(card.kind),
        card.spoken(),
    )
}

/// After `keys admit`.
#[must_use]
pub fn admitted(cards: &[Card], list: &SignedSet) -> String {
    let mut text = format!("Version {} of the list is signed.\n\n", list.set().version);
    for card in cards {
        text += &format!("  {}, {}, key {}\n      {}\n", safe(&card.holder.name), kind(card), card.id(), card.spoken());
    }
    text += "\nBefore you publish: each of them reads these numbers to you. If one differs, somebody has swapped the \
             card:\n  take it out again:  caretaker-collector keys remove KEY\nThen put the list in force:  \
             caretaker-collector keys publish\n";
    text
}

/// A key of a list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// Whose.
    pub name: String,
    /// "Safeguarding lead".
    pub office: &'static str,
    /// Sites that they answer for; none for all.
    pub sites: Vec<String>,
    /// Its id.
    pub key: String,
    /// What it opens.
    pub opens: &'static str,
}

/// The keys of a list: those who open evidence, then the keepers of the recovery.
#[must_use]
pub fn entries(list: &SignedSet) -> Vec<Entry> {
    let entry = |one: &Recipient, opens| Entry {
        name: one.name.clone(),
        office: one.role.title(),
        sites: one.sites.clone(),
        key: one.id().to_string(),
        opens,
    };
    let opens = |one: &Recipient| {
        if opens_alone(one.role) { "about pupils alone, about staff with another" } else { "about staff, with another" }
    };
    let set = list.set();
    let people = set.recipients.iter().map(|one| entry(one, opens(one)));
    people.chain(set.recovery.iter().map(|one| entry(one, "everything, with another keeper"))).collect()
}

/// `keys list`: these keys of a list.
#[must_use]
pub fn list(list: &SignedSet, entries: &[Entry], screen: &Screen) -> String {
    let set = list.set();
    let mut table = Table::new(vec![
        Column::text("Name").shrinks(12),
        Column::text("Office"),
        Column::text("Sites").shrinks(8),
        Column::text("Key"),
        Column::text("Opens").spare(),
    ]);
    for entry in entries {
        let sites = if entry.sites.is_empty() { "all".to_owned() } else { entry.sites.join(", ") };
        table.row(vec![
            Cell(entry.name.clone(), Ink::Strong),
            entry.office.into(),
            sites.into(),
            entry.key.clone().into(),
            entry.opens.into(),
        ]);
    }
    let until = time::when(set.expires_at, &screen.now);
    let recovery = if set.recovery.is_empty() {
        "\nNobody keeps the recovery: if the keys above are lost, so is all evidence. Admit three keepers together.\n"
    } else {
        ""
    };
    format!(
        "{}\nVersion {} of {}, good until {until}.\n{}{recovery}",
        table.show(screen),
        set.version,
        safe(&set.school),
        fingerprint(&list.root().fingerprint()),
    )
}

/// After `keys publish`.
#[must_use]
pub fn published(list: &SignedSet, without_root: u32) -> String {
    let mut text = format!(
        "Version {} is in force. Devices take it when they next report.\n{}",
        list.set().version,
        fingerprint(&list.root().fingerprint())
    );
    if without_root > 0 {
        text += &format!(
            "\n{} enrolled before there was a root and keep no evidence. Enrol them anew with a new token:\n  \
             caretaker-agent enrol --again TOKEN\n",
            counted(without_root, "device")
        );
    }
    text
}

/// `keys verify`.
#[must_use]
pub fn verified(set: &SignedSet, is_own: bool, screen: &Screen) -> String {
    let verdict = if is_own {
        "The collector hands out the list of your own root."
    } else {
        "The collector hands out this list. Your key file knows no root yet: compare its fingerprint with the lead's."
    };
    hang("", verdict, screen.width) + "\n" + &list(set, &entries(set), screen)
}

/// After `keys recover`.
#[must_use]
pub fn recovered(card: &Card, root: Option<&Sha256>, key: &Path) -> String {
    let next = match root {
        Some(_) => "The root is here again. Fetch the list:  caretaker-collector keys verify --save\n",
        None => "",
    };
    format!(
        "The sheet is good: key {} of {} lies in {}.\n{}{next}",
        card.id(),
        safe(&card.holder.name),
        shown(key),
        root.map(fingerprint).unwrap_or_default()
    )
}

fn place(key: &Path, sheets: &[PathBuf; 2]) -> String {
    format!("Key file       {}\nRecovery sheet {} and {}\n", shown(key), shown(&sheets[0]), shown(&sheets[1]))
}

fn shown(path: &Path) -> String {
    word(&path.display().to_string())
}

fn kind(card: &Card) -> &'static str {
    match card.kind {
        Kind::Root | Kind::Person => card.holder.role.title(),
        Kind::Recovery => "keeper of the recovery",
    }
}

fn purpose(kind: Kind) -> &'static str {
    match kind {
        Kind::Root => "signs the list, and opens",
        Kind::Person => "opens",
        Kind::Recovery => "opens with one of the two other keepers",
    }
}

fn fingerprint(root: &Sha256) -> String {
    let digits = root.to_string();
    let groups: Vec<&str> = (0..16).filter_map(|at| digits.get(at * 4..at * 4 + 4)).collect();
    format!("Root           {}\n", groups.join(" "))
}
