//! How the seats went over the weeks before: a chart of the page.

use super::Papers;
use crate::render::report::{Block, Course};
use crate::render::text::number;
use crate::store::licence_audit::TrendWeek;

/// The chart, once there are two weeks to compare.
pub(super) fn blocks(papers: &Papers) -> Vec<Block> {
    let weeks = &papers.trend;
    if weeks.len() < 2 {
        return Vec::new();
    }
    let line = |name: &str, figure: fn(&TrendWeek) -> u32| (name.to_owned(), weeks.iter().map(figure).collect());
    let course = Course {
        points: weeks.iter().map(|week| week.day.strftime("%-d %b").to_string()).collect(),
        lines: vec![
            line("owned", |week| week.owned),
            line("installed", |week| week.installed),
            line("missing", |week| week.over),
        ],
    };
    vec![
        Block::Heading(format!("The last {} audits", number(u64::try_from(weeks.len()).unwrap_or_default()))),
        Block::Course(course),
        Block::Note(
            "Seats of titles that are counted by seats; of several audits in a week the newest. Copies that the licence \
             of a suite covers are left out."
                .into(),
        ),
    ]
}
