//! A pack as bytes, and back. Everything that is read is checked: bytes may come from anywhere.

use super::automaton;
use super::bytes::{Bytes, put, put_len, put_long, put_text};
use super::{FUZZY, GUESSABLE, LACKS_AT, MASKABLE, Pack, PackError, PackedRule};
use crate::Severity;
use crate::arithmetic::Reason;
use crate::category::{AgeProfile, Stage, category};
use crate::graph::FIRST_WORD;
use crate::rules::{Around, Effect, MOST_BESIDE, Origin, Side, Sureness};

/// The last byte is the version of the format and of what makes a fingerprint.
const MAGIC: &[u8; 8] = b"CTKWPK\0\x03";

/// The bits of an entry of `lacking_words` that are the number of a word.
const WORD: u32 = (1 << LACKS_AT) - 1;

pub(super) fn write(pack: &Pack) -> Vec<u8> {
    let mut out = MAGIC.to_vec();
    put_len(&mut out, pack.origins.len());
    for Origin { lang, title, source, licence, reviewed } in &pack.origins {
        for text in [lang, title, source, licence, reviewed] {
            put_text(&mut out, text);
        }
    }
    put_len(&mut out, pack.words.len());
    put_steps(&mut out, pack.words.iter().copied());
    out.extend(&pack.flags);
    put_len(&mut out, pack.aliases.len());
    for (alias, word) in &pack.aliases {
        put_long(&mut out, *alias);
        put(&mut out, *word);
    }
    automaton::write(&mut out, &pack.phrases);
    automaton::write(&mut out, &pack.around);
    put_len(&mut out, pack.sets.len());
    for name in &pack.sets {
        put_text(&mut out, name);
    }
    put_len(&mut out, pack.rules.len());
    for rule in &pack.rules {
        write_rule(&mut out, rule);
    }
    put_len(&mut out, pack.lacking.len());
    put_steps(&mut out, pack.lacking.iter().map(|half| u64::from(*half)));
    for entry in &pack.lacking_words {
        put(&mut out, entry & WORD);
    }
    out.extend(pack.lacking_words.iter().map(|entry| (entry >> LACKS_AT) as u8));
    out
}

pub(super) fn read(bytes: &[u8]) -> Result<Pack, PackError> {
    let bytes = bytes.strip_prefix(MAGIC).ok_or(PackError::Foreign)?;
    let bytes = &mut Bytes(bytes);
    let origins = list(bytes, 5, |bytes| {
        let [lang, title, source, licence, reviewed] =
            [bytes.text()?, bytes.text()?, bytes.text()?, bytes.text()?, bytes.text()?];
        Ok(Origin { lang, title, source, licence, reviewed })
    })?;
    let count = bytes.count(2)?;
    let words = steps(bytes, count)?;
    let flags = bytes.take(words.len())?.to_vec();
    let aliases = list(bytes, 2, |bytes| Ok((bytes.long()?, bytes.number()?)))?;
    let phrases = automaton::read(bytes)?;
    let around = automaton::read(bytes)?;
    let sets = list(bytes, 1, Bytes::text)?;
    let rules = list(bytes, 9, read_rule)?;
    let count = bytes.count(3)?;
    let halves = steps(bytes, count)?.into_iter().map(u32::try_from);
    let lacking = halves.collect::<Result<Vec<u32>, _>>().map_err(|_| PackError::Damaged)?;
    let mut lacking_words = (0..count).map(|_| bytes.number()).collect::<Result<Vec<u32>, PackError>>()?;
    for (entry, &place) in lacking_words.iter_mut().zip(bytes.take(count)?) {
        // A word beyond these bits is none, which is asked below.
        *entry = if *entry <= WORD { *entry | u32::from(place) << LACKS_AT } else { 0 };
    }
    let pack = Pack { origins, words, flags, aliases, phrases, around, sets, rules, lacking, lacking_words };
    if bytes.0.is_empty() && holds(&pack) { Ok(pack) } else { Err(PackError::Damaged) }
}

/// Whether every number points to something.
fn holds(pack: &Pack) -> bool {
    let words = pack.words_end();
    let length = |length: usize| u32::try_from(length).unwrap_or(u32::MAX);
    let sets = length(pack.sets.len());
    let is_word = |word: u32| (FIRST_WORD..words).contains(&word);
    let mut ids: Vec<&str> = pack.rules.iter().map(|rule| rule.id.as_str()).collect();
    ids.sort_unstable();
    words <= 1 << 22
        && pack.words.is_sorted_by(|one, other| one < other)
        && pack.flags.iter().all(|flags| flags & !(MASKABLE | FUZZY | GUESSABLE) == 0)
        && pack.aliases.is_sorted_by(|one, other| one < other)
        && pack.aliases.iter().all(|(_, word)| is_word(*word))
        && pack.phrases.holds(words, length(pack.rules.len()))
        && pack.around.holds(words, sets)
        && pack.rules.iter().all(|rule| rule.around.iter().all(|around| around.set < sets))
        && pack.lacking.is_sorted()
        && pack.lacking_words.iter().all(|entry| is_word(entry & WORD))
        && ids.is_sorted_by(|one, other| one < other)
}

