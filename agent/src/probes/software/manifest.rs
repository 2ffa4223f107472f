//! What an application package says of itself in its `AppxManifest.xml`.

use quick_xml::Reader;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesRef, BytesStart, Event};

/// The parts of a manifest that a list of software needs. All may be empty.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Manifest {
    /// Perhaps a reference to a resource: `ms-resource:AppName`.
    pub(super) name: String,
    /// As it is shown; perhaps a reference, too.
    pub(super) publisher: String,
    /// As it is signed: "CN=...".
    pub(super) signer: String,
    /// Whether other packages use it and nobody starts it.
    pub(super) framework: bool,
}

/// Reads a manifest as far as it can be understood.
pub(super) fn read(text: &str) -> Manifest {
    let mut reader = Reader::from_str(text);
    let (mut found, mut path, mut own) = (Manifest::default(), Vec::new(), String::new());
    loop {
        match reader.read_event() {
            Ok(Event::Start(start)) => {
                signer(&start, &mut found);
                path.push(local(&start));
                own.clear();
            }
            Ok(Event::Empty(start)) => signer(&start, &mut found),
            Ok(Event::Text(piece)) => own.push_str(&piece),
            Ok(Event::GeneralRef(reference)) => own.extend(letter(&reference)),
            Ok(Event::End(_)) => {
                if let [.., above, name] = path.as_slice()
                    && above == "Properties"
                {
                    let text = own.trim();
                    match name.as_str() {
                        "DisplayName" => found.name = text.to_owned(),
                        "PublisherDisplayName" => found.publisher = text.to_owned(),
                        "Framework" => found.framework = text.eq_ignore_ascii_case("true"),
                        _ => {}
                    }
                }
                path.pop();
                own.clear();
            }
            Ok(Event::Eof) | Err(_) => return found,
            Ok(_) => {}
        }
    }
}

fn local(start: &BytesStart<'_>) -> String {
    start.local_name().as_ref().to_owned()
}

fn signer(start: &BytesStart<'_>, found: &mut Manifest) {
    if start.local_name().as_ref() != "Identity" {
        return;
    }
    for attribute in start.attributes().flatten().filter(|attribute| attribute.key.as_ref() == "Publisher") {
        found.signer = attribute.value.into_owned();
    }
}

fn letter(reference: &BytesRef<'_>) -> Option<char> {
    let number = reference.resolve_char_ref().ok().flatten();
    number.or_else(|| resolve_predefined_entity(reference)?.chars().next())
}

#[cfg(test)]
mod tests {
    use super::{Manifest, read};

    #[test]
    fn reads_what_a_package_says_of_itself() {
        let manifest = read(include_str!("testdata/windows-11-appxmanifest.xml"));
        let expected = Manifest {
            name: "Slate & Chalk".into(),
            publisher: "Northfield Software".into(),
            signer: "CN=0F2A1B3C-4D5E-6F70-8192-A3B4C5D6E7F8".into(),
            framework: false,
        };
        assert_eq!(manifest, expected, "an application's own names are not the package's");
    }

    #[test]
    fn what_is_no_manifest_says_nothing() {
        for text in ["", "<", "<Package><Properties><DisplayName>", "{}"] {
            assert_eq!(read(text), Manifest::default(), "{text}");
        }
    }
}
