//! What was searched for, out of the address of a page of results. The table is all there is to add an engine.
//!
//! It holds what people type their words into: search engines, the searches of social networks, shops and reference
//! works, and assistants that take a question in their address. A search that is sent by POST leaves no word here.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;

use super::address::Address;
use super::host_name;

/// Which hosts are meant.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Site<'a> {
    /// This host and those below it.
    Below(&'a str),
    /// This name under any country or "com", and what is below: `google` is www.google.com and google.co.uk.
    Anywhere(&'a str),
}

/// Which pages of them are meant.
enum Page {
    /// All.
    Any,
    /// The path begins with these parts.
    Begins(&'static [&'static str]),
    /// One of the path's parts is this.
    Has(&'static str),
}

struct Engine {
    site: Site<'static>,
    page: Page,
    parameters: &'static [&'static str],
}

const fn below(host: &'static str, page: Page, parameters: &'static [&'static str]) -> Engine {
    Engine { site: Site::Below(host), page, parameters }
}

const fn anywhere(name: &'static str, page: Page, parameters: &'static [&'static str]) -> Engine {
    Engine { site: Site::Anywhere(name), page, parameters }
}

const SEARCH: Page = Page::Has("search");
const Q: &[&str] = &["q"];

const ENGINES: &[Engine] = &[
    // Search engines.
    anywhere("google", SEARCH, Q),
    anywhere("google", Page::Begins(&["maps"]), Q),
    below("gemini.google.com", Page::Begins(&["app"]), Q),
    below("bing.com", Page::Any, Q),
    below("duckduckgo.com", Page::Any, Q),
    anywhere("yahoo", SEARCH, &["p"]),
    below("ecosia.org", Page::Any, Q),
    anywhere("yandex", Page::Any, &["text"]),
    below("ya.ru", Page::Any, &["text"]),
    below("baidu.com", Page::Any, &["wd", "word"]),
    below("search.brave.com", Page::Any, Q),
    below("startpage.com", Page::Any, &["query", "q"]),
    below("qwant.com", Page::Any, Q),
    below("kagi.com", SEARCH, Q),
    below("mojeek.com", SEARCH, Q),
    below("swisscows.com", Page::Any, &["query"]),
    below("metager.org", Page::Any, &["eingabe"]),
    below("ask.com", Page::Any, Q),
    below("search.aol.com", Page::Any, &["q", "p"]),
    below("dogpile.com", Page::Any, Q),
    below("search.naver.com", Page::Any, &["query"]),
    below("search.seznam.cz", Page::Any, Q),
    below("sogou.com", Page::Any, &["query"]),
    below("so.com", Page::Begins(&["s"]), Q),
    below("kiddle.co", Page::Any, Q),
    // Film, music and people.
    below("youtube.com", Page::Any, &["search_query", "q"]),
    below("tiktok.com", SEARCH, Q),
    below("reddit.com", SEARCH, Q),
    below("twitter.com", SEARCH, Q),
    below("x.com", SEARCH, Q),
    below("instagram.com", SEARCH, Q),
    below("facebook.com", SEARCH, Q),
    below("pinterest.com", SEARCH, Q),
    anywhere("pinterest", SEARCH, Q),
    below("twitch.tv", SEARCH, &["term"]),
    below("vimeo.com", SEARCH, Q),
    below("dailymotion.com", SEARCH, Q),
    below("soundcloud.com", SEARCH, Q),
    below("quora.com", SEARCH, Q),
    below("tumblr.com", SEARCH, Q),
    below("archiveofourown.org", SEARCH, &["work_search[query]", "query"]),
    below("wattpad.com", SEARCH, Q),
    // Shops and reference works.
    anywhere("amazon", Page::Begins(&["s"]), &["k", "field-keywords"]),
    anywhere("ebay", Page::Begins(&["sch"]), &["_nkw"]),
    below("etsy.com", SEARCH, Q),
    below("aliexpress.com", Page::Any, &["SearchText"]),
    below("wikipedia.org", Page::Any, &["search"]),
    below("wiktionary.org", Page::Any, &["search"]),
    below("fandom.com", Page::Has("Special:Search"), &["query", "search"]),
    below("archive.org", Page::Any, &["query"]),
    below("github.com", SEARCH, Q),
    below("stackoverflow.com", SEARCH, Q),
    below("bbc.co.uk", SEARCH, Q),
    // Assistants that take a question in their address.
    below("chatgpt.com", Page::Any, &["q", "prompt"]),
    below("chat.openai.com", Page::Any, &["q", "prompt"]),
    below("copilot.microsoft.com", Page::Any, Q),
    below("perplexity.ai", Page::Any, Q),
    below("claude.ai", Page::Begins(&["new"]), Q),
    below("you.com", SEARCH, Q),
    below("phind.com", SEARCH, Q),
];

/// The engines of each site: most addresses are of none.
static SITES: LazyLock<HashMap<Site<'_>, Vec<&Engine>>> = LazyLock::new(|| {
    let mut sites: HashMap<_, Vec<_>> = HashMap::new();
    for engine in ENGINES {
        sites.entry(engine.site).or_default().push(engine);
    }
    sites
});