fn list<'a, T>(
    bytes: &mut Bytes<'a>,
    least: usize,
    mut one: impl FnMut(&mut Bytes<'a>) -> Result<T, PackError>,
) -> Result<Vec<T>, PackError> {
    let count = bytes.count(least)?;
    (0..count).map(|_| one(bytes)).collect()
}

/// Numbers that rise, by the distance of each from the one before.
fn put_steps(out: &mut Vec<u8>, numbers: impl Iterator<Item = u64>) {
    let mut before = 0;
    for number in numbers {
        put_long(out, number - before);
        before = number;
    }
}

fn steps(bytes: &mut Bytes<'_>, count: usize) -> Result<Vec<u64>, PackError> {
    let mut before = 0_u64;
    let mut next = || {
        before = before.checked_add(bytes.long()?).ok_or(PackError::Damaged)?;
        Ok(before)
    };
    (0..count).map(|_| next()).collect()
}

fn write_rule(out: &mut Vec<u8>, rule: &PackedRule) {
    put_text(out, &rule.id);
    put_text(out, rule.category.id);
    put_text(out, &rule.topic);
    let sureness = match rule.sureness {
        Sureness::Weak => 0,
        Sureness::Probable => 1,
        Sureness::Certain => 2,
    };
    let alone = rule.alone.map_or(0, |words| (words + 1) << 1);
    out.extend([rule.severity, sureness, u8::from(rule.help_seeking) | alone]);
    let stage = rule.stage.and_then(|stage| Stage::ALL.iter().position(|&known| known == stage));
    out.push(stage.map_or(0, |at| at as u8 + 1));
    put_text(out, &rule.sign);
    out.extend(rule.age.map(i8::cast_unsigned));
    put_len(out, rule.around.len());
    for around in &rule.around {
        put(out, around.set);
        out.push(around.within.unwrap_or(u8::MAX));
        let side = match around.side {
            Side::Before => 0,
            Side::After => 1,
            Side::Either => 2,
        };
        let (effect, points) = match around.effect {
            Effect::Needed => (0, 0),
            Effect::Veto => (1, 0),
            Effect::Points(reason, points) => {
                (2 + Reason::ALL.iter().position(|&known| known == reason).unwrap_or(0) as u8, points)
            }
        };
        out.extend([side, effect, points.cast_unsigned()]);
    }
}

fn read_rule(bytes: &mut Bytes<'_>) -> Result<PackedRule, PackError> {
    let id = bytes.text()?;
    let category = category(&bytes.text()?).ok_or(PackError::Category)?;
    let topic = bytes.text()?;
    let severity = bytes.byte()?;
    Severity::new(severity.into()).ok_or(PackError::Damaged)?;
    let sureness = match bytes.byte()? {
        0 => Sureness::Weak,
        1 => Sureness::Probable,
        2 => Sureness::Certain,
        _ => return Err(PackError::Damaged),
    };
    // The lowest bit says that it asks for help; those above, one more than the words that may stand beside it.
    let flags = bytes.byte()?;
    let (help_seeking, alone) = (flags & 1 == 1, (flags >> 1).checked_sub(1));
    if alone > Some(MOST_BESIDE) {
        return Err(PackError::Damaged);
    }
    let stage = match bytes.byte()? {
        0 => None,
        at => Some(*Stage::ALL.get(usize::from(at) - 1).ok_or(PackError::Damaged)?),
    };
    let sign = bytes.text()?;
    let mut age = [0; AgeProfile::ALL.len()];
    for (points, byte) in age.iter_mut().zip(bytes.take(AgeProfile::ALL.len())?) {
        *points = byte.cast_signed();
    }
    let around = list(bytes, 5, |bytes| {
        let set = bytes.number()?;
        let within = Some(bytes.byte()?).filter(|&words| words != u8::MAX);
        let side = match bytes.byte()? {
            0 => Side::Before,
            1 => Side::After,
            2 => Side::Either,
            _ => return Err(PackError::Damaged),
        };
        let (effect, points) = (bytes.byte()?, bytes.byte()?.cast_signed());
        let effect = match effect {
            0 => Effect::Needed,
            1 => Effect::Veto,
            at => Effect::Points(*Reason::ALL.get(usize::from(at) - 2).ok_or(PackError::Damaged)?, points),
        };
        Ok(Around { set, within, side, effect })
    })?;
    Ok(PackedRule { id, category, severity, sureness, alone, around, age, stage, sign, help_seeking, topic })
}
