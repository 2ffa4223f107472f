//! `canary run`, `canary ack`, `canary list`, `canary certificate`.

use std::time::Duration;

use caretaker_proto::console::v1::reports_client::ReportsClient;
use caretaker_proto::console::v1::{
    AcknowledgeCanaryRequest, CanaryRun, DeviceProof, GetCanaryRunRequest, GetCertificateRequest, ListCanariesRequest,
    RunCanaryRequest,
};
use tonic::transport::Channel;

use super::Exit;
use super::listing::Listing;
use super::output::Output;
use super::refused::refused;
use super::span;
use crate::console::ANSWER_BYTES;
use crate::render;

/// Between two questions how far a run has come.
const LOOK: Duration = Duration::from_secs(2);

/// What can be done with canaries.
#[derive(Debug, Clone, clap::Subcommand)]
pub enum CanaryCommand {
    /// Ask devices to prove that their alerts arrive: each sends a harmless sentence of its own
    Run(RunArgs),
    /// Say that the mail of a canary has arrived: the devices that it tells of are proven
    Ack(AckArgs),
    /// List devices, those first that have not proven themselves this term; ends with 1 when there are any
    List(ListArgs),
    /// Print what a device has proven, with dates
    Certificate(CertificateArgs),
}

/// Options of `canary run`.
#[derive(Debug, Clone, clap::Args)]
pub struct RunArgs {
    /// The device, by name or id
    #[arg(long, value_name = "NAME", required_unless_present = "all", conflicts_with = "all")]
    device: Option<String>,
    /// Every active device
    #[arg(long)]
    all: bool,
    /// Wait until every device is proven; ends with 1 when the time is over before
    #[arg(long)]
    wait: bool,
    /// How long to wait
    #[arg(long, value_name = "TIME", default_value = "15m", value_parser = span::seconds, requires = "wait")]
    within: u64,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Options of `canary ack`.
#[derive(Debug, Clone, clap::Args)]
pub struct AckArgs {
    /// The case that the mail names
    #[arg(value_name = "CASE")]
    reference: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Options of `canary list`.
#[derive(Debug, Clone, clap::Args)]
pub struct ListArgs {
    /// Of this site only
    #[arg(long)]
    site: Option<String>,
    /// Those too that have proven themselves
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    pub(super) listing: Listing,
}

/// Options of `canary certificate`.
#[derive(Debug, Clone, clap::Args)]
pub struct CertificateArgs {
    /// The device, by name or id
    device: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl CanaryCommand {
    /// The list options of the one that lists.
    pub(super) fn listing(&self) -> Option<&Listing> {
        if let Self::List(args) = self { Some(&args.listing) } else { None }
    }
}

pub(super) async fn run(command: CanaryCommand, channel: Channel, output: &mut Output<'_>) -> anyhow::Result<Exit> {
    let mut client = ReportsClient::new(channel).max_decoding_message_size(ANSWER_BYTES);
    match command {
        CanaryCommand::Run(args) => ask(args, client, output).await,
        CanaryCommand::Ack(args) => {
            let request = AcknowledgeCanaryRequest { reference: args.reference };
            let run = client.acknowledge_canary(request).await.map_err(|status| refused(&status))?.into_inner();
            if args.json { output.json(&run) } else { output.text(&render::canary::run(&run, output.screen)) }
        }
        CanaryCommand::List(args) => {
            let request = ListCanariesRequest { site: args.site.clone().unwrap_or_default() };
            let answer = client.list_canaries(request).await.map_err(|status| refused(&status))?.into_inner();
            list(args, answer.devices, output)
        }
        CanaryCommand::Certificate(args) => {
            let request = GetCertificateRequest { device: args.device };
            let answer = client.get_certificate(request).await.map_err(|status| refused(&status))?.into_inner();
            if args.json {
                return output.json(&answer);
            }
            output.text(&render::canary::certificate(&answer, output.screen))
        }
    }
}

fn list(args: ListArgs, devices: Vec<DeviceProof>, output: &mut Output<'_>) -> anyhow::Result<Exit> {
    let stand = render::canary::Stand::of(&devices);
    let exit = if stand.is_proven() { Exit::Fine } else { Exit::Findings };
    let every = args.all || args.listing.for_machine();
    let mut shown: Vec<DeviceProof> = devices.into_iter().filter(|device| every || !device.proven_this_term).collect();
    // Stable: within both, as the collector has them.
    shown.sort_by_key(|device| device.proven_this_term);
    let shown = args.listing.choose(shown, output)?;
    if args.listing.machine("devices", &shown, output)?.is_some() {
        return Ok(exit);
    }
    match args.listing.none(&shown, output.screen) {
        Some(told) => output.text(&told)?,
        None => {
            output.text(&(render::canary::list(&shown.rows, &stand, output.screen) + &shown.footer(output.screen)))?
        }
    };
    Ok(exit)
}

async fn ask(args: RunArgs, mut client: ReportsClient<Channel>, output: &mut Output<'_>) -> anyhow::Result<Exit> {
    let request = RunCanaryRequest { device: args.device.unwrap_or_default() };
    let mut run = client.run_canary(request).await.map_err(|status| refused(&status))?.into_inner();
    if args.wait {
        if !args.json {
            output.text(&render::canary::asked(&run, output.screen))?;
        }
        run = wait(client, run, Duration::from_secs(args.within)).await?;
    }
    let shown = if args.json { output.json(&run)? } else { output.text(&render::canary::run(&run, output.screen))? };
    Ok(if args.wait && !is_proven(&run) { Exit::Findings } else { shown })
}

/// The run once every device is proven, or the time is over.
async fn wait(mut client: ReportsClient<Channel>, asked: CanaryRun, within: Duration) -> anyhow::Result<CanaryRun> {
    let number = asked.run;
    let mut newest = asked;
    let finished = tokio::time::timeout(within, async {
        while !is_proven(&newest) {
            tokio::time::sleep(LOOK).await;
            let request = GetCanaryRunRequest { run: number };
            newest = client.get_canary_run(request).await.map_err(|status| refused(&status))?.into_inner();
        }
        Ok::<_, anyhow::Error>(())
    });
    // When the time is over, how far it has come is shown all the same.
    if let Ok(done) = finished.await {
        done?;
    }
    Ok(newest)
}

fn is_proven(run: &CanaryRun) -> bool {
    run.canaries.iter().all(|canary| canary.state == "proven")
}
