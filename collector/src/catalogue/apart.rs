//! Files of several rules taken apart: a school's own are kept one in a file, so that one can be replaced or removed.

use super::RuleFile;
use super::compile::{parse, split};
use super::flaw::{Flaw, Flaws};

impl RuleFile {
    /// One file for each rule, with its slug; what stands before the first rule stands before each.
    ///
    /// # Errors
    /// When the file cannot be read as rules.
    pub fn apart(&self) -> Result<Vec<(String, RuleFile)>, Flaws> {
        let slugs = parse(self, true)?.slugs();
        let rules = split(&self.text);
        if rules.len() != slugs.len() {
            let problem = "its rules cannot be told apart".to_owned();
            let remedy = "let each begin with a line [[title]]".to_owned();
            let (file, slug) = (self.name.clone(), String::new());
            return Err(Flaws(vec![Flaw { file, line: None, slug, field: String::new(), problem, remedy }]));
        }
        let head = self.text.lines().take_while(|line| line.trim() != "[[title]]");
        let head: String = head.map(|line| format!("{line}\n")).collect();
        let apart = slugs.into_iter().zip(rules).map(|(slug, rule)| {
            let file = RuleFile { name: format!("{slug}.toml"), text: format!("{}\n\n{rule}\n", head.trim_end()) };
            (slug, file)
        });
        Ok(apart.collect())
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Catalogue, RuleFile};

    #[test]
    fn rules_taken_apart_are_what_they_were_together() {
        let rule = |slug: &str| {
            format!(
                "[[title]] \nslug = \"{slug}\"\nname = \"{slug}\"\nlicensing = \"free\"\nnames = [\"{slug}\"]
source = \"a test\" # said\nhits = [\"{slug}\"]\nmisses = [\"other\"]\n"
            )
        };
        let text =
            format!("# Ours.\ncategory = \"game\"\nchecked = \"2026-11-22\"\n\n{}\n{}", rule("slate"), rule("chalk"));
        let together = RuleFile { name: "ours.toml".into(), text };
        let apart = together.apart().expect("can be told apart");
        let files: Vec<RuleFile> = apart.iter().map(|(_, file)| file.clone()).collect();
        assert_eq!(files.iter().map(|file| file.name.as_str()).collect::<Vec<_>>(), ["slate.toml", "chalk.toml"]);
        let (one, many) = (Catalogue::with(&[together]).expect("loads"), Catalogue::with(&files).expect("loads"));
        for slug in ["slate", "chalk"] {
            let (one, many) = (one.title(slug).expect("is there"), many.title(slug).expect("is there"));
            assert_eq!((one.category, &one.rule), (many.category, &many.rule));
        }
        let torn = RuleFile {
            name: "torn.toml".into(),
            text: "category = \"game\"\nchecked = \"2026-11-22\"\ntitle = []".into(),
        };
        assert_eq!(torn.apart().expect("has none"), []);
    }
}
