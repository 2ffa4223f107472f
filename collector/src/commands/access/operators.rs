//! `operators`: who has access, giving it and taking it.

use caretaker_proto::console::v1::operators_client::OperatorsClient;
use caretaker_proto::console::v1::{
    AddOperatorRequest, CreateLoginCodeRequest, ListOperatorsRequest, RevokeOperatorRequest,
};
use clap::builder::{NonEmptyStringValueParser, PossibleValuesParser};
use tonic::transport::Channel;

use crate::commands::Exit;
use crate::commands::listing::Listing;
use crate::commands::output::{Output, page};
use crate::commands::refused::refused;
use crate::console::ANSWER_BYTES;
use crate::render;

/// What can be done about access.
#[derive(Debug, Clone, clap::Subcommand)]
pub enum OperatorsCommand {
    /// List who has access
    List(ListArgs),
    /// Give somebody access; prints a login code, which is shown once
    Add(AddArgs),
    /// Make another login code, for somebody's next machine
    Code(CodeArgs),
    /// Shut somebody out, from their next command on
    Revoke(RevokeArgs),
}

/// Options of `operators list`.
#[derive(Debug, Clone, clap::Args)]
pub struct ListArgs {
    /// Those who were shut out too
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    pub(in crate::commands) listing: Listing,
}

/// Options of `operators add`.
#[derive(Debug, Clone, clap::Args)]
pub struct AddArgs {
    /// Their name; no two people with access share one
    #[arg(long, value_parser = NonEmptyStringValueParser::new())]
    name: String,
    /// What they may do
    #[arg(long, value_parser = PossibleValuesParser::new(ROLES))]
    role: String,
    /// A site that they see; give it several times for several [default: all sites]
    #[arg(long = "site", value_name = "SITE", value_parser = NonEmptyStringValueParser::new())]
    sites: Vec<String>,
    /// Where mail for them goes
    #[arg(long, value_name = "ADDRESS", value_parser = NonEmptyStringValueParser::new())]
    email: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// The words of all roles.
const ROLES: [&str; 9] = [
    "network-manager",
    "safeguarding-lead",
    "deputy",
    "head",
    "chair",
    "governor",
    "business-manager",
    "technician",
    "auditor",
];

/// Options of `operators code`.
#[derive(Debug, Clone, clap::Args)]
pub struct CodeArgs {
    /// Their name or id
    #[arg(value_parser = NonEmptyStringValueParser::new())]
    operator: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Options of `operators revoke`.
#[derive(Debug, Clone, clap::Args)]
pub struct RevokeArgs {
    /// Their name or id
    #[arg(value_parser = NonEmptyStringValueParser::new())]
    operator: String,
    /// Why, in one line; it goes into the audit chain
    #[arg(long)]
    reason: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl OperatorsCommand {
    /// The list options of the one that lists.
    pub(in crate::commands) fn listing(&self) -> Option<&Listing> {
        if let Self::List(args) = self { Some(&args.listing) } else { None }
    }
}

pub(in crate::commands) async fn run(
    command: OperatorsCommand,
    channel: Channel,
    output: &mut Output<'_>,
) -> anyhow::Result<Exit> {
    let mut client = OperatorsClient::new(channel).max_decoding_message_size(ANSWER_BYTES);
    match command {
        OperatorsCommand::List(args) => list(args, client, output).await,
        OperatorsCommand::Add(args) => {
            let request = AddOperatorRequest { name: args.name, role: args.role, sites: args.sites, email: args.email };
            let made = client.add_operator(request).await.map_err(|status| refused(&status))?.into_inner();
            if args.json {
                return output.json(&made);
            }
            let (operator, code) = (made.operator.unwrap_or_default(), made.code.unwrap_or_default());
            output.text(&render::operators::code(&operator, &code, output.screen))
        }
        OperatorsCommand::Code(args) => {
            let request = CreateLoginCodeRequest { operator: args.operator };
            let made = client.create_login_code(request).await.map_err(|status| refused(&status))?.into_inner();
            if args.json {
                return output.json(&made);
            }
            let (operator, code) = (made.operator.unwrap_or_default(), made.code.unwrap_or_default());
            output.text(&render::operators::code(&operator, &code, output.screen))
        }
        OperatorsCommand::Revoke(args) => {
            let request = RevokeOperatorRequest { operator: args.operator, reason: args.reason };
            let answer = client.revoke_operator(request).await.map_err(|status| refused(&status))?.into_inner();
            if args.json {
                return output.json(&answer);
            }
            output.text(&render::operators::revoked(&answer.operator.unwrap_or_default()))
        }
    }
}

async fn list(args: ListArgs, mut client: OperatorsClient<Channel>, output: &mut Output<'_>) -> anyhow::Result<Exit> {
    let (mut operators, mut after) = (Vec::new(), String::new());
    loop {
        let request = ListOperatorsRequest { page: page(&after), include_revoked: args.all };
        let answer = client.list_operators(request).await.map_err(|status| refused(&status))?.into_inner();
        operators.extend(answer.operators);
        after = answer.next_page;
        if after.is_empty() {
            break;
        }
    }
    let operators = args.listing.choose(operators, output)?;
    args.listing.show("operators", &operators, output, render::operators::list)
}

#[cfg(test)]
mod tests {
    use caretaker_shared::model::Role;

    #[test]
    fn every_role_can_be_typed() {
        assert_eq!(super::ROLES, Role::ALL.map(Role::word));
    }
}
