//! Many findings said in few words, and many names in one line.

use std::collections::{BTreeMap, BTreeSet};

use caretaker_proto::console::v1::Finding;

use super::text::{number, width};

/// Findings that say the same.
pub(super) struct Group<'a> {
    /// "fails", "unknown".
    pub(super) verdict: &'a str,
    /// What they say.
    pub(super) summary: &'a str,
    /// The reason that most of them give.
    pub(super) reason: &'a str,
    /// How many other reasons there are.
    pub(super) other_reasons: usize,
    /// What to do, as the first of them with that reason says.
    pub(super) remedy: &'a str,
    /// Names of the devices.
    pub(super) devices: BTreeSet<&'a str>,
    /// How many devices: two may share a name.
    pub(super) device_count: u32,
    /// What they are about, where they are about a user or a file.
    pub(super) subjects: BTreeSet<&'a str>,
    /// Whether all of them are closed.
    pub(super) closed: bool,
}

/// Groups findings of one requirement: what fails before what is unknown, the most devices first.
pub(super) fn group<'a>(findings: &[&'a Finding]) -> Vec<Group<'a>> {
    let mut by_words: BTreeMap<(&str, &str, bool), Vec<&Finding>> = BTreeMap::new();
    for finding in findings {
        let key = (finding.verdict.as_str(), finding.summary.as_str(), !finding.closed_at.is_empty());
        by_words.entry(key).or_default().push(finding);
    }
    let mut groups: Vec<Group<'_>> = by_words.into_iter().map(|(key, findings)| of(key, &findings)).collect();
    groups.sort_by_key(|group| (group.closed, group.verdict != "fails", std::cmp::Reverse(group.device_count)));
    groups
}

fn of<'a>((verdict, summary, closed): (&'a str, &'a str, bool), findings: &[&'a Finding]) -> Group<'a> {
    let mut reasons: BTreeMap<&str, (usize, &str)> = BTreeMap::new();
    for finding in findings {
        reasons.entry(&finding.reason).or_insert((0, &finding.remedy)).0 += 1;
    }
    let other_reasons = reasons.len().saturating_sub(1);
    // The most frequent; of equals the first, so that the same findings always read the same.
    let usual = reasons.into_iter().rev().max_by_key(|(_, (times, _))| *times);
    let (reason, (_, remedy)) = usual.unwrap_or_default();
    let ids: BTreeSet<&str> = findings.iter().map(|finding| finding.device_id.as_str()).collect();
    Group {
        verdict,
        summary,
        reason,
        other_reasons,
        remedy,
        devices: findings.iter().map(|finding| finding.device.as_str()).collect(),
        device_count: u32::try_from(ids.len()).unwrap_or(u32::MAX),
        subjects: findings.iter().map(|finding| finding.subject.as_str()).filter(|name| !name.is_empty()).collect(),
        closed,
    }
}

/// Names in at most `columns`: neighbours in a row become "PC-LAB3-01 .. 09", and what does not fit is counted.
pub(super) fn names(names: &BTreeSet<&str>, columns: usize) -> String {
    let runs = runs(names);
    let mut line = String::new();
    let mut shown = 0;
    for (at, (text, count)) in runs.iter().enumerate() {
        let left = names.len() - shown - count;
        let more = if left > 0 { width(&and_more(left)) } else { 0 };
        let comma = if line.is_empty() { 0 } else { 2 };
        if at > 0 && width(&line) + comma + width(text) + more > columns {
            line.push_str(&and_more(names.len() - shown));
            return line;
        }
        if comma > 0 {
            line.push_str(", ");
        }
        line.push_str(text);
        shown += count;
    }
    line
}

fn and_more(n: usize) -> String {
    format!(" and {} more", number(u64::try_from(n).unwrap_or(u64::MAX)))
}

/// Names that are counted up, as one text with how many it stands for.
fn runs(names: &BTreeSet<&str>) -> Vec<(String, usize)> {
    let mut runs: Vec<Run<'_>> = Vec::new();
    for name in names {
        let digits = name.len() - name.trim_end_matches(|letter: char| letter.is_ascii_digit()).len();
        let (stem, digits) = name.split_at(name.len() - digits);
        let number = digits.parse::<u64>().ok();
        match runs.last_mut() {
            Some(run) if number.is_some() && run.goes_on(stem, digits, number) => {
                run.last = digits;
                run.count += 1;
            }
            Some(_) | None => runs.push(Run { stem, first: digits, last: digits, count: 1 }),
        }
    }
    runs.into_iter().flat_map(Run::texts).collect()
}

struct Run<'a> {
    stem: &'a str,
    first: &'a str,
    last: &'a str,
    count: usize,
}

impl Run<'_> {
    fn goes_on(&self, stem: &str, digits: &str, number: Option<u64>) -> bool {
        let next = self.last.parse::<u64>().ok().and_then(|last| last.checked_add(1));
        self.stem == stem && self.last.len() == digits.len() && next == number
    }

    /// Two names are said as two; three and more as a row.
    fn texts(self) -> Vec<(String, usize)> {
        let Self { stem, first, last, count } = self;
        match count {
            1 => vec![(format!("{stem}{first}"), 1)],
            2 => vec![(format!("{stem}{first}"), 1), (format!("{stem}{last}"), 1)],
            _ => vec![(format!("{stem}{first} .. {last}"), count)],
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use caretaker_proto::console::v1::Finding;

    use super::{group, names};

    fn set<'a>(names: &[&'a str]) -> BTreeSet<&'a str> {
        names.iter().copied().collect()
    }

    #[test]
    fn names_that_count_up_become_a_row() {
        let lab: Vec<String> = (1..=9).map(|n| format!("PC-LAB3-{n:02}")).collect();
        let mut all: BTreeSet<&str> = lab.iter().map(String::as_str).collect();
        all.insert("LT-ART-02");
        assert_eq!(names(&all, 60), "LT-ART-02, PC-LAB3-01 .. 09");
        assert_eq!(names(&set(&["PC-1", "PC-2"]), 60), "PC-1, PC-2");
        assert_eq!(names(&set(&["PC-09", "PC-10", "PC-11", "PC-13"]), 60), "PC-09 .. 11, PC-13");
    }

    #[test]
    fn names_that_do_not_fit_are_counted() {
        let all = set(&["anna", "berta", "carl", "dora", "emil"]);
        assert_eq!(names(&all, 30), "anna, berta, carl and 2 more");
        assert_eq!(names(&all, 8), "anna and 4 more");
    }

    #[test]
    fn what_says_the_same_is_one_group_and_the_largest_comes_first() {
        let finding = |device: &str, verdict: &str, summary: &str, reason: &str| Finding {
            device: device.into(),
            device_id: device.into(),
            verdict: verdict.into(),
            summary: summary.into(),
            reason: reason.into(),
            ..Finding::default()
        };
        let all = [
            finding("A", "unknown", "unknown", "not readable"),
            finding("B", "fails", "locks late", "900"),
            finding("C", "fails", "never locks", "off"),
            finding("D", "fails", "never locks", "off"),
            finding("E", "fails", "never locks", "no limit"),
        ];
        let groups = group(&all.iter().collect::<Vec<_>>());
        let said: Vec<_> = groups.iter().map(|group| (group.summary, group.device_count, group.reason)).collect();
        assert_eq!(said, [("never locks", 3, "off"), ("locks late", 1, "900"), ("unknown", 1, "not readable")]);
        assert_eq!(groups[0].other_reasons, 1);
    }
}
