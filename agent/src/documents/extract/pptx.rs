//! PowerPoint presentations: the slides in their order, each with its notes, then comments and diagrams.

use std::collections::HashMap;

use caretaker_shared::order;
use quick_xml::events::BytesStart;

use super::Refusal;
use super::archive::{Archive, ENTRIES};
use super::xml::{self, Handler, Mark, attribute};

const PRESENTATION: &str = "ppt/presentation.xml";
const SLIDES: &str = "ppt/slides/";
/// Folders whose parts follow the slides.
const MORE: &[&str] = &["ppt/comments/", "ppt/diagrams/data"];

/// Whether an archive has what a presentation has.
pub(super) fn is_pptx(archive: &Archive<'_>) -> bool {
    archive.names().iter().any(|name| name == PRESENTATION)
}

/// The text of the slides and what belongs to them.
///
/// # Errors
/// When a part is encrypted, broken or too large.
pub(super) fn text(archive: &mut Archive<'_>) -> Result<String, Refusal> {
    let names = archive.names();
    let mut text = String::new();
    for slide in slides(archive, &names)? {
        let Some(part) = archive.part(&slide)? else { continue };
        text += &xml::text(&part, meaning)?;
        for notes in relations(archive, &slide)?.into_values().filter(|target| target.contains("notesSlide")) {
            if let Some(part) = archive.part(&beside(&slide, &notes))? {
                text += &xml::text(&part, meaning)?;
            }
        }
    }
    for name in names.iter().filter(|name| name.ends_with(".xml") && MORE.iter().any(|more| name.starts_with(more))) {
        if let Some(part) = archive.part(name)? {
            text += &xml::text(&part, meaning)?;
        }
    }
    Ok(text)
}

/// The names of the slides in the presentation's order, then those that it does not name, by number.
fn slides(archive: &mut Archive<'_>, names: &[String]) -> Result<Vec<String>, Refusal> {
    let targets = relations(archive, PRESENTATION)?;
    let mut order = Order::default();
    if let Some(presentation) = archive.part(PRESENTATION)? {
        xml::walk(&presentation, &mut order)?;
    }
    let listed = order.ids.iter().filter_map(|id| targets.get(id)).map(|target| beside(PRESENTATION, target));
    let mut slides: Vec<String> = Vec::new();
    for slide in listed.filter(|slide| names.binary_search(slide).is_ok()) {
        // A slide that is listed twice is shown twice, and yet written once.
        if !slides.contains(&slide) {
            slides.push(slide);
        }
    }
    let mut unlisted: Vec<(u32, &String)> = names
        .iter()
        .filter(|name| !slides.contains(name))
        .filter_map(|name| Some((name.strip_prefix(SLIDES)?.strip_prefix("slide")?.strip_suffix(".xml")?, name)))
        .filter_map(|(number, name)| Some((number.parse().ok()?, name)))
        .collect();
    order::sort(&mut unlisted);
    slides.extend(unlisted.into_iter().map(|(_, name)| name.clone()));
    Ok(slides)
}

/// What a part refers to: targets by id.
fn relations(archive: &mut Archive<'_>, name: &str) -> Result<HashMap<String, String>, Refusal> {
    let (folder, file) = name.rsplit_once('/').unwrap_or(("", name));
    let mut relations = Relations::default();
    if let Some(part) = archive.part(&format!("{folder}/_rels/{file}.rels"))? {
        xml::walk(&part, &mut relations)?;
    }
    Ok(relations.targets)
}

/// The name of a part that another refers to: from the root, or from where that one stands.
fn beside(name: &str, target: &str) -> String {
    if let Some(rooted) = target.strip_prefix('/') {
        return rooted.to_owned();
    }
    let mut steps: Vec<&str> = name.split('/').collect();
    steps.pop();
    for step in target.split('/') {
        if step == ".." {
            steps.pop();
        } else {
            steps.push(step);
        }
    }
    steps.join("/")
}

/// Ids of the slides, in order.
#[derive(Default)]
struct Order {
    ids: Vec<String>,
}

impl Handler for Order {
    fn open(&mut self, element: &BytesStart<'_>) {
        if xml::local(element.name()) == "sldId" {
            self.ids.extend(attribute(element, "r:id").filter(|_| self.ids.len() < ENTRIES));
        }
    }

    fn close(&mut self, _: &str) {}

    fn write(&mut self, _: &str) {}
}

#[derive(Default)]
struct Relations {
    targets: HashMap<String, String>,
}

impl Handler for Relations {
    fn open(&mut self, element: &BytesStart<'_>) {
        if let (Some(id), Some(target)) = (attribute(element, "Id"), attribute(element, "Target"))
            && self.targets.len() < ENTRIES
        {
            self.targets.insert(id, target);
        }
    }

    fn close(&mut self, _: &str) {}

    fn write(&mut self, _: &str) {}
}

fn meaning(name: &str) -> Mark {
    match name {
        "t" => Mark::Text,
        // The text of a comment.
        "text" => Mark::TextThen('\n'),
        "p" => Mark::Then('\n'),
        "br" => Mark::Character('\n'),
        "tab" => Mark::Character('\t'),
        // The same once more, for older programs; and where tabs stop, which are no tabs.
        "Fallback" | "tabLst" => Mark::Skipped,
        _ => Mark::Plain,
    }
}

#[cfg(test)]
mod tests {
    use crate::documents::extract::archive::packed;
    use crate::documents::extract::{Refusal, text};

    fn slide(words: &str) -> String {
        format!("<p:sld><p:txBody><a:p><a:r><a:t>{words}</a:t></a:r></a:p></p:txBody></p:sld>")
    }

    fn presentation(parts: &[(&str, &str)]) -> Result<String, Refusal> {
        let parts: Vec<(&str, &[u8])> = parts.iter().map(|(name, part)| (*name, part.as_bytes())).collect();
        text(&packed(&parts))
    }

    #[test]
    fn slides_stand_in_the_order_of_the_presentation_with_their_notes() {
        let text = presentation(&[
            ("ppt/slides/slide1.xml", &slide("one</a:t></a:r><a:r><a:t>s")),
            ("ppt/slides/slide2.xml", &slide("two")),
            ("ppt/slides/slide10.xml", &slide("ten")),
            ("ppt/slides/slide9.xml", &slide("nine")),
            ("ppt/notesSlides/notesSlide7.xml", &slide("notes of two")),
            (
                "ppt/slides/_rels/slide2.xml.rels",
                "<r><Relationship Id='rId1' Target='../notesSlides/notesSlide7.xml'/></r>",
            ),
            (
                "ppt/presentation.xml",
                "<p><p:sldIdLst><p:sldId r:id='b'/><p:sldId r:id='a'/><p:sldId r:id='b'/></p:sldIdLst></p>",
            ),
            (
                "ppt/_rels/presentation.xml.rels",
                "<r><R Id='a' Target='slides/slide1.xml'/><R Id='b' Target='/ppt/slides/slide2.xml'/></r>",
            ),
            ("ppt/comments/comment1.xml", "<p:cmLst><p:cm><p:text>remark</p:text></p:cm></p:cmLst>"),
        ]);
        assert_eq!(text.as_deref(), Ok("two\nnotes of two\nones\nnine\nten\nremark\n"));
    }

    #[test]
    fn a_broken_slide_breaks_the_presentation() {
        let parts = [("ppt/presentation.xml", "<p/>"), ("ppt/slides/slide1.xml", "<p:sld><a:p>")];
        assert_eq!(presentation(&parts), Err(Refusal::Broken));
    }
}
