//! How figures went from week to week: lines of a chart, which differ in dashes and marks as well as in colour and say
//! at their end what they are.

use super::svg::{escaped, framed, number, scaled};
use crate::render::text;

/// Left of the chart stand the figures of its height, right of it the names of the lines.
const LEFT: u32 = 46;
const WIDE: u32 = 484;
const ABOVE: u32 = 14;
const TALL: u32 = 130;
const BELOW: u32 = 30;
/// Points of which every one is named below; of more, every second.
const NAMED: usize = 8;
/// Between two names at the right.
const LINE: u32 = 17;
/// Colours (Okabe and Ito) and dashes, by turns.
const LOOKS: [(&str, &str); 3] = [("#0072b2", "none"), ("#d55e00", "7 4"), ("#30363d", "2 4")];

/// Figures that changed with time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Course {
    /// What the points are called, from the earliest: "16 Nov".
    pub points: Vec<String>,
    /// Name of each line, and its figure at every point.
    pub lines: Vec<(String, Vec<u32>)>,
}

impl Course {
    /// The same as a table: its columns, and a row a point.
    pub(super) fn table(&self, points: &str) -> (Vec<String>, Vec<Vec<String>>) {
        let columns = std::iter::once(points).chain(self.lines.iter().map(|(name, _)| name.as_str()));
        let row = |(at, point): (usize, &String)| {
            let figures =
                self.lines.iter().map(|(_, values)| text::number(values.get(at).copied().unwrap_or_default()));
            std::iter::once(point.clone()).chain(figures).collect()
        };
        (columns.map(str::to_owned).collect(), self.points.iter().enumerate().map(row).collect())
    }

    /// As a chart.
    pub(super) fn svg(&self) -> String {
        let top = ceiling(self.lines.iter().flat_map(|(_, values)| values.iter().copied()).max().unwrap_or_default());
        let grid: String = [0, top / 2, top].into_iter().map(|figure| level(figure, top)).collect();
        let lines: String =
            self.lines.iter().zip(LOOKS.iter().cycle()).map(|((_, values), look)| line(values, *look, top)).collect();
        let names: String = self.names(top);
        let every = if self.points.len() > NAMED { 2 } else { 1 };
        let last = self.points.len().saturating_sub(1);
        let points: String = (0..)
            .zip(&self.points)
            .filter(|(at, _)| (last - at).is_multiple_of(every))
            .map(|(at, point)| {
                let (x, y) = (across(at, self.points.len()), ABOVE + TALL + 20);
                format!("<text x=\"{x}\" y=\"{y}\" text-anchor=\"middle\">{}</text>", escaped(point))
            })
            .collect();
        framed(ABOVE + TALL + BELOW, &self.described(), &(grid + &lines + &names + &points))
    }

    /// Each line's name and last figure, beside its end, none over another.
    fn names(&self, top: u32) -> String {
        let mut ends: Vec<(u32, String, &str)> = self
            .lines
            .iter()
            .zip(LOOKS.iter().cycle())
            .map(|((name, values), (colour, _))| {
                let last = values.last().copied().unwrap_or_default();
                (height(last, top), format!("{} {name}", text::number(last)), *colour)
            })
            .collect();
        ends.sort();
        let mut free = ABOVE;
        let put = |(y, name, colour): (u32, String, &str)| {
            let y = y.max(free);
            free = y + LINE;
            let x = LEFT + WIDE + 14;
            format!("<text x=\"{x}\" y=\"{}\" class=\"n\" style=\"fill:{colour}\">{}</text>", y + 5, escaped(&name))
        };
        ends.into_iter().map(put).collect()
    }

    /// In words, for whoever hears it read.
    fn described(&self) -> String {
        let line = |(name, values): &(String, Vec<u32>)| {
            let figures: Vec<String> =
                self.points.iter().zip(values).map(|(point, value)| format!("{} {value}", escaped(point))).collect();
            format!("{}: {}", escaped(name), figures.join(", "))
        };
        self.lines.iter().map(line).collect::<Vec<_>>().join("; ")
    }
}

/// A round figure that none is above, and that can be halved.
fn ceiling(most: u32) -> u32 {
    let mut step = 2_u32;
    loop {
        for round in [step, step.saturating_mul(2), step.saturating_mul(3), step.saturating_mul(5)] {
            if round >= most {
                return round;
            }
        }
        step = step.saturating_mul(10);
    }
}

fn height(figure: u32, top: u32) -> u32 {
    ABOVE + TALL - scaled(figure, top, TALL)
}

fn across(at: usize, points: usize) -> u32 {
    let gaps = number(points).saturating_sub(1).max(1);
    LEFT + 12 + scaled(number(at), gaps, WIDE - 24)
}

fn level(figure: u32, top: u32) -> String {
    let y = height(figure, top);
    format!(
        "<line x1=\"{LEFT}\" y1=\"{y}\" x2=\"{}\" y2=\"{y}\" stroke=\"#dfe2e7\"/>\
         <text x=\"{}\" y=\"{}\" text-anchor=\"end\" class=\"h\">{}</text>",
        LEFT + WIDE,
        LEFT - 8,
        y + 4,
        text::number(figure)
    )
}

fn line(values: &[u32], (colour, dashes): (&str, &str), top: u32) -> String {
    let places: Vec<(u32, u32)> =
        values.iter().enumerate().map(|(at, value)| (across(at, values.len()), height(*value, top))).collect();
    let path: Vec<String> = places.iter().map(|(x, y)| format!("{x},{y}")).collect();
    let mark = |(x, y): &(u32, u32)| format!("<circle cx=\"{x}\" cy=\"{y}\" r=\"3\" fill=\"{colour}\"/>");
    let marks: String = places.iter().map(mark).collect();
    format!(
        "<polyline points=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2.5\" stroke-dasharray=\"{dashes}\"/>{marks}",
        path.join(" ")
    )
}

#[cfg(test)]
mod tests {
    use super::{Course, ceiling};

    #[test]
    fn the_scale_ends_at_a_round_figure_that_can_be_halved() {
        for (most, top) in [(0, 2), (2, 2), (3, 4), (7, 10), (11, 20), (61, 100), (1_204, 2_000), (u32::MAX, u32::MAX)]
        {
            assert_eq!(ceiling(most), top, "{most}");
        }
    }

    #[test]
    fn lines_that_end_at_the_same_height_are_named_one_under_the_other() {
        let course = Course {
            points: vec!["9 Nov".into(), "16 Nov".into()],
            lines: vec![
                ("owned".into(), vec![30, 30]),
                ("installed".into(), vec![34, 30]),
                ("<over>".into(), vec![4, 0]),
            ],
        };
        let drawn = course.svg();
        let at = |name: &str| {
            let end = drawn.find(&format!(">{name}</text>")).expect("is named");
            let place = drawn[..end].rfind("y=\"").map(|from| &drawn[from + 3..]).expect("stands somewhere");
            place.split('"').next().and_then(|y| y.parse::<u32>().ok()).expect("a height")
        };
        assert!(at("30 installed").abs_diff(at("30 owned")) >= 17, "{drawn}");
        assert!(at("0 &lt;over&gt;") > at("30 owned"), "{drawn}");
        assert!(drawn.contains("aria-label=\"owned: 9 Nov 30, 16 Nov 30; installed: 9 Nov 34, 16 Nov 30;"), "{drawn}");
        assert_eq!(course.table("Week").1[0], ["9 Nov", "30", "34", "4"]);
    }
}
