//! The child: gives up its rights, reads its input, writes the text, and says by its exit code what became of it.

use std::io::{self, Read as _, Write as _};
use std::process::ExitCode;

use super::{FILE_LIMIT_BYTES, Refusal, TEXT_LIMIT_BYTES, confine, format};

/// Exit code of a child that could not give up its rights.
pub(super) const UNCONFINED: u8 = 24;
/// Exit code of a child that could not read its input or write its answer.
const NO_EXCHANGE: u8 = 25;

/// The exit code that stands for a refusal. 1, 2 and 101 are taken by the shell, the command line and panics.
pub(super) fn code(refusal: Refusal) -> u8 {
    match refusal {
        Refusal::Encrypted => 20,
        Refusal::Unsupported => 21,
        Refusal::Broken => 22,
        Refusal::TooLarge => 23,
    }
}

/// The refusal that an exit code stands for.
pub(super) fn refusal(exit: u8) -> Option<Refusal> {
    [Refusal::Encrypted, Refusal::Unsupported, Refusal::Broken, Refusal::TooLarge]
        .into_iter()
        .find(|refusal| code(*refusal) == exit)
}

/// The whole of the hidden command: standard input is a document, standard output becomes its text.
///
/// Call it before any other thread is started: rights are given up by the calling thread.
#[must_use]
pub fn child_main() -> ExitCode {
    if confine::confine().is_err() {
        return ExitCode::from(UNCONFINED);
    }
    let mut bytes = Vec::new();
    let Ok(read) = io::stdin().lock().take(FILE_LIMIT_BYTES + 1).read_to_end(&mut bytes) else {
        return ExitCode::from(NO_EXCHANGE);
    };
    if read as u64 > FILE_LIMIT_BYTES {
        return ExitCode::from(code(Refusal::TooLarge));
    }
    match format::text(&bytes) {
        Ok(text) if text.len() > TEXT_LIMIT_BYTES => ExitCode::from(code(Refusal::TooLarge)),
        Ok(text) => answer(&text),
        Err(refusal) => ExitCode::from(code(refusal)),
    }
}

fn answer(text: &str) -> ExitCode {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::from(NO_EXCHANGE),
    }
}

#[cfg(test)]
mod tests {
    use super::{Refusal, code, refusal};

    #[test]
    fn each_refusal_has_a_code_of_its_own() {
        for known in [Refusal::Encrypted, Refusal::Unsupported, Refusal::Broken, Refusal::TooLarge] {
            assert_eq!(refusal(code(known)), Some(known));
        }
        assert_eq!(refusal(0), None);
        assert_eq!(refusal(super::UNCONFINED), None);
    }
}
