//! The objects of a file, found by looking for them: the table that a file keeps of them is often wrong, and lies in a
//! hostile one. Of two with the same number the later counts, as in a file that was saved again.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use caretaker_shared::order;

use super::super::Refusal;
use super::super::allowance::Allowance;
use super::bytes::is_space;
use super::filters;
use super::lexer::Lexer;
use super::object::{Dictionary, Object};

/// Objects of one file.
const OBJECTS: usize = 500_000;
/// Pages of one file.
const PAGES: usize = 20_000;
/// Times that a file was saved anew behind its end, that are looked at.
const TRAILERS: usize = 1_000;
/// Groups of pages may stand in each other this deep.
const DEPTH: usize = 64;

/// Where an object stands: in the file, up to where the next begins, or in one of the packed lists of objects.
#[derive(Clone, Copy)]
enum Place {
    File(usize, usize),
    Packed(usize, usize),
}

/// A file whose objects are known.
pub(super) struct File<'a> {
    bytes: &'a [u8],
    places: HashMap<u32, Place>,
    packed: Vec<Vec<u8>>,
    root: Option<Dictionary>,
}

/// A page, and the resources that it uses, which its group may hold.
pub(super) struct Page {
    pub(super) dictionary: Dictionary,
    pub(super) resources: Rc<Dictionary>,
}

impl<'a> File<'a> {
    /// Finds the objects.
    ///
    /// # Errors
    /// When the file is encrypted, or has no objects, or too many.
    pub(super) fn open(bytes: &'a [u8], allowance: &mut Allowance) -> Result<Self, Refusal> {
        let found = objects(bytes);
        if found.is_empty() {
            return Err(Refusal::Broken);
        }
        if found.len() > OBJECTS {
            return Err(Refusal::TooLarge);
        }
        let mut file = Self { bytes, places: HashMap::new(), packed: Vec::new(), root: None };
        let ends: Vec<usize> = found.iter().skip(1).map(|(_, at)| *at).chain([bytes.len()]).collect();
        for ((number, at), end) in found.iter().zip(&ends) {
            file.places.insert(*number, Place::File(*at, *end));
        }
        let mut root = file.trailers()?;
        for ((number, at), end) in found.into_iter().zip(ends) {
            let Object::Dictionary(head) = Lexer::of(&bytes[..end], at).value() else { continue };
            if head.says("Type", "XRef") {
                refuse_encrypted(&head)?;
                root = Some(head.get("Root").clone());
            } else if head.says("Type", "ObjStm") {
                file.unpack(&head, at, allowance)?;
            } else if head.says("Type", "Catalog") && root.is_none() {
                root = Some(Object::Reference(number));
            }
        }
        file.root = root.and_then(|root| file.dictionary(&root));
        Ok(file)
    }

    fn trailers(&self) -> Result<Option<Object>, Refusal> {
        let mut root = None;
        let trailers: Vec<usize> = positions(self.bytes, b"trailer").take(TRAILERS).collect();
        for (at, end) in trailers.iter().zip(trailers.iter().skip(1).chain([&self.bytes.len()])) {
            if let Object::Dictionary(trailer) = Lexer::of(&self.bytes[..*end], at + 7).value() {
                refuse_encrypted(&trailer)?;
                if matches!(trailer.get("Root"), Object::Reference(_)) {
                    root = Some(trailer.get("Root").clone());
                }
            }
        }
        Ok(root)
    }

