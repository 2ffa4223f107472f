//! A mail as simple HTML: one column, styles on the elements, no picture, no link, no script, nothing that is loaded.
//!
//! Mail programs drop style sheets, and many show no more than this. Colours keep a contrast of 4.5 to 1 or more; in
//! dark mode programs turn them over by themselves.

use super::letter::{Letter, Part, Tone};
use super::plain::safe;

const FONT: &str = "font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif";
const MONO: &str = "font-family:ui-monospace,Menlo,Consolas,'DejaVu Sans Mono',monospace";

/// Writes the document.
pub(super) fn write(letter: &Letter) -> String {
    let (edge, badge) = match letter.tone {
        Tone::Urgent => ("#b3261e", "#fdecea"),
        Tone::Serious => ("#a15c00", "#fdf3e3"),
        Tone::Calm => ("#2f5d8a", "#eaf1f8"),
    };
    let parts: String = letter.parts.iter().map(|part| written(part, edge, badge)).collect();
    let subject = escaped(&letter.subject);
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<title>{subject}</title></head>\n\
         <body style=\"margin:0;padding:0;background:#f3f4f6\">\n\
         <table role=\"presentation\" width=\"100%\" cellpadding=\"0\" cellspacing=\"0\" style=\"background:#f3f4f6\">\
         <tr><td align=\"center\" style=\"padding:24px 12px\">\n\
         <table role=\"presentation\" width=\"100%\" cellpadding=\"0\" cellspacing=\"0\" \
         style=\"max-width:560px;background:#ffffff;border:1px solid #dfe2e7;border-top:6px solid {edge};border-radius:6px\">\
         <tr><td style=\"padding:26px 24px 20px;{FONT};font-size:16px;line-height:1.5;color:#1c1f24;text-align:left\">\n\
         {parts}</td></tr></table>\n</td></tr></table>\n</body></html>\n"
    )
}

fn written(part: &Part, edge: &str, badge: &str) -> String {
    match part {
        Part::Opening(words) => format!(
            "<h1 style=\"margin:0 0 18px;font-size:21px;line-height:1.3;font-weight:600;color:{edge}\">{}</h1>\n",
            escaped(words)
        ),
        Part::Facts(facts) => {
            let lines: Vec<_> = facts.iter().map(|fact| escaped(fact)).collect();
            let (first, rest) = lines.split_first().map_or(("", &[][..]), |(first, rest)| (first.as_str(), rest));
            let rest: String = rest.iter().map(|line| format!("<br>{line}")).collect();
            format!(
                "<p style=\"margin:0 0 20px;padding:12px 16px;background:{badge};border-radius:4px;color:#1c1f24\">\
                 <strong>{first}</strong>{rest}</p>\n"
            )
        }
        Part::Words(words) => format!("<p style=\"margin:0 0 16px\">{}</p>\n", escaped(words)),
        Part::Command { what, place, command } => {
            let place = place.as_ref().map_or_else(String::new, |place| format!("{}, or", escaped(place)));
            // A line breaks between words alone: not at the hyphen of a case's number.
            let whole = |word: &str| format!("<span style=\"white-space:nowrap\">{}</span>", escaped(word));
            let command: Vec<_> = command.split(' ').map(whole).collect();
            format!(
                "<p style=\"margin:0 0 16px\"><strong>{}:</strong> {place}</p>\n<p style=\"margin:-10px 0 18px;\
                 padding:8px 12px;background:#f3f4f6;border-radius:4px;{MONO};font-size:13px;color:#1c1f24\">{}</p>\n",
                escaped(what),
                command.join(" ")
            )
        }
        Part::Block(lines) => {
            let lines: Vec<_> = lines.lines().map(escaped).collect();
            format!("<pre style=\"margin:0 0 18px;{MONO};font-size:11px;color:#1c1f24\">{}</pre>\n", lines.join("\n"))
        }
        Part::Emergency(words) => format!(
            "<p style=\"margin:0 0 20px;padding:10px 14px;border-left:4px solid #b3261e;font-weight:600\">{}</p>\n",
            escaped(words)
        ),
        Part::Table(rows) => {
            let rows: String = rows.iter().map(row).collect();
            format!(
                "<table role=\"presentation\" width=\"100%\" cellpadding=\"0\" cellspacing=\"0\" \
                 style=\"margin:0 0 20px;border-top:1px solid #dfe2e7;font-size:15px\">{rows}</table>\n"
            )
        }
        Part::Note(words) => format!(
            "<p style=\"margin:0 0 8px;padding-top:12px;border-top:1px solid #dfe2e7;font-size:13px;color:#565d68\">{}\
             </p>\n",
            escaped(words)
        ),
    }
}

fn row([first, second, third]: &[String; 3]) -> String {
    format!(
        "<tr><td style=\"padding:10px 0;border-bottom:1px solid #dfe2e7\"><strong>{}</strong> &nbsp;{}\
         <br><span style=\"color:#565d68\">{}</span></td></tr>",
        escaped(first),
        escaped(second),
        escaped(third)
    )
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in safe(text).chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}
