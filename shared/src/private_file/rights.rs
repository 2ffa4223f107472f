//! Who may change a folder, by its security descriptor as text (SDDL). Pure.

/// SDDL's words for rights, with the bits that they stand for.
const WORDS: &[(&str, u32)] = &[
    ("GA", 0x1000_0000), // generic all
    ("GX", 0x2000_0000),
    ("GW", 0x4000_0000),
    ("GR", 0x8000_0000),
    ("SD", 0x1_0000), // delete
    ("RC", 0x2_0000),
    ("WD", 0x4_0000), // change the access list
    ("WO", 0x8_0000), // take over
    ("FA", 0x1f_01ff),
    ("FR", 0x12_0089),
    ("FW", 0x12_0116),
    ("FX", 0x12_00a0),
    ("CC", 0x1),
    ("DC", 0x2), // of a folder: add a file
    ("LC", 0x4), // add a folder
    ("SW", 0x8),
    ("RP", 0x10),
    ("WP", 0x20),
    ("DT", 0x40), // delete what is in it
    ("LO", 0x80),
    ("CR", 0x100),
];
/// Generic all, generic write, delete, change the list, take over, add a file, add a folder, delete what is in it.
const CHANGES: u32 = 0x1000_0000 | 0x4000_0000 | 0x1_0000 | 0x4_0000 | 0x8_0000 | 0x2 | 0x4 | 0x40;
/// The system, administrators, and whoever owns what was made, who is one of the three that are trusted.
const TRUSTED: &[&str] = &["SY", "BA", "S-1-5-18", "S-1-5-32-544", "OW", "CO"];

/// What is wrong with a folder's rights.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wrong {
    /// Its owner is neither the system, nor the administrators, nor the account that asks.
    Owner,
    /// Others may change it.
    Open,
}

/// Looks at a descriptor with owner and access list. `me` holds the names, in SDDL, of the account that asks.
pub(super) fn wrong_with(descriptor: &str, me: &[String]) -> Option<Wrong> {
    let is_trusted = |account: &str| TRUSTED.contains(&account) || me.iter().any(|own| own == account);
    let owner = section(descriptor, "O:").unwrap_or_default();
    if matches!(owner, "OW" | "CO") || !is_trusted(owner) {
        return Some(Wrong::Owner);
    }
    let Some((_, list)) = descriptor.split_once("D:") else { return Some(Wrong::Open) };
    // A folder without a list is open to everyone.
    if list.starts_with("NO_ACCESS_CONTROL") {
        return Some(Wrong::Open);
    }
    entries(list).any(|entry| lets_change(entry, &is_trusted)).then_some(Wrong::Open)
}

/// The account behind a mark; the next mark is one letter and a colon, which no account has.
fn section<'a>(descriptor: &'a str, mark: &str) -> Option<&'a str> {
    let (_, rest) = descriptor.split_once(mark)?;
    Some(rest.split_once(':').map_or(rest, |(account, _)| &account[..account.len().saturating_sub(1)]))
}

/// What stands in the outer brackets.
fn entries(list: &str) -> impl Iterator<Item = &str> {
    let mut depth = 0_u32;
    let mut start = 0;
    list.char_indices().filter_map(move |(at, letter)| match letter {
        '(' => {
            depth += 1;
            if depth == 1 {
                start = at + 1;
            }
            None
        }
        ')' => {
            depth = depth.saturating_sub(1);
            (depth == 0).then(|| &list[start..at])
        }
        _ => None,
    })
}

/// Whether an entry (`type;flags;rights;object;object;account`) lets somebody change the folder who is not trusted.
fn lets_change(entry: &str, is_trusted: &impl Fn(&str) -> bool) -> bool {
    let fields: Vec<&str> = entry.split(';').collect();
    let [kind, _, rights, _, _, account, ..] = fields.as_slice() else { return true };
    // Denials take away.
    if matches!(*kind, "D" | "OD" | "XD") {
        return false;
    }
    !is_trusted(account) && bits(rights).is_none_or(|bits| bits & CHANGES != 0)
}

/// The bits of rights, written as a number or as words; `None` for a word that is not known.
fn bits(rights: &str) -> Option<u32> {
    if let Some(digits) = rights.strip_prefix("0x") {
        return u32::from_str_radix(digits, 16).ok();
    }
    let words = rights.as_bytes().chunks(2);
    words.map(|word| WORDS.iter().find(|(name, _)| name.as_bytes() == word).map(|(_, bits)| *bits)).try_fold(
        0,
        |all, bits| {
            let bits = bits?;
            Some(all | bits)
        },
    )
}

#[cfg(test)]
mod tests {
    use super::{Wrong, wrong_with};

    const ME: &str = "S-1-5-21-1-2-3-1001";

    fn wrong(descriptor: &str) -> Option<Wrong> {
        wrong_with(descriptor, &[ME.to_owned()])
    }

    #[test]
    fn a_folder_of_the_system_and_its_administrators_is_closed() {
        assert_eq!(wrong("O:SYG:SYD:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)"), None);
        assert_eq!(wrong("O:BAG:DUD:PAI(A;OICI;FA;;;SY)(A;OICI;0x1f01ff;;;BA)(A;OICI;0x1200a9;;;BU)"), None);
        assert_eq!(wrong(&format!("O:{ME}G:DUD:AI(A;OICIID;FA;;;SY)(A;OICIID;FA;;;{ME})(A;OICI;FA;;;OW)")), None);
    }

    #[test]
    fn what_others_may_change_is_open() {
        // As a folder in ProgramData is when nobody closes it: users may add files and folders.
        assert_eq!(wrong("O:BAG:SYD:AI(A;OICIID;FA;;;SY)(A;CIID;DCLCRPCR;;;BU)"), Some(Wrong::Open));
        for rights in ["FA", "FW", "GA", "0x1301bf", "0x2", "SD", "WO", "FRWD", "ZZ"] {
            let descriptor = format!("O:SYG:SYD:P(A;OICI;FA;;;SY)(A;OICI;{rights};;;AU)");
            assert_eq!(wrong(&descriptor), Some(Wrong::Open), "{rights}");
        }
        assert_eq!(wrong("O:SYG:SYD:(XA;;FA;;;WD;(@User.Title == \"Staff\"))"), Some(Wrong::Open));
        assert_eq!(wrong("O:SYG:SYD:NO_ACCESS_CONTROL"), Some(Wrong::Open));
        assert_eq!(wrong("O:SYG:SY"), Some(Wrong::Open));
    }

    #[test]
    fn a_denial_opens_nothing() {
        assert_eq!(wrong("O:SYG:SYD:P(D;OICI;FA;;;BU)(A;OICI;FA;;;SY)(A;OICI;FR;;;BU)"), None);
    }

    #[test]
    fn a_folder_that_somebody_else_made_is_not_ours() {
        let descriptor = "O:S-1-5-21-1-2-3-1007G:DUD:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)";
        assert_eq!(wrong(descriptor), Some(Wrong::Owner));
        assert_eq!(wrong("D:P(A;OICI;FA;;;SY)"), Some(Wrong::Owner));
    }
}
