//! Scripts: text that names its interpreter, or that Windows runs by the ending of its name.

use std::io::{self, Read, Seek};

use caretaker_shared::model::ExecutableFormat;

use super::{Program, bytes};

/// So much of a file tells text from data.
const SAMPLE_BYTES: usize = 512;

/// What Windows starts a file with, by its ending.
const BY_ENDING: [(&str, &str); 8] = [
    ("ps1", "powershell"),
    ("bat", "cmd"),
    ("cmd", "cmd"),
    ("vbs", "wscript"),
    ("wsf", "wscript"),
    ("js", "wscript"),
    ("hta", "mshta"),
    ("py", "python"),
];

/// A script that says what runs it.
pub(super) fn by_first_line(head: &[u8]) -> Option<Program> {
    interpreter(head).map(|runs_on| Program::new(ExecutableFormat::Script, runs_on))
}

/// A script by the ending of its name, if it is text.
pub(super) fn by_name(content: &mut (impl Read + Seek), name: &str) -> io::Result<Option<Program>> {
    let Some((_, ending)) = name.rsplit_once('.') else { return Ok(None) };
    let Some((_, runs_on)) = BY_ENDING.iter().find(|(known, _)| known.eq_ignore_ascii_case(ending)) else {
        return Ok(None);
    };
    let sample = bytes::at_most(content, 0, SAMPLE_BYTES)?;
    Ok(is_text(&sample).then(|| Program::new(ExecutableFormat::Script, *runs_on)))
}

/// Not empty, and no byte that text does not have; UTF-16 is text where it says so.
fn is_text(sample: &[u8]) -> bool {
    let wide = sample.starts_with(b"\xff\xfe") || sample.starts_with(b"\xfe\xff");
    !sample.is_empty() && (wide || !sample.contains(&0))
}

/// The interpreter of a script without its arguments, which may hold anything; with `env`, the program that it starts.
fn interpreter(head: &[u8]) -> Option<String> {
    let line = head.strip_prefix(b"#!")?.split(|byte| *byte == b'\n').next()?;
    let line = String::from_utf8_lossy(line);
    let mut words = line.split_whitespace();
    // `#![` begins a Rust source file.
    let program = words.next().filter(|program| !program.starts_with('['))?;
    let started = words.find(|word| !word.starts_with('-') && !word.contains('='));
    match started {
        Some(started) if program.ends_with("/env") => Some(format!("{program} {started}")),
        Some(_) | None => Some(program.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::super::program;

    fn runs_on(bytes: &[u8], name: &str) -> Option<String> {
        program(&mut Cursor::new(bytes), name).expect("memory can be read").map(|program| program.runs_on)
    }

    #[test]
    fn names_the_interpreter_without_its_arguments() {
        let table = [
            ("#!/bin/sh\n", Some("/bin/sh")),
            ("#! /usr/bin/perl -w -T\n", Some("/usr/bin/perl")),
            ("#!/usr/bin/env python3\nprint()\n", Some("/usr/bin/env python3")),
            ("#!/usr/bin/env -S LANG=C node --trace\n", Some("/usr/bin/env node")),
            ("#!/bin/sh", Some("/bin/sh")),
            ("#![no_std]\n", None),
            ("#!\n", None),
            ("# no\n", None),
        ];
        for (text, interpreter) in table {
            assert_eq!(runs_on(text.as_bytes(), "").as_deref(), interpreter, "{text:?}");
        }
    }

    #[test]
    fn text_runs_by_its_name_and_data_does_not() {
        let table: [(&[u8], &str, Option<&str>); 8] = [
            (b"Write-Output 1\r\n", "Show.PS1", Some("powershell")),
            (b"\xff\xfeW\0r\0i\0", "wide.ps1", Some("powershell")),
            (b"@echo off\r\n", "start.bat", Some("cmd")),
            (b"print(1)\n", "game.py", Some("python")),
            (b"print(1)\n", "", None),
            (b"print(1)\n", "py", None),
            (b"\x01\x00\x02", "data.py", None),
            (b"", "empty.cmd", None),
        ];
        for (bytes, name, expected) in table {
            assert_eq!(runs_on(bytes, name).as_deref(), expected, "{name}");
        }
    }
}
