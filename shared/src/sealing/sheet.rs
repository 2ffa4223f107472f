//! The secret of a key on paper: four numbered lines that a person can type back, each with a check of its own.
//!
//! 35 bytes (version, kind, office, secret) and 5 of SHA-256 over them make four lines of 10 bytes. A line is its
//! number, four groups of four letters (RFC 4648 base32, which has no 0, 1, 8 and 9), and two letters by which a
//! mistake in the line is found.

use data_encoding::BASE32;
use zeroize::{Zeroize as _, Zeroizing};

use super::key::{Holder, Kind, PersonalKey};
use crate::digest::Sha256;
use crate::model::Role;

const VERSION: u8 = 1;
const LINES: usize = 4;
const LINE: usize = 10;
const LETTERS: usize = LINE * 8 / 5;
const CHECK_LETTERS: usize = 2;
const CONTENT: usize = 35;

/// Why a sheet is not read. What is wrong is told by the line, so that only that one is typed again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SheetError {
    /// A line is not there.
    #[error("line {0} of the sheet is missing")]
    Missing(usize),
    /// A letter of a line is wrong.
    #[error("line {0} of the sheet has a mistake in it")]
    Mistaken(usize),
    /// Every line is right, and they do not belong together.
    #[error("the lines are of different sheets")]
    Mixed,
    /// A later version made it.
    #[error("the sheet was made by a newer version")]
    Newer,
}

/// What a sheet holds.
pub struct Sheet {
    /// What the key is for.
    pub kind: Kind,
    /// The office of its holder.
    pub role: Role,
    seed: Zeroizing<[u8; 32]>,
}

impl Sheet {
    /// The sheet of a key.
    #[must_use]
    pub fn of(key: &PersonalKey) -> Self {
        Self { kind: key.kind, role: key.holder.role, seed: key.seed.clone() }
    }

    /// The key on it. Who holds it stands on the paper in words.
    #[must_use]
    pub fn key(&self, holder: Holder) -> PersonalKey {
        PersonalKey::from_seed(holder, self.kind, self.seed.clone())
    }

    /// Its four lines.
    #[must_use]
    pub fn lines(&self) -> Zeroizing<Vec<String>> {
        let mut bytes = Zeroizing::new(Vec::with_capacity(LINES * LINE));
        let role = Role::ALL.iter().position(|role| *role == self.role).and_then(|at| u8::try_from(at).ok());
        bytes.extend_from_slice(&[VERSION, kind_number(self.kind), role.unwrap_or_default()]);
        bytes.extend_from_slice(self.seed.as_slice());
        let check = Sha256::of(&bytes);
        bytes.extend_from_slice(&check.as_bytes()[..LINES * LINE - CONTENT]);
        Zeroizing::new(bytes.chunks(LINE).enumerate().map(|(at, line)| written(at + 1, line)).collect())
    }

    /// Finds the four lines in a text, whatever else stands in it; small letters, blanks and dashes make no difference.
    ///
    /// # Errors
    /// [`SheetError`], with the line.
    pub fn parse(text: &str) -> Result<Self, SheetError> {
        let mut bytes = Zeroizing::new(Vec::with_capacity(LINES * LINE));
        for number in 1..=LINES {
            bytes.extend_from_slice(&line(text, number)?);
        }
        let (content, check) = bytes.split_at(CONTENT);
        if Sha256::of(content).as_bytes()[..check.len()] != *check {
            return Err(SheetError::Mixed);
        }
        let [version, kind, role, seed @ ..] = content else { return Err(SheetError::Mixed) };
        if *version != VERSION {
            return Err(SheetError::Newer);
        }
        let kind = [Kind::Root, Kind::Person, Kind::Recovery].into_iter().find(|one| kind_number(*one) == *kind);
        Ok(Self {
            kind: kind.ok_or(SheetError::Newer)?,
            role: Role::ALL.get(usize::from(*role)).copied().ok_or(SheetError::Newer)?,
            seed: Zeroizing::new(seed.try_into().map_err(|_| SheetError::Mixed)?),
        })
    }
}

fn kind_number(kind: Kind) -> u8 {
    match kind {
        Kind::Root => 1,
        Kind::Person => 2,
        Kind::Recovery => 3,
    }
}

fn written(number: usize, bytes: &[u8]) -> String {
    let mut letters = BASE32.encode(bytes);
    let groups: Vec<&str> = (0..LETTERS / 4).filter_map(|at| letters.get(at * 4..at * 4 + 4)).collect();
    let line = format!("{number}  {}  {}", groups.join(" "), check(number, bytes));
    letters.zeroize();
    line
}

fn check(number: usize, bytes: &[u8]) -> String {
    let number = u8::try_from(number).unwrap_or(u8::MAX);
    let digest = Sha256::of(&[&[number], bytes].concat());
    BASE32.encode(&digest.as_bytes()[..5])[..CHECK_LETTERS].to_owned()
}

/// The bytes of a numbered line.
fn line(text: &str, number: usize) -> Result<Zeroizing<Vec<u8>>, SheetError> {
    let mut found = SheetError::Missing(number);
    for line in text.lines() {
        let Some(rest) = line.trim_start().strip_prefix(&number.to_string()) else { continue };
        if !rest.starts_with([' ', '\t', '.', ':', ')']) {
            continue;
        }
        let letters: Zeroizing<String> = Zeroizing::new(rest.chars().filter_map(letter).collect());
        if letters.len() != LETTERS + CHECK_LETTERS {
            found = SheetError::Mistaken(number);
            continue;
        }
        let (content, given) = letters.split_at(LETTERS);
        let Ok(bytes) = BASE32.decode(content.as_bytes()).map(Zeroizing::new) else {
            return Err(SheetError::Mistaken(number));
        };
        if check(number, &bytes) == given {
            return Ok(bytes);
        }
        found = SheetError::Mistaken(number);
    }
    Err(found)
}

/// The letter that was meant: the digits that look like one are not in the alphabet.
fn letter(typed: char) -> Option<char> {
    match typed.to_ascii_uppercase() {
        '0' => Some('O'),
        '1' => Some('I'),
        '8' => Some('B'),
        letter @ ('A'..='Z' | '2'..='7') => Some(letter),
        _ => None,
    }
}
