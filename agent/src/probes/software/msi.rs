//! What Windows Installer knows of its products besides their titles: which of them are versions of one another.

use std::collections::BTreeMap;
use std::io;

use crate::host::if_there;
use crate::host::windows::{Key, Registry};

const UPGRADE_CODES: [&str; 2] =
    [r"SOFTWARE\Classes\Installer\UpgradeCodes", r"SOFTWARE\WOW6432Node\Classes\Installer\UpgradeCodes"];
/// Ten times what the fullest machine has.
const CODES: usize = 10_000;
/// How the letters of a code are grouped; within a group they stand the other way round.
const GROUPS: [usize; 11] = [8, 4, 4, 2, 2, 2, 2, 2, 2, 2, 2];

/// Whether a text has the form of a product code: `{016BACC2-4BD7-4137-BA71-756536C0DC40}`.
pub(super) fn is_code(text: &str) -> bool {
    let inner = text.strip_prefix('{').and_then(|text| text.strip_suffix('}')).unwrap_or_default();
    let lengths = inner.split('-').map(|part| part.bytes().filter(u8::is_ascii_hexdigit).count());
    inner.len() == 36 && lengths.eq([8, 4, 4, 4, 12])
}

/// Upgrade codes by product code, both in braces and capitals.
///
/// # Errors
/// When the list is there but cannot be read.
pub(super) fn upgrade_codes(registry: &dyn Registry) -> io::Result<BTreeMap<String, String>> {
    let mut found = BTreeMap::new();
    for list in UPGRADE_CODES.map(Key::machine) {
        for name in if_there(registry.keys(&list))?.unwrap_or_default().into_iter().take(CODES) {
            let Some(upgrade) = unpacked(&name) else { continue };
            let products = if_there(registry.values(&list.below(&name)))?.unwrap_or_default();
            let products = products.iter().filter_map(|(product, _)| unpacked(product));
            found.extend(products.map(|product| (product, upgrade.clone())));
        }
    }
    Ok(found)
}

/// The code that Windows Installer writes as 32 letters: `2CCAB6107DB47314AB175756630CCD04`.
fn unpacked(packed: &str) -> Option<String> {
    if packed.len() != 32 || !packed.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let (mut rest, mut code) = (packed, String::from("{"));
    for (index, length) in GROUPS.into_iter().enumerate() {
        let (group, after) = rest.split_at(length);
        rest = after;
        code.extend(group.chars().rev().map(|letter| letter.to_ascii_uppercase()));
        if matches!(index, 0..=2 | 4) {
            code.push('-');
        }
    }
    code.push('}');
    Some(code)
}

#[cfg(test)]
mod tests {
    use super::{is_code, unpacked};

    #[test]
    fn unpacks_a_code() {
        let code = unpacked("2CCAB6107DB47314AB175756630CCD04");
        assert_eq!(code.as_deref(), Some("{016BACC2-4BD7-4137-BA71-756536C0DC40}"));
        assert_eq!(unpacked("2ccab6107db47314ab175756630ccd04"), code, "the registry keeps no case");
        assert_eq!(unpacked("2CCAB6107DB47314AB175756630CCD0"), None);
        assert_eq!(unpacked("2CCAB6107DB47314AB175756630CCD0ß"), None);
    }

    #[test]
    fn knows_a_code_by_its_form() {
        assert!(is_code("{016BACC2-4BD7-4137-BA71-756536C0DC40}"));
        for other in
            ["", "{}", "Slate", "{016BACC2-4BD7-4137-BA71-756536C0DC40}_is1", "{016BACC24BD7-4137-BA71--756536C0DC40}"]
        {
            assert!(!is_code(other), "{other}");
        }
    }
}
