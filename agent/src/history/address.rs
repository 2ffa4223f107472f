//! The parts of an address, as browsers take it apart (the URL standard of WHATWG), as far as they matter here.

use std::borrow::Cow;

use super::host_name;

/// Words of a path that are longer and hold a digit are marks of a session or a document, not words.
const MARK_BYTES: usize = 20;

/// An address of the web. Neither an account in it nor its port or fragment is kept.
pub(super) struct Address<'a> {
    /// In the form of [`host_name::canonical`].
    pub(super) host: String,
    /// As it stands, with its first slash when there is one.
    pub(super) path: &'a str,
    /// As it stands, without the question mark.
    pub(super) query: &'a str,
}

impl<'a> Address<'a> {
    /// Takes an address apart; `None` for what is none of the web: a file, an extension, the browser's own pages.
    pub(super) fn parse(text: &'a str) -> Option<Self> {
        let (scheme, rest) = text.trim_start().split_once(':')?;
        if !scheme.eq_ignore_ascii_case("http") && !scheme.eq_ignore_ascii_case("https") {
            return None;
        }
        let rest = rest.trim_start_matches(['/', '\\']);
        let rest = rest.split('#').next().unwrap_or_default();
        let (authority, rest) = rest.split_at(rest.find(['/', '\\', '?']).unwrap_or(rest.len()));
        // What stands before the last @ is an account, whatever it looks like.
        let host = authority.rsplit('@').next().unwrap_or_default();
        let host = match host.strip_prefix('[') {
            Some(number) => number.split(']').next().unwrap_or_default(),
            None => host.split(':').next().unwrap_or_default(),
        };
        let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
        Some(Self { host: host_name::canonical(host)?, path, query })
    }

    /// Parts of the path, decoded, with "." and ".." followed; empty ones are left out.
    pub(super) fn segments(&self) -> Vec<Cow<'a, str>> {
        let mut segments = Vec::new();
        for segment in self.path.split(['/', '\\']).map(|segment| decode(segment, false)) {
            match segment.as_ref() {
                "" | "." => {}
                ".." => {
                    segments.pop();
                }
                _ => segments.push(segment),
            }
        }
        segments
    }

    /// The value of the first of these parameters that has one, decoded.
    pub(super) fn parameter(&self, names: &[&str]) -> Option<String> {
        let pairs = || self.query.split('&').filter_map(|pair| pair.split_once('='));
        let value = |name: &&str| pairs().find(|(key, value)| decode(key, true) == **name && !value.is_empty());
        names.iter().find_map(value).map(|(_, value)| decode(value, true).into_owned())
    }

    /// The host and the words of the path, as a line that people would read.
    pub(super) fn words(&self) -> String {
        let mut line = self.host.clone();
        for segment in self.segments() {
            for word in segment.split(is_between).filter(|word| !word.is_empty() && !is_mark(word)) {
                line.push(' ');
                line.push_str(word);
            }
        }
        line
    }
}

fn is_between(letter: char) -> bool {
    let is_sign = matches!(letter, '-' | '_' | '+' | '.' | ',' | ';' | ':' | '=' | '~' | '/' | '\\' | '&' | '|');
    is_sign || letter.is_whitespace()
}

fn is_mark(word: &str) -> bool {
    word.len() >= MARK_BYTES && word.bytes().any(|byte| byte.is_ascii_digit())
}

/// Undoes percent-encoding, and takes a plus for a blank where that is asked for. What is not UTF-8 then is replaced.
pub(super) fn decode(text: &str, plus: bool) -> Cow<'_, str> {
    if !text.bytes().any(|byte| byte == b'%' || (plus && byte == b'+')) {
        return Cow::Borrowed(text);
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let (byte, after) = match (first, after) {
            (b'%', [high, low, after @ ..]) => match (hex(*high), hex(*low)) {
                (Some(high), Some(low)) => (high << 4 | low, after),
                (Some(_) | None, _) => (b'%', &rest[1..]),
            },
            (b'+', after) if plus => (b' ', after),
            (byte, after) => (*byte, after),
        };
        bytes.push(byte);
        rest = after;
    }
    Cow::Owned(String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned()))
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Address, decode};

    fn words(address: &str) -> Option<String> {
        Address::parse(address).map(|address| address.words())
    }

    #[test]
    fn words_are_the_host_and_the_path_and_nothing_else() {
        let address = "https://pupil.one:secret@Example.ORG:8443/How%20to/bake-bread_at+home.html?token=hidden#part";
        assert_eq!(words(address).as_deref(), Some("example.org How to bake bread at home html"));
        assert_eq!(words("http://example.org").as_deref(), Some("example.org"));
        assert_eq!(words("http://[::1]:80/a").as_deref(), Some("::1 a"));
    }

    #[test]
    fn marks_of_sessions_are_no_words() {
        assert_eq!(words("https://example.org/reset/9f8e7d6c5b4a39281706aa").as_deref(), Some("example.org reset"));
        assert_eq!(words("https://example.org/year-10/1984").as_deref(), Some("example.org year 10 1984"));
    }

    #[test]
    fn an_account_cannot_pass_for_a_host() {
        for address in [
            "https://help.example@evil.example/",
            "https://help.example:443@evil.example/",
            r"https:\\evil.example\@help.example/",
            "https://evil.example?@help.example/",
            "https://evil.example#@help.example/",
            "HTTPS:evil.example/help.example",
        ] {
            assert_eq!(Address::parse(address).expect("an address").host, "evil.example", "{address}");
        }
    }

    #[test]
    fn pages_that_are_not_of_the_web_are_none() {
        for address in
            ["chrome://settings", "file:///home/pupil.one/a", "about:blank", "data:text/html,x", "", "http://"]
        {
            assert!(Address::parse(address).is_none(), "{address}");
        }
    }

    /// Each byte of a text as browsers write it into a query: a blank as a plus.
    fn encoded(text: &str) -> String {
        text.bytes()
            .map(|byte| match byte {
                b' ' => "+".to_owned(),
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => char::from(byte).to_string(),
                _ => format!("%{byte:02X}"),
            })
            .collect()
    }

    proptest! {
        #[test]
        fn no_text_ends_the_parser(text in "\\PC{0,60}", tail in "[a-z0-9%@:/?#&=.\\\\\\[\\]+-]{0,60}") {
            for address in [text.clone(), format!("http://{text}{tail}"), format!("https://xn--{tail}/{text}")] {
                if let Some(address) = Address::parse(&address) {
                    address.words();
                    address.parameter(&["q"]);
                }
            }
        }

        #[test]
        fn what_was_encoded_is_decoded(text in "\\PC{1,40}") {
            let encoded = encoded(&text);
            prop_assert_eq!(decode(&encoded, true), text.as_str());
            let address = format!("https://example.org/search?a=1&q={encoded}&b=2");
            let found = Address::parse(&address).and_then(|address| address.parameter(&["q"]));
            prop_assert_eq!(found, Some(text));
        }
    }
}