/// What was searched for on the page of this address, with blanks around it taken off.
pub(super) fn search_of(address: &Address<'_>) -> Option<String> {
    if address.query.is_empty() {
        return None;
    }
    let engines = sites_of(&address.host).filter_map(|site| SITES.get(&site)).flatten();
    let mut searches =
        engines.filter(|engine| engine.page.is(address)).filter_map(|engine| address.parameter(engine.parameters));
    searches.find_map(|search| Some(search.trim().to_owned()).filter(|search| !search.is_empty()))
}

/// The sites that a host may belong to.
fn sites_of(host: &str) -> impl Iterator<Item = Site<'_>> {
    host_name::and_above(host).flat_map(|name| {
        let anywhere =
            name.split_once('.').filter(|(_, above)| is_anywhere(above)).map(|(name, _)| Site::Anywhere(name));
        [Some(Site::Below(name)), anywhere].into_iter().flatten()
    })
}

/// Whether it is "com", a country, or what stands for "com" in one.
fn is_anywhere(above: &str) -> bool {
    let country = above.strip_prefix("co.").or_else(|| above.strip_prefix("com.")).unwrap_or(above);
    above == "com" || country.len() == 2
}

impl Page {
    fn is(&self, address: &Address<'_>) -> bool {
        match self {
            Self::Any => true,
            Self::Begins(parts) => {
                address.segments().iter().zip(*parts).filter(|(a, b)| a.as_ref() == **b).count() == parts.len()
            }
            Self::Has(part) => {
                let is_it =
                    |segment: &Cow<'_, str>| segment.split('.').next().is_some_and(|s| s.eq_ignore_ascii_case(part));
                address.segments().iter().any(is_it)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{ENGINES, Page, Site, search_of};
    use crate::history::address::Address;

    fn search(address: &str) -> Option<String> {
        search_of(&Address::parse(address)?)
    }

    #[test]
    fn engines_say_what_was_searched_for() {
        for address in [
            "https://www.google.com/search?q=baking+bread&source=hp&ei=abc",
            "https://www.google.co.uk/search?client=firefox-b-d&q=baking%20bread",
            "https://google.de/search?hl=de&q=baking+bread#top",
            "https://www.google.com.au/search?q=baking+bread",
            "https://www.bing.com/images/search?q=baking+bread&form=X",
            "https://duckduckgo.com/?t=h_&q=baking+bread&ia=web",
            "https://uk.search.yahoo.com/search?p=baking+bread&fr=yfp",
            "https://search.yahoo.co.jp/search?p=baking+bread",
            "https://www.ecosia.org/search?method=index&q=baking+bread",
            "https://yandex.com.tr/search/?text=baking+bread&lr=1",
            "https://m.baidu.com/s?word=baking+bread",
            "http://www.baidu.com/s?wd=baking+bread",
            "https://search.brave.com/search?q=baking+bread&source=web",
            "https://www.startpage.com/sp/search?query=baking+bread",
            "https://www.qwant.com/?l=en&q=baking+bread&t=web",
            "https://m.youtube.com/results?search_query=baking+bread",
            "https://music.youtube.com/search?q=baking+bread",
            "https://www.tiktok.com/search/video?q=baking%20bread&t=1",
            "https://www.reddit.com/r/invented/search/?q=baking+bread",
            "https://www.amazon.co.uk/s?k=baking+bread&crid=1",
            "https://en.wikipedia.org/w/index.php?search=baking+bread&title=Special%3ASearch",
            "https://chatgpt.com/?q=baking+bread",
            "https://x.com/search?q=baking%20bread&src=typed_query",
            "https://www.ebay.co.uk/sch/i.html?_nkw=baking+bread",
        ] {
            assert_eq!(search(address).as_deref(), Some("baking bread"), "{address}");
        }
    }

    #[test]
    fn queries_of_other_pages_are_not_searches() {
        for address in [
            "https://google.com.example.org/search?q=secret",
            "https://notgoogle.com/search?q=secret",
            "https://www.google.com/url?q=https://example.org/",
            "https://www.google.com/accounts?q=secret",
            "https://mybing.com/search?q=secret",
            "https://www.amazon.co.uk/signin?k=secret",
            "https://www.google.com/search?q=",
            "https://www.google.com/search?q=+%20",
            "https://www.google.com/search?oq=half",
            "https://example.org/search?q=secret",
        ] {
            assert_eq!(search(address), None, "{address}");
        }
    }

    proptest! {
        /// Whatever is searched for, and with whichever engine, comes out as it was typed.
        #[test]
        fn every_engine_gives_the_search_back(engine in 0..ENGINES.len(), typed in "\\PC{1,30}") {
            let engine = &ENGINES[engine];
            let host = match engine.site {
                Site::Below(host) => format!("www.{host}"),
                Site::Anywhere(name) => format!("uk.{name}.co.uk"),
            };
            let path = match engine.page {
                Page::Any => String::new(),
                Page::Begins(parts) => parts.join("/"),
                Page::Has(part) => format!("en/{part}"),
            };
            let coded: String = typed.bytes().map(|byte| format!("%{byte:02x}")).collect();
            let address = format!("https://{host}/{path}?x=1&{}={coded}#q", engine.parameters[0]);
            let expected = Some(typed.trim().to_owned()).filter(|typed| !typed.is_empty());
            prop_assert_eq!(search(&address), expected, "{}", address);
        }
    }
}
