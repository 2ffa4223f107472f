//! Channels of Xfce's settings: an XML file of the machine below one of the user. Pure.

use std::collections::BTreeMap;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

const DEPTH: usize = 32;
const PROPERTIES: usize = 10_000;

/// The settings of one file.
#[derive(Debug, Default)]
pub(super) struct Channel {
    properties: BTreeMap<String, Property>,
}

/// One setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Property {
    pub(super) value: String,
    /// Who may not change it: accounts, groups after an "@", or "*" for all; none where anyone may.
    pub(super) locked: Vec<String>,
}

impl Channel {
    /// Reads a file.
    ///
    /// # Errors
    /// When it is no such file, or beyond all measure.
    pub(super) fn read(text: &str) -> Result<Self, &'static str> {
        const BROKEN: &str = "not a settings channel, or a damaged one";
        let mut reader = Reader::from_str(text);
        let mut channel = Self::default();
        let mut open: Vec<(String, Vec<String>)> = Vec::new();
        let mut begun = false;
        loop {
            let (element, empty) = match reader.read_event().map_err(|_| BROKEN)? {
                Event::Start(element) => (element, false),
                Event::Empty(element) => (element, true),
                Event::End(_) => {
                    open.pop();
                    continue;
                }
                Event::Eof if open.is_empty() && (begun || text.trim().is_empty()) => return Ok(channel),
                Event::Eof | Event::DocType(_) => return Err(BROKEN),
                Event::Text(_)
                | Event::CData(_)
                | Event::GeneralRef(_)
                | Event::Comment(_)
                | Event::Decl(_)
                | Event::PI(_) => continue,
            };
            begun = true;
            let (mut path, mut locked) = open.last().cloned().unwrap_or_default();
            if element.local_name().as_ref() == "property" {
                path = format!("{path}/{}", attribute(&element, "name").ok_or(BROKEN)?);
            }
            if let Some(names) = attribute(&element, "locked") {
                locked = names.split(';').map(str::to_owned).collect();
            }
            if let Some(value) = attribute(&element, "value") {
                channel.properties.insert(path.clone(), Property { value, locked: locked.clone() });
            }
            if !empty {
                open.push((path, locked));
            }
            if open.len() > DEPTH || channel.properties.len() > PROPERTIES {
                return Err(BROKEN);
            }
        }
    }

    /// What stands under "/saver/enabled".
    pub(super) fn get(&self, path: &str) -> Option<&Property> {
        self.properties.get(path)
    }
}

fn attribute(element: &BytesStart<'_>, name: &str) -> Option<String> {
    let attribute = element.try_get_attribute(name).ok()??;
    Some(attribute.normalized_value(quick_xml::XmlVersion::Explicit1_0).ok()?.into_owned())
}

#[cfg(test)]
mod tests {
    use super::Channel;

    const REAL: &str = include_str!("../testdata/debian-12-xfconf-4.18-xfce4-screensaver.xml");

    #[test]
    fn reads_what_xfconf_writes() {
        let channel = Channel::read(REAL).expect("xfconf wrote it");
        let value = |path| channel.get(path).map(|property| property.value.as_str());
        assert_eq!(value("/saver/enabled"), Some("true"));
        assert_eq!(value("/saver/idle-activation/delay"), Some("12"));
        assert_eq!(value("/lock/saver-activation/delay"), Some("2"));
        assert_eq!(value("/lock"), None);
    }

    #[test]
    fn a_lock_reaches_down() {
        let text = "<channel name=\"x\"><property name=\"saver\" type=\"empty\" locked=\"*\">\
                    <property name=\"enabled\" type=\"bool\" value=\"true\"/></property>\
                    <property name=\"a\" value=\"1\" locked=\"pupil.one;@pupils\"/><property name=\"b\" value=\"1\"/></channel>";
        let channel = Channel::read(text).expect("it is whole");
        let locked = |path| channel.get(path).map(|property| property.locked.join(" "));
        assert_eq!(locked("/saver/enabled").as_deref(), Some("*"));
        assert_eq!(locked("/a").as_deref(), Some("pupil.one @pupils"));
        assert_eq!(locked("/b").as_deref(), Some(""));
    }

    #[test]
    fn other_files_are_refused() {
        let deep = "<property name=\"a\">".repeat(100);
        for text in
            ["<channel><property name=\"a\">", "<!DOCTYPE x><channel/>", "<channel></property>", "no channel", &deep]
        {
            assert!(Channel::read(text).is_err(), "{text}");
        }
    }
}