    /// Adds the objects of a packed list.
    fn unpack(&mut self, head: &Dictionary, at: usize, allowance: &mut Allowance) -> Result<(), Refusal> {
        let Some(bytes) = self.stream_at(head, at, allowance)? else { return Ok(()) };
        let (Some(count), Some(first)) = (self.number(head.get("N")), self.number(head.get("First"))) else {
            return Ok(());
        };
        let mut table = Lexer::of(&bytes, 0);
        for _ in 0..(count as usize).min(bytes.len()) {
            let (Object::Number(number), Object::Number(offset)) = (table.value(), table.value()) else { break };
            let place = Place::Packed(self.packed.len(), (first as usize).saturating_add(offset as usize));
            // One that stands in the file behind this list is newer.
            let is_newer = |known: &Place| matches!(known, Place::File(place, _) if *place > at);
            if !self.places.get(&(number as u32)).is_some_and(is_newer) {
                self.places.insert(number as u32, place);
            }
        }
        self.packed.push(bytes);
        if self.places.len() > OBJECTS { Err(Refusal::TooLarge) } else { Ok(()) }
    }

    /// The value that an object stands for, when it is a reference. One that refers to another is nothing.
    pub(super) fn resolved(&self, object: &Object) -> Object {
        let Object::Reference(number) = object else { return object.clone() };
        let value = match self.places.get(number) {
            Some(Place::File(at, end)) => Lexer::of(&self.bytes[..*end], *at).value(),
            Some(Place::Packed(list, at)) => Lexer::of(&self.packed[*list], *at).value(),
            None => Object::Null,
        };
        if matches!(value, Object::Reference(_)) { Object::Null } else { value }
    }

    pub(super) fn dictionary(&self, object: &Object) -> Option<Dictionary> {
        match self.resolved(object) {
            Object::Dictionary(dictionary) => Some(dictionary),
            Object::Null | Object::Number(_) | Object::Name(_) | Object::Text(_) | Object::List(_) => None,
            Object::Reference(_) => None,
        }
    }

    /// The values of a list, or the one value that stands for a list of one.
    pub(super) fn list(&self, object: &Object) -> Vec<Object> {
        match self.resolved(object) {
            Object::List(values) => values,
            Object::Null => Vec::new(),
            Object::Number(_) | Object::Name(_) | Object::Text(_) | Object::Dictionary(_) | Object::Reference(_) => {
                vec![object.clone()]
            }
        }
    }

    pub(super) fn number(&self, object: &Object) -> Option<f64> {
        self.resolved(object).number()
    }

    /// The unpacked bytes of a stream; `None` for what is none, or is packed as pictures are.
    pub(super) fn stream(&self, object: &Object, allowance: &mut Allowance) -> Result<Option<Vec<u8>>, Refusal> {
        let Object::Reference(number) = object else { return Ok(None) };
        let Some(Place::File(at, end)) = self.places.get(number).copied() else { return Ok(None) };
        let Object::Dictionary(head) = Lexer::of(&self.bytes[..end], at).value() else { return Ok(None) };
        self.stream_at(&head, at, allowance)
    }

    fn stream_at(&self, head: &Dictionary, at: usize, allowance: &mut Allowance) -> Result<Option<Vec<u8>>, Refusal> {
        let mut lexer = Lexer::of(self.bytes, at);
        lexer.value();
        let gap = lexer.rest().iter().take_while(|byte| is_space(**byte)).count();
        lexer.skip(gap);
        let Some(rest) = lexer.rest().strip_prefix(b"stream") else { return Ok(None) };
        let rest = rest.strip_prefix(b"\r").unwrap_or(rest);
        let rest = rest.strip_prefix(b"\n").unwrap_or(rest);
        let said = self.number(head.get("Length")).map(|length| length as usize);
        let ends_there = |length: &usize| {
            rest.get(*length..).is_some_and(|behind| {
                behind.iter().position(|byte| !is_space(*byte)).is_some_and(|at| behind[at..].starts_with(b"endstream"))
            })
        };
        let length = said.filter(ends_there).or_else(|| find(rest, b"endstream")).unwrap_or(rest.len());
        let names = self.list(head.get("Filter"));
        let means = self.list(head.get("DecodeParms"));
        let means: Vec<Dictionary> = means.iter().map(|means| self.dictionary(means).unwrap_or_default()).collect();
        filters::unpacked(&rest[..length], &names, &means, allowance)
    }

