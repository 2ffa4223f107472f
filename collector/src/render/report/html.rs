//! A document as one HTML file: nothing is loaded, nothing runs, and it prints on A4.

use super::svg::{self, escaped};
use super::{Block, Leaflet, Mark};

const STYLE: &str = include_str!("page.css");

/// Writes a document as HTML.
#[must_use]
pub fn write(leaflet: &Leaflet) -> String {
    let under: String = leaflet.under.iter().map(|line| format!("<p>{}</p>\n", escaped(line))).collect();
    let blocks: String = leaflet.blocks.iter().map(written).collect();
    format!(
        "<!DOCTYPE html>\n<html lang=\"en-GB\"><head><meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n\
         <title>{title}</title>\n<style>\n{STYLE}</style></head>\n<body><main>\n\
         <header><h1>{title}</h1>\n{under}</header>\n{blocks}<footer>{footer}</footer>\n</main></body></html>\n",
        title = escaped(&leaflet.title),
        footer = escaped(&leaflet.footer),
    )
}

fn written(block: &Block) -> String {
    match block {
        Block::Heading(text) => format!("<h2>{}</h2>\n", escaped(text)),
        Block::Text(text) => format!("<p>{}</p>\n", escaped(text)),
        Block::Points(points) => {
            let points: String = points.iter().map(|point| format!("<li>{}</li>\n", escaped(point))).collect();
            format!("<ul>\n{points}</ul>\n")
        }
        Block::Figures(figures) => {
            let figure = |(figure, what): &(String, String)| {
                format!("<div><dd>{}</dd><dt>{}</dt></div>\n", escaped(figure), escaped(what))
            };
            format!("<dl class=\"figures\">\n{}</dl>\n", figures.iter().map(figure).collect::<String>())
        }
        Block::Bars(bars) => svg::bars(bars),
        Block::Columns(bars) => svg::columns(bars),
        Block::Course(course) => course.svg(),
        Block::Table(columns, rows) => table(columns, rows),
        Block::Checks(marks) => {
            let rows: String = marks.iter().map(check).collect();
            format!("<table class=\"check\">\n{rows}</table>\n")
        }
        Block::Note(text) => format!("<p class=\"note\">{}</p>\n", escaped(text)),
    }
}

fn table(columns: &[String], rows: &[Vec<String>]) -> String {
    if rows.is_empty() {
        return "<p class=\"note\">None.</p>\n".into();
    }
    // Numbers stand at the right edge of their column.
    let is_number = |at: usize| rows.iter().filter_map(|row| row.get(at)).all(|cell| reads_as_number(cell));
    let class = |at: usize| if is_number(at) { " class=\"r\"" } else { "" };
    let cells = |row: &[String], tag: &str| -> String {
        row.iter().enumerate().map(|(at, cell)| format!("<{tag}{}>{}</{tag}>", class(at), escaped(cell))).collect()
    };
    let body: String = rows.iter().map(|row| format!("<tr>{}</tr>\n", cells(row, "td"))).collect();
    format!("<table><thead><tr>{}</tr></thead>\n<tbody>\n{body}</tbody></table>\n", cells(columns, "th"))
}

/// "1,204", "98 %", "£1,208", "+4", and what stands in their place.
pub(super) fn reads_as_number(cell: &str) -> bool {
    let digits = cell.trim_end_matches(" %").trim_start_matches(['£', '+', '-']).replace([',', '.'], "");
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
        || matches!(cell, "hidden" | "-" | "not known" | "any number")
}

fn check(mark: &Mark) -> String {
    let state = match mark.state.as_str() {
        known @ ("green" | "amber" | "red") => known,
        _ => "unknown",
    };
    // Shapes for whoever sees no colours.
    let shape = match state {
        "green" => "✓",
        "amber" => "!",
        "red" => "✕",
        _ => "?",
    };
    format!(
        "<tr><td><span class=\"badge {state}\">{shape} {state}</span></td>\
         <td>{}<span class=\"rule\">{}. Green when: {}.</span></td></tr>\n",
        escaped(&mark.question),
        escaped(&mark.figure),
        escaped(&mark.rule)
    )
}
