//! The parts of a body, between lines that say where one ends.

/// What stands between the lines of `boundary`, at most one part more than `most`. A last part that nothing ends is one.
pub(super) fn between<'a>(boundary: &str, body: &'a [u8], most: usize) -> Vec<&'a [u8]> {
    let mut parts = Vec::new();
    let mut begins: Option<usize> = None;
    let mut at = 0;
    while at < body.len() && parts.len() <= most {
        let end = body[at..].iter().position(|byte| *byte == b'\n').map_or(body.len(), |found| at + found + 1);
        let line = body[at..end].trim_ascii_end();
        if let Some(mark) = line.strip_prefix(b"--").and_then(|line| line.strip_prefix(boundary.as_bytes())) {
            if let Some(begin) = begins.filter(|_| mark.is_empty() || mark == b"--") {
                parts.push(without_line_end(&body[begin..at]));
            }
            match mark {
                b"" => begins = Some(end),
                b"--" => return parts,
                // A longer boundary, of parts further in.
                _ => {}
            }
        }
        at = end;
    }
    parts.extend(begins.and_then(|begin| body.get(begin..)).filter(|part| !part.is_empty()));
    parts
}

/// The line end before a boundary belongs to the boundary.
fn without_line_end(part: &[u8]) -> &[u8] {
    let part = part.strip_suffix(b"\n").unwrap_or(part);
    part.strip_suffix(b"\r").unwrap_or(part)
}
