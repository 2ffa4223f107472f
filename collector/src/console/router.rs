//! Every service of the console, for both doors: the socket in the data folder and the port.

use std::sync::Arc;

use caretaker_proto::console::v1::cases_server::CasesServer;
use caretaker_proto::console::v1::catalogue_server::CatalogueServer;
use caretaker_proto::console::v1::console_server::ConsoleServer;
use caretaker_proto::console::v1::dashboard_server::DashboardServer;
use caretaker_proto::console::v1::keys_server::KeysServer;
use caretaker_proto::console::v1::licence_audit_server::LicenceAuditServer;
use caretaker_proto::console::v1::licences_server::LicencesServer;
use caretaker_proto::console::v1::operators_server::OperatorsServer;
use caretaker_proto::console::v1::proof_server::ProofServer;
use caretaker_proto::console::v1::reports_server::ReportsServer;
use caretaker_shared::wire::limits;
use tonic::service::Routes;

use super::cases::CaseService;
use super::catalogue::CatalogueService;
use super::dashboard::DashboardService;
use super::guard::Services;
use super::keys::Recipients;
use super::licence_audit::AuditService;
use super::licences::{self, LicenceService};
use super::operators::Access;
use super::proof::ProofService;
use super::reports::ReportService;
use super::service::Service;
use super::{ANSWER_BYTES, Context};

/// All services behind one guard. A new service is one more line here, and a line for each of its calls in
/// `calls`.
#[must_use]
pub fn services(context: Context) -> Services {
    let context = Arc::new(context);
    let console = ConsoleServer::new(Service::new(context.clone()));
    let operators = OperatorsServer::new(Access::new(context.clone()));
    let cases = CasesServer::new(CaseService::new(context.clone()));
    let proof = ProofServer::new(ProofService::new(context.clone()));
    let reports = ReportsServer::new(ReportService::new(context.clone()));
    let keys = KeysServer::new(Recipients::new(context.clone()));
    let catalogue = CatalogueServer::new(CatalogueService::new(context.clone()));
    let register = LicencesServer::new(LicenceService::new(context.clone()));
    let audits = LicenceAuditServer::new(AuditService::new(context.clone()));
    let dashboard = DashboardServer::new(DashboardService::new(context.clone()));
    let routes = Routes::default()
        .add_service(console.max_decoding_message_size(limits::REQUEST_BYTES).max_encoding_message_size(ANSWER_BYTES))
        .add_service(operators.max_decoding_message_size(limits::REQUEST_BYTES).max_encoding_message_size(ANSWER_BYTES))
        .add_service(cases.max_decoding_message_size(limits::REQUEST_BYTES).max_encoding_message_size(ANSWER_BYTES))
        .add_service(proof.max_decoding_message_size(limits::REQUEST_BYTES).max_encoding_message_size(ANSWER_BYTES))
        .add_service(reports.max_decoding_message_size(limits::REQUEST_BYTES).max_encoding_message_size(ANSWER_BYTES))
        .add_service(catalogue.max_decoding_message_size(limits::REQUEST_BYTES).max_encoding_message_size(ANSWER_BYTES))
        .add_service(audits.max_decoding_message_size(limits::REQUEST_BYTES).max_encoding_message_size(ANSWER_BYTES))
        .add_service(keys.max_decoding_message_size(limits::REQUEST_BYTES).max_encoding_message_size(ANSWER_BYTES))
        .add_service(
            register.max_decoding_message_size(licences::REQUEST_BYTES).max_encoding_message_size(ANSWER_BYTES),
        )
        .add_service(
            dashboard.max_decoding_message_size(limits::REQUEST_BYTES).max_encoding_message_size(ANSWER_BYTES),
        );
    Services::new(routes, context)
}