    /// The pages in their order; when the tree that holds them is broken, all that are in the file.
    ///
    /// # Errors
    /// When there are too many.
    pub(super) fn pages(&self) -> Result<Vec<Page>, Refusal> {
        let mut pages = Vec::new();
        if let Some(root) = &self.root {
            let mut seen = HashSet::new();
            self.pages_below(root.get("Pages"), &Rc::default(), 0, &mut seen, &mut pages)?;
        }
        if pages.is_empty() {
            let mut numbers: Vec<&u32> = self.places.keys().collect();
            order::sort(&mut numbers);
            let found = numbers.into_iter().filter_map(|number| self.dictionary(&Object::Reference(*number)));
            pages.extend(found.filter(|page| page.says("Type", "Page")).take(PAGES).map(|dictionary| {
                let resources = self.dictionary(dictionary.get("Resources")).unwrap_or_default();
                Page { dictionary, resources: Rc::new(resources) }
            }));
        }
        Ok(pages)
    }

    fn pages_below(
        &self,
        node: &Object,
        inherited: &Rc<Dictionary>,
        depth: usize,
        seen: &mut HashSet<u32>,
        pages: &mut Vec<Page>,
    ) -> Result<(), Refusal> {
        let Object::Reference(number) = node else { return Ok(()) };
        if depth == DEPTH || pages.len() == PAGES {
            return Err(Refusal::TooLarge);
        }
        if !seen.insert(*number) {
            return Ok(());
        }
        let Some(dictionary) = self.dictionary(node) else { return Ok(()) };
        let own = self.dictionary(dictionary.get("Resources"));
        let resources = own.map_or_else(|| inherited.clone(), Rc::new);
        if matches!(dictionary.get("Kids"), Object::Null) {
            pages.push(Page { dictionary, resources });
            return Ok(());
        }
        for kid in self.list(dictionary.get("Kids")) {
            self.pages_below(&kid, &resources, depth + 1, seen, pages)?;
        }
        Ok(())
    }
}

fn refuse_encrypted(trailer: &Dictionary) -> Result<(), Refusal> {
    if matches!(trailer.get("Encrypt"), Object::Null) { Ok(()) } else { Err(Refusal::Encrypted) }
}

/// Numbers of objects, and where their values begin, in the order of the file.
fn objects(bytes: &[u8]) -> Vec<(u32, usize)> {
    positions(bytes, b"obj").filter_map(|at| Some((number_before(bytes, at)?, at + 3))).take(OBJECTS + 1).collect()
}

/// The first of the two numbers that stand before "obj".
fn number_before(bytes: &[u8], at: usize) -> Option<u32> {
    // Two numbers and the spaces around them are no longer than this.
    let before = &bytes[at.saturating_sub(32)..at];
    let mut words = before.rsplit(|byte| is_space(*byte)).filter(|word| !word.is_empty());
    let generation = words.next()?;
    let number = words.next()?;
    // What stands before may touch the number: "endobj" does in some files.
    let digits = number.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
    let number = std::str::from_utf8(&number[number.len() - digits..]).ok()?.parse().ok()?;
    let is_generation = before.last().is_some_and(|byte| is_space(*byte)) && generation.iter().all(u8::is_ascii_digit);
    is_generation.then_some(number)
}

fn positions<'a>(bytes: &'a [u8], part: &'a [u8]) -> impl Iterator<Item = usize> + 'a {
    let mut from = 0;
    std::iter::from_fn(move || {
        let at = from + find(&bytes[from..], part)?;
        from = at + part.len();
        Some(at)
    })
}

fn find(bytes: &[u8], part: &[u8]) -> Option<usize> {
    let first = *part.first()?;
    let mut from = 0;
    loop {
        let at = from + bytes[from..].iter().position(|byte| *byte == first)?;
        if bytes[at..].starts_with(part) {
            return Some(at);
        }
        from = at + 1;
    }
}
