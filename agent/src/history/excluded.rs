//! Hosts and pages that the policy keeps out of sight: help lines, health, banking, the school's own systems.
//!
//! A visit to one of them is dropped whole, before any text of it leaves the reader. What only looks like one is not
//! dropped: the account in an address, or a name that merely begins or ends with an excluded one.

use std::collections::HashMap;

use super::address::Address;
use super::host_name;

/// Why a rule is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{rule:?} names no host\n  write a host, or a host and the beginning of a path:  example.org  or  example.org/help"
)]
pub struct BadRule {
    /// As it was written.
    pub rule: String,
}

/// Which pages of a host are excluded.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Pages {
    All,
    /// Those below one of these paths, part by part, in lower case.
    Below(Vec<Vec<String>>),
}

/// Hosts and pages that are excluded. None, unless it was made of rules.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Excluded {
    hosts: HashMap<String, Pages>,
    rules: Vec<String>,
}

impl Excluded {
    /// Takes rules in: `example.org` stands for that host and all below it, `example.org/path` for the pages there whose
    /// path begins with these parts. Upper and lower case, a scheme, a port, `*.` in front and a trailing dot make no
    /// difference; a host may be written in Unicode or in punycode.
    ///
    /// # Errors
    /// When a rule names no host.
    pub fn parse<R: AsRef<str>>(rules: impl IntoIterator<Item = R>) -> Result<Self, BadRule> {
        let mut excluded = Self::default();
        for rule in rules {
            excluded.add(rule.as_ref()).ok_or_else(|| BadRule { rule: rule.as_ref().to_owned() })?;
        }
        Ok(excluded)
    }

    fn add(&mut self, rule: &str) -> Option<()> {
        let bare = rule.trim();
        let bare = bare.split_once("://").map_or(bare, |(_, rest)| rest);
        let bare = bare.strip_prefix("*.").unwrap_or(bare).trim_start_matches('.');
        let whole = format!("https://{bare}");
        let address = Address::parse(&whole)?;
        if !is_host(&address.host)
            || !address.query.is_empty()
            || bare.starts_with(['/', '\\'])
            || bare.contains(['@', '?', '#'])
        {
            return None;
        }
        let path: Vec<String> = address.segments().iter().map(|part| part.to_lowercase()).collect();
        let pages = self.hosts.entry(address.host).or_insert_with(|| Pages::Below(Vec::new()));
        match pages {
            Pages::Below(_) if path.is_empty() => *pages = Pages::All,
            Pages::Below(paths) => paths.push(path),
            Pages::All => {}
        }
        self.rules.push(rule.to_owned());
        Some(())
    }

    /// The rules, as they were written.
    #[must_use]
    pub fn rules(&self) -> &[String] {
        &self.rules
    }

    /// Whether the page of this address is excluded. What is no address of the web is not.
    #[must_use]
    pub fn has(&self, address: &str) -> bool {
        Address::parse(address).is_some_and(|address| self.covers(&address))
    }

    pub(super) fn covers(&self, address: &Address<'_>) -> bool {
        let mut names = host_name::and_above(&address.host);
        names.any(|name| self.hosts.get(name).is_some_and(|pages| pages.have(address)))
    }
}

impl Pages {
    fn have(&self, address: &Address<'_>) -> bool {
        match self {
            Self::All => true,
            Self::Below(paths) => {
                let segments: Vec<String> = address.segments().iter().map(|part| part.to_lowercase()).collect();
                paths.iter().any(|path| segments.starts_with(path))
            }
        }
    }
}

fn is_host(host: &str) -> bool {
    let is_label = |label: &str| {
        !label.is_empty() && label.chars().all(|letter| letter.is_alphanumeric() || letter == '-' || letter == '_')
    };
    let is_number = host.contains(':') && host.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b':');
    (is_number || host.split('.').all(is_label)) && host_name::canonical(host).as_deref() == Some(host)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Excluded;

    fn excluded(rules: &[&str]) -> Excluded {
        Excluded::parse(rules).expect("rules")
    }

    #[test]
    fn a_host_stands_for_all_below_it_and_for_nothing_beside_it() {
        let excluded = excluded(&["help.example"]);
        for address in [
            "https://help.example/",
            "http://help.example",
            "https://www.help.example/a?b",
            "HTTPS://WWW.HELP.EXAMPLE/",
            "https://help.example./a",
            "https://help.example:8443/a",
            "https://pupil.one@help.example/",
            "https://evil.example@help.example/",
            "https://help%2Eexample/",
            "https://help。example/",
            r"https:\\help.example\a",
        ] {
            assert!(excluded.has(address), "{address}");
        }
        for address in [
            "https://nothelp.example/",
            "https://help.example.evil.example/",
            "https://help.example@evil.example/",
            "https://help.example:443@evil.example/",
            r"https://evil.example\@help.example/",
            "https://evil.example/help.example",
            "https://evil.example?help.example",
            "https://evil.example#@help.example",
            "https://example/",
            "help.example",
        ] {
            assert!(!excluded.has(address), "{address}");
        }
    }

    #[test]
    fn a_path_stands_for_what_begins_with_its_parts() {
        let excluded = excluded(&["example.org/Get%20Help/now", "two.example/a/"]);
        for address in [
            "https://example.org/get%20help/now",
            "https://example.org/Get%20Help/%6eow/today?x",
            "https://www.example.org//get%20help/./now/",
            "https://example.org/other/../get%20help/now",
            "https://two.example/a",
        ] {
            assert!(excluded.has(address), "{address}");
        }
        for address in [
            "https://example.org/get%20help/nowhere",
            "https://example.org/get%20help",
            "https://example.org/get%20help/now/../../essays",
            "https://example.org/get%20help/now/%2e%2e/later",
            "https://example.org/?/get%20help/now",
            "https://two.example/about",
        ] {
            assert!(!excluded.has(address), "{address}");
        }
    }

    #[test]
    fn rules_may_be_written_in_several_ways() {
        for rule in [
            "bücher.example",
            "XN--BCHER-KVA.example",
            "*.Bücher.example.",
            "https://bücher.example:80/",
            " .bücher.example",
        ] {
            assert!(excluded(&[rule]).has("https://www.xn--bcher-kva.example/a"), "{rule}");
        }
        assert!(excluded(&["example.org/a", "example.org"]).has("https://example.org/b"));
        assert!(excluded(&["example.org", "example.org/a"]).has("https://example.org/b"));
        assert!(excluded(&["127.0.0.1"]).has("http://127.0.0.1:8080/a"));
    }

    #[test]
    fn what_names_no_host_is_refused_and_named() {
        for rule in
            ["", "/path", "two words.example", "*", "a.*.example", "me@example.org", "example.org?q=1", "a..example"]
        {
            let refused = Excluded::parse([rule]).expect_err(rule);
            assert_eq!(refused.rule, rule);
        }
    }

    proptest! {
        #[test]
        fn whatever_is_below_an_excluded_host_is_excluded(below in "([a-z0-9]{1,8}\\.){0,3}", path in "\\PC{0,30}", port in 1..65_535_u16) {
            let address = format!("https://{below}help.example:{port}/{path}");
            prop_assert!(excluded(&["help.example"]).has(&address), "{}", address);
        }
    }
}
