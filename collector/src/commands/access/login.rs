//! `login` and `logout`.

use std::io::{BufRead as _, BufReader, IsTerminal as _, Read as _};
use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use caretaker_proto::console::v1::admission_client::AdmissionClient;
use caretaker_proto::console::v1::operators_client::OperatorsClient;
use caretaker_proto::console::v1::{LoginRequest, LogoutRequest};
use caretaker_shared::clock::SystemClock;
use caretaker_shared::login_code::LoginCode;
use caretaker_shared::pki::DeviceKey;
use caretaker_shared::tls;

use super::profile::{Profile, USUAL};
use super::remote::{self, unreached};
use crate::commands::output::Output;
use crate::commands::refused::{failure, refused};
use crate::commands::{Exit, Failure};
use crate::render;

/// Letters that a code has at the most, with room for blanks around it.
const CODE_BYTES: u64 = 4 * 1024;

/// Options of `login`.
#[derive(Debug, Clone, clap::Args)]
pub struct LoginArgs {
    /// The code that you were given; without it, or as -, it is read from the input
    code: Option<String>,
}

/// Exchanges a code for a certificate and keeps it.
pub(in crate::commands) async fn login(
    args: LoginArgs,
    profile: Option<&str>,
    output: &mut Output<'_>,
) -> anyhow::Result<Exit> {
    let (folder, name) = (folder()?, profile.unwrap_or(USUAL));
    // Looked at first: the code is good once.
    if let Some(there) = Profile::load(&folder, name)? {
        return Err(failure(
            Exit::Usage,
            format!(
                "you are logged in to {} already\n  log out first:  caretaker-collector logout\n  or keep both:  \
                 caretaker-collector --profile NAME login",
                there.address
            ),
        )
        .into());
    }
    let code: LoginCode = match args.code.filter(|code| code != "-") {
        Some(code) => code,
        None => typed(output)?,
    }
    .parse()
    .map_err(|error| failure(Exit::Usage, format!("{error}\n  ask for a new one if it is lost")))?;
    let key = DeviceKey::generate()?;
    let channel = tls::enrol_channel(&code.address, code.authority, Arc::new(SystemClock))?;
    let request = LoginRequest { code_secret: code.secret().expose().clone(), csr_der: key.request()? };
    let answer = AdmissionClient::new(channel).login(request).await.map_err(|status| match tls::fault(&status) {
        Some(fault) => unreached(fault, &code.address),
        None => refused(&status),
    })?;
    let answer = answer.into_inner();
    let kept = Profile {
        name: name.to_owned(),
        address: code.address.clone(),
        authority_pem: answer.authority_pem,
        certificate_pem: answer.certificate_pem,
        key_pem: key.to_pem(),
    };
    let path = kept.save(&folder)?;
    let operator = answer.operator.unwrap_or_default();
    let place = path.display().to_string();
    output.text(&render::operators::logged_in(&operator, &answer.school, &place, output.screen))
}

/// Ends the certificate of a profile, and forgets it here whether or not the collector could be told.
pub(in crate::commands) async fn logout(profile: Option<&str>, output: &mut Output<'_>) -> anyhow::Result<Exit> {
    let folder = folder()?;
    let name = chosen(&folder, profile)?;
    let Some(kept) = Profile::load(&folder, &name)? else { return Err(nobody(&name).into()) };
    let told = end(kept, &folder).await;
    Profile::remove(&folder, &name)?;
    match told {
        Ok(()) => output.text("You are logged out: the certificate of this machine opens nothing any more.\n"),
        Err(error) => {
            let why = error.to_string();
            let why = why.lines().next().unwrap_or_default();
            output
                .text(&format!("This machine has forgotten its certificate. The collector could not be told: {why}.\n"))
        }
    }
}

async fn end(profile: Profile, folder: &Path) -> anyhow::Result<()> {
    let channel = remote::connect(profile, folder).await?;
    OperatorsClient::new(channel).logout(LogoutRequest {}).await.map_err(|status| refused(&status))?;
    Ok(())
}

/// The profile that a command works with: the one that was named, else the usual one, else the only one.
pub(in crate::commands) fn chosen(folder: &Path, named: Option<&str>) -> anyhow::Result<String> {
    if let Some(name) = named {
        return Ok(name.to_owned());
    }
    let names = Profile::names(folder).with_context(|| format!("{} cannot be looked at", folder.display()))?;
    match names.as_slice() {
        [] => Ok(USUAL.to_owned()),
        [only] => Ok(only.clone()),
        several if several.iter().any(|name| name == USUAL) => Ok(USUAL.to_owned()),
        several => {
            let text =
                format!("you are logged in under several names\n  name one:  --profile {}", several.join("  or  "));
            Err(failure(Exit::Usage, text).into())
        }
    }
}

/// The refusal where nobody has logged in.
pub(in crate::commands) fn nobody(name: &str) -> Failure {
    failure(
        Exit::Denied,
        format!(
            "nobody is logged in here as \"{name}\"\n  log in with the code that you were given:  caretaker-collector login"
        ),
    )
}

fn folder() -> Result<std::path::PathBuf, Failure> {
    Profile::folder().ok_or_else(|| {
        failure(Exit::Usage, "this account has no home folder to keep a login in\n  set HOME or XDG_CONFIG_HOME".into())
    })
}

/// A code from the input: so that it stands in no history of commands.
fn typed(output: &mut Output<'_>) -> anyhow::Result<String> {
    if std::io::stdin().is_terminal() {
        output.text("Paste your login code: ")?;
    }
    let mut text = String::new();
    let input = std::io::stdin().lock().take(CODE_BYTES);
    BufReader::new(input).read_line(&mut text).context("no code can be read")?;
    Ok(text)
}
