//! `token create`.

use caretaker_proto::console::v1::CreateTokenRequest;
use clap::builder::NonEmptyStringValueParser;

use super::Exit;
use super::connect::Client;
use super::output::Output;
use super::refused::refused;
use crate::render;

/// What can be done with enrolment tokens.
#[derive(Debug, clap::Subcommand)]
pub enum TokenCommand {
    /// Make a token that lets devices in; it is shown once
    Create(CreateArgs),
}

/// Options of `token create`.
#[derive(Debug, clap::Args)]
pub struct CreateArgs {
    /// The site that the devices will belong to
    #[arg(long, value_parser = NonEmptyStringValueParser::new())]
    site: String,
    /// How many devices it lets in, up to 1000
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1000))]
    uses: u32,
    /// How long it is good, up to 7d
    #[arg(long, value_name = "TIME", default_value = "24h", value_parser = seconds)]
    expires: u64,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(command: TokenCommand, mut client: Client, output: &mut Output<'_>) -> anyhow::Result<Exit> {
    let TokenCommand::Create(args) = command;
    let request = CreateTokenRequest { site: args.site, uses: args.uses, valid_seconds: args.expires };
    let made = client.create_token(request).await.map_err(|status| refused(&status))?.into_inner();
    if args.json { output.json(&made) } else { output.text(&render::made::token(&made, output.screen)) }
}

/// A time as a number and s, m, h or d.
fn seconds(text: &str) -> Result<u64, String> {
    let units = [("s", 1), ("m", 60), ("h", 60 * 60), ("d", 24 * 60 * 60)];
    let found = units.iter().find_map(|(unit, seconds)| Some((text.strip_suffix(unit)?, *seconds)));
    found
        .and_then(|(number, unit)| number.parse::<u64>().ok()?.checked_mul(unit))
        .filter(|seconds| *seconds > 0)
        .ok_or_else(|| "expected a number with s, m, h or d, for example 24h".to_owned())
}

#[cfg(test)]
mod tests {
    use super::seconds;

    #[test]
    fn times_are_a_number_with_a_unit() {
        assert_eq!(seconds("90s"), Ok(90));
        assert_eq!(seconds("24h"), Ok(86_400));
        assert_eq!(seconds("7d"), Ok(604_800));
        for bad in ["", "24", "h", "0h", "-1h", "1.5h", "99999999999999999999d"] {
            assert!(seconds(bad).is_err(), "{bad}");
        }
    }
}
