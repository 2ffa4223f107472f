//! `report term`, `report review`.

use std::path::{Path, PathBuf};

use caretaker_proto::console::v1::reports_client::ReportsClient;
use caretaker_proto::console::v1::{GetReviewReportRequest, GetTermReportRequest};
use caretaker_shared::private_file;
use serde::Serialize;
use tonic::transport::Channel;

use super::output::Output;
use super::refused::{failure, refused};
use super::{Exit, Failure};
use crate::console::ANSWER_BYTES;
use crate::render::report::{self, Leaflet};

/// The reports that there are.
#[derive(Debug, Clone, clap::Subcommand)]
pub enum ReportCommand {
    /// For governors: counts, trends and times of a term, without names and without small numbers
    Term(Args),
    /// For a review: coverage, canaries, changes of rules, openings, a self-check from live figures
    Review(Args),
}

/// Options of a report.
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    /// The first day, 2026-09-02 [default: of this term; of the last year for a review]
    #[arg(long, value_name = "DAY")]
    from: Option<String>,
    /// The last day
    #[arg(long, value_name = "DAY")]
    to: Option<String>,
    /// Of this site only
    #[arg(long)]
    site: Option<String>,
    #[command(flatten)]
    form: Form,
}

/// In which form a document is written.
#[derive(Debug, Clone, clap::Args)]
#[group(multiple = false)]
pub struct Form {
    /// Write a page for a browser to this file; - for standard output
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Write a PDF to this file; - for standard output
    #[arg(long, value_name = "FILE")]
    pdf: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Form {
    /// Writes a document as was asked, or its data.
    pub(in crate::commands) fn write(
        &self,
        leaflet: &Leaflet,
        data: &impl Serialize,
        output: &mut Output<'_>,
    ) -> anyhow::Result<Exit> {
        if self.json {
            return output.json(data);
        }
        if let Some(file) = &self.html {
            return put(file, report::html(leaflet).as_bytes(), output);
        }
        if let Some(file) = &self.pdf {
            return put(file, &report::pdf(leaflet, "Caretaker", &output.screen.now)?, output);
        }
        output.text(&report::plain(leaflet, output.screen))
    }
}

/// Writes to a file of the caller's own, or to standard output.
fn put(file: &Path, bytes: &[u8], output: &mut Output<'_>) -> anyhow::Result<Exit> {
    if file == Path::new("-") {
        output.out.write_all(bytes)?;
        output.out.flush()?;
        return Ok(Exit::Fine);
    }
    private_file::write(file, bytes).map_err(|error| unwritten(file, &error))?;
    output.text(&format!("Written: {}\n", file.display()))
}

fn unwritten(file: &Path, error: &std::io::Error) -> Failure {
    failure(Exit::Findings, format!("{} cannot be written: {error}\n  name another file", file.display()))
}

pub(super) async fn run(command: ReportCommand, channel: Channel, output: &mut Output<'_>) -> anyhow::Result<Exit> {
    let mut client = ReportsClient::new(channel).max_decoding_message_size(ANSWER_BYTES);
    match command {
        ReportCommand::Term(args) => {
            let Args { from, to, site, form } = args;
            let [from, to, site] = [from, to, site].map(Option::unwrap_or_default);
            let request = GetTermReportRequest { from, to, site };
            let report = client.get_term_report(request).await.map_err(|status| refused(&status))?.into_inner();
            form.write(&report::term::leaflet(&report, &output.screen.now), &report, output)
        }
        ReportCommand::Review(args) => {
            let Args { from, to, site, form } = args;
            let [from, to, site] = [from, to, site].map(Option::unwrap_or_default);
            let request = GetReviewReportRequest { from, to, site };
            let report = client.get_review_report(request).await.map_err(|status| refused(&status))?.into_inner();
            form.write(&report::review::leaflet(&report, &output.screen.now), &report, output)
        }
    }
}
