//! Charts as SVG inside of HTML. Colours are told apart by people who do not see red or green, and nothing is said by
//! colour alone; numbers stand beside every bar.

use super::{Bar, longest};
use crate::render::text::shorten;

/// Of bars: a blue and an orange that differ in lightness too (Okabe and Ito).
const BLUE: &str = "#0072b2";
const WIDTH: u32 = 680;
/// Height of a bar with its gap.
const STEP: u32 = 26;
/// Where bars begin.
const LEFT: u32 = 250;
/// Room for the number behind the longest.
const RIGHT: u32 = 70;
/// Height of the tallest column, and of what stands above and below.
const TALL: u32 = 130;
const ABOVE: u32 = 22;
const BELOW: u32 = 26;
/// Letters of a name beside a bar.
const LETTERS: usize = 33;

/// Bars under each other.
pub(super) fn bars(bars: &[Bar]) -> String {
    let (height, most) = (number(bars.len()) * STEP + 4, longest(bars));
    let room = WIDTH - LEFT - RIGHT;
    let bar = |(at, bar): (usize, &Bar)| {
        let y = number(at) * STEP + 4;
        let text = y + 14;
        let name = format!(
            "<text x=\"{}\" y=\"{text}\" text-anchor=\"end\">{}</text>",
            LEFT - 10,
            escaped(&shorten(&bar.name, LETTERS))
        );
        let drawn = match bar.value {
            Some(value) => {
                let length = scaled(value, most, room).max(u32::from(value > 0) * 2);
                format!(
                    "<rect x=\"{LEFT}\" y=\"{y}\" width=\"{length}\" height=\"18\" rx=\"2\" fill=\"{BLUE}\"/>\
                     <text x=\"{}\" y=\"{text}\" class=\"n\">{}</text>",
                    LEFT + length + 8,
                    bar.told()
                )
            }
            None => format!("<text x=\"{LEFT}\" y=\"{text}\" class=\"h\">hidden: small numbers</text>"),
        };
        name + &drawn
    };
    let drawn: String = bars.iter().enumerate().map(bar).collect();
    framed(height, &described(bars), &drawn)
}

/// Columns side by side.
pub(super) fn columns(bars: &[Bar]) -> String {
    let most = longest(bars);
    let step = (WIDTH / number(bars.len()).max(1)).clamp(24, 110);
    let base = ABOVE + TALL;
    let column = |(at, bar): (usize, &Bar)| {
        let x = number(at) * step;
        let middle = x + step / 2;
        let (wide, from) = (step * 6 / 10, x + step * 2 / 10);
        let name =
            format!("<text x=\"{middle}\" y=\"{}\" text-anchor=\"middle\">{}</text>", base + 18, escaped(&bar.name));
        let drawn = match bar.value {
            Some(value) => {
                let tall = scaled(value, most, TALL).max(u32::from(value > 0) * 2);
                format!(
                    "<rect x=\"{from}\" y=\"{}\" width=\"{wide}\" height=\"{tall}\" rx=\"2\" fill=\"{BLUE}\"/>\
                     <text x=\"{middle}\" y=\"{}\" text-anchor=\"middle\" class=\"n\">{}</text>",
                    base - tall,
                    base - tall - 6,
                    bar.told()
                )
            }
            None => format!(
                "<rect x=\"{from}\" y=\"{}\" width=\"{wide}\" height=\"30\" rx=\"2\" fill=\"none\" stroke=\"#8a9099\" \
                 stroke-dasharray=\"3 3\"/><text x=\"{middle}\" y=\"{}\" text-anchor=\"middle\" class=\"h\">hidden</text>",
                base - 30,
                base - 36
            ),
        };
        name + &drawn
    };
    let drawn: String = bars.iter().enumerate().map(column).collect();
    let line = format!("<line x1=\"0\" y1=\"{base}\" x2=\"{WIDTH}\" y2=\"{base}\" stroke=\"#c6cad1\"/>");
    framed(base + BELOW, &described(bars), &(line + &drawn))
}

pub(super) fn framed(height: u32, label: &str, drawn: &str) -> String {
    format!(
        "<svg viewBox=\"0 0 {WIDTH} {height}\" width=\"{WIDTH}\" height=\"{height}\" role=\"img\" \
         aria-label=\"{label}\">{drawn}</svg>\n"
    )
}

/// The chart in words, for whoever hears it read.
fn described(bars: &[Bar]) -> String {
    let parts: Vec<String> = bars.iter().map(|bar| format!("{} {}", escaped(&bar.name), bar.told())).collect();
    parts.join("; ")
}

pub(super) fn scaled(value: u32, most: u32, room: u32) -> u32 {
    u32::try_from(u64::from(value) * u64::from(room) / u64::from(most)).unwrap_or(room)
}

pub(super) fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// Text between tags and in attributes.
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in crate::render::text::safe(text).chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}
