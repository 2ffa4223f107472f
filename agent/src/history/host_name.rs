//! Names of hosts in one form, so that two spellings of one name are equal.

use std::iter::successors;

use unicode_normalization::UnicodeNormalization as _;

use super::address::decode;

/// Longest label of a name in the form that travels (RFC 1035); a longer one is kept as it stands.
const LABEL_BYTES: usize = 63;

/// What a label begins with that is written in ASCII and means more.
const CODED: &str = "xn--";

/// Lower case, written out in Unicode, without a trailing dot; `None` when nothing is left.
pub(super) fn canonical(host: &str) -> Option<String> {
    let is_coded = |label: &str| label.get(..CODED.len()).is_some_and(|start| start.eq_ignore_ascii_case(CODED));
    if host.is_ascii() && !host.contains('%') && !host.split('.').any(is_coded) {
        // Nearly every name: nothing in it can be written in another way but its case.
        let name = host.trim_end_matches('.').to_ascii_lowercase();
        return (!name.is_empty()).then_some(name);
    }
    let decoded = decode(host, false).to_lowercase();
    // The dots of other scripts, which browsers take for dots (UTS 46).
    let dotted = decoded.replace(['\u{3002}', '\u{ff0e}', '\u{ff61}'], ".");
    let labels: Vec<String> = dotted.trim_end_matches('.').split('.').map(label).collect();
    let name = labels.join(".");
    (!name.is_empty()).then_some(name)
}

/// A name and those that it lies below, one label less each time: `www.example.org`, `example.org`, `org`.
pub(super) fn and_above(name: &str) -> impl Iterator<Item = &str> {
    successors(Some(name), |name| name.split_once('.').map(|(_, above)| above))
}

fn label(label: &str) -> String {
    let written_out = label.strip_prefix(CODED).filter(|coded| coded.len() <= LABEL_BYTES).and_then(punycode);
    match written_out {
        Some(text) => text.to_lowercase().nfc().collect(),
        None => label.nfc().collect(),
    }
}

/// Decodes a label without its `xn--` (RFC 3492, section 6.2); `None` when it is none.
fn punycode(coded: &str) -> Option<String> {
    const BASE: u32 = 36;
    let (plain, deltas) = coded.rsplit_once('-').unwrap_or(("", coded));
    let mut letters: Vec<char> = plain.chars().collect();
    let (mut code_point, mut at, mut bias) = (128_u32, 0_u32, 72_u32);
    let mut digits = deltas.bytes().peekable();
    while digits.peek().is_some() {
        let before = at;
        let mut weight = 1_u32;
        for step in 1_u32.. {
            let digit = digit(digits.next()?)?;
            at = at.checked_add(digit.checked_mul(weight)?)?;
            let threshold = (step * BASE).saturating_sub(bias).clamp(1, 26);
            if digit < threshold {
                break;
            }
            weight = weight.checked_mul(BASE - threshold)?;
        }
        let length = u32::try_from(letters.len()).ok()? + 1;
        bias = adapted(at - before, length, before == 0);
        code_point = code_point.checked_add(at / length)?;
        at %= length;
        letters.insert(at as usize, char::from_u32(code_point)?);
        at += 1;
    }
    Some(letters.into_iter().collect())
}

fn digit(byte: u8) -> Option<u32> {
    match byte {
        b'a'..=b'z' => Some(u32::from(byte - b'a')),
        b'0'..=b'9' => Some(u32::from(byte - b'0') + 26),
        _ => None,
    }
}

/// The next bias (RFC 3492, section 6.1).
fn adapted(delta: u32, length: u32, is_first: bool) -> u32 {
    let mut delta = if is_first { delta / 700 } else { delta / 2 };
    delta += delta / length;
    let mut bias = 0;
    while delta > 455 {
        delta /= 35;
        bias += 36;
    }
    bias + 36 * delta / (delta + 38)
}

#[cfg(test)]
mod tests {
    use super::{canonical, punycode};

    #[test]
    fn decodes_the_samples_of_the_rfc() {
        // RFC 3492, section 7.1: (B), (I) and (L), in lower case.
        assert_eq!(punycode("ihqwcrb4cv8a8dqg056pqjye").as_deref(), Some("他们为什么不说中文"));
        assert_eq!(punycode("b1abfaaepdrnnbgefbadotcwatmq2g4l").as_deref(), Some("почемужеонинеговорятпорусски"));
        assert_eq!(punycode("3b-ww4c5e180e575a65lsy2b").as_deref(), Some("3年b組金八先生"));
        assert_eq!(punycode("bcher-kva").as_deref(), Some("bücher"));
    }

    #[test]
    fn one_name_has_one_form() {
        for spelling in
            ["xn--bcher-kva.example", "XN--BCHER-KVA.Example.", "b%C3%BCcher.example", "bu\u{308}cher。example"]
        {
            assert_eq!(canonical(spelling).as_deref(), Some("bücher.example"), "{spelling}");
        }
        assert_eq!(canonical("..."), None);
        assert_eq!(canonical("xn--99999999999.example").as_deref(), Some("xn--99999999999.example"));
    }
}
