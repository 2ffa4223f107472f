//! `enrol`: makes this computer a device of a school.

use std::io::{self, BufRead, Write};
use std::sync::Arc;

use anyhow::Context as _;
use caretaker_shared::clock::SystemClock;
use caretaker_shared::token::{EnrolmentToken, TokenError};

use super::words;
use crate::cli::Enrol;
use crate::identity::{self, Identity};
use crate::plain::{Exit, Plain};
use crate::platform::service::{self, Note};
use crate::spool::is_running;
use crate::{agent, platform};

/// More than any token has, so that a wrong pipe is not read to its end.
const TOKEN_BYTES: u64 = 16 * 1024;

pub(super) fn run(options: &Enrol, out: &mut dyn Write) -> anyhow::Result<Exit> {
    let state = &options.state.dir;
    identity::check_state(state)?;
    if let Some(identity) = identity::load(state)?.filter(|_| !options.again) {
        writeln!(out, "This device is already enrolled; nothing was changed.")?;
        place(&identity, out)?;
        writeln!(out, "  to enrol it anew:  caretaker-agent enrol --again TOKEN")?;
        return Ok(Exit::Fine);
    }
    let token = token(&options.token)?;
    let hostname = agent::hostname(platform::machine().as_ref());
    let enrolling = identity::enrol(state, &token, &hostname, Arc::new(SystemClock));
    let identity = super::runtime()?.block_on(enrolling).inspect_err(note_refusal)?;
    writeln!(out, "This device is enrolled.")?;
    place(&identity, out)?;
    if is_running(state)? {
        writeln!(out, "  {}", service::WORDS.after_new_enrolment)?;
    } else {
        writeln!(out, "  {}", service::WORDS.after_enrolment)?;
    }
    Ok(Exit::Fine)
}

/// On a device that enrols itself nobody reads what this command says.
fn note_refusal(error: &anyhow::Error) {
    if let Some(refusal) = error.downcast_ref::<Plain>().filter(|plain| plain.exit == Exit::Denied) {
        service::note(&Note::Refused(refusal.problem.clone()));
    }
}

fn place(identity: &Identity, out: &mut dyn Write) -> std::io::Result<()> {
    let collector = &identity.collector;
    writeln!(out, "  school      {}, {}", collector.school, collector.site)?;
    writeln!(out, "  collector   {}", collector.address)?;
    writeln!(out, "  certificate until {}", words::moment(identity.certificate.not_after))
}

fn token(argument: &str) -> anyhow::Result<EnrolmentToken> {
    if argument != "-" {
        return Ok(argument.trim().parse().map_err(wrong)?);
    }
    let typed = first_line(io::stdin().lock()).context("standard input cannot be read")?;
    Ok(typed.parse().map_err(wrong)?)
}

/// The first line that is not empty; what follows it is not waited for, since its writer may still be busy.
fn first_line(input: impl BufRead) -> io::Result<String> {
    let mut input = input.take(TOKEN_BYTES);
    let mut line = Vec::new();
    while input.read_until(b'\n', &mut line)? > 0 {
        let text = String::from_utf8_lossy(&line);
        if !text.trim().is_empty() {
            return Ok(text.trim().to_owned());
        }
        line.clear();
    }
    Ok(String::new())
}

fn wrong(error: TokenError) -> Plain {
    match error {
        TokenError::Foreign => Plain::new(
            Exit::Usage,
            "this is not an enrolment token: it has to begin with caretaker_",
            "copy the whole line that this printed:  caretaker-collector token create --site SITE",
        ),
        TokenError::Damaged => Plain::new(
            Exit::Usage,
            "the enrolment token is damaged: letters are missing or changed",
            "copy the whole line again",
        ),
        TokenError::Newer => Plain::new(
            Exit::Usage,
            "the enrolment token was made by a newer collector",
            "install the current agent, then enrol again with the same token",
        ),
    }
}
