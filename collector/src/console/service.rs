//! The calls: who asks, then what they ask for.

use std::sync::Arc;

use caretaker_proto::console::v1 as proto;
use caretaker_proto::console::v1::console_server::Console;
use tonic::{Request, Response, Status};

use super::peer::Operator;
use super::permissions::Permission;
use super::{Context, alerts, devices, executables, farewell, findings, policies, status, tokens};

/// The operators' service.
pub(super) struct Service(Arc<Context>);

impl Service {
    pub(super) fn new(context: Arc<Context>) -> Self {
        Self(context)
    }
}

type Answer<T> = Result<Response<T>, Status>;

#[tonic::async_trait]
impl Console for Service {
    async fn status(&self, request: Request<proto::StatusRequest>) -> Answer<proto::StatusResponse> {
        let operator = Operator::of(&request)?;
        operator.require(Permission::StatusRead)?;
        Ok(Response::new(status::status(&self.0, &operator).await?))
    }

    async fn list_devices(&self, request: Request<proto::ListDevicesRequest>) -> Answer<proto::ListDevicesResponse> {
        let operator = Operator::of(&request)?;
        operator.require(Permission::DevicesRead)?;
        Ok(Response::new(devices::list(&self.0, request.into_inner(), &operator).await?))
    }

    async fn get_device(&self, request: Request<proto::GetDeviceRequest>) -> Answer<proto::GetDeviceResponse> {
        let operator = Operator::of(&request)?;
        operator.require(Permission::DevicesRead)?;
        Ok(Response::new(devices::show(&self.0, request.into_inner(), &operator).await?))
    }

    async fn revoke_device(&self, request: Request<proto::RevokeDeviceRequest>) -> Answer<proto::RevokeDeviceResponse> {
        let operator = Operator::of(&request)?;
        operator.require(Permission::DevicesChange)?;
        Ok(Response::new(devices::revoke(&self.0, request.into_inner(), &operator).await?))
    }

    async fn retire_device(&self, request: Request<proto::RetireDeviceRequest>) -> Answer<proto::RetireDeviceResponse> {
        let operator = Operator::of(&request)?;
        operator.require(Permission::DevicesChange)?;
        Ok(Response::new(farewell::retire(&self.0, request.into_inner(), &operator).await?))
    }

    async fn report_device_lost(
        &self,
        request: Request<proto::ReportDeviceLostRequest>,
    ) -> Answer<proto::ReportDeviceLostResponse> {
        let operator = Operator::of(&request)?;
        operator.require(Permission::DevicesChange)?;
        Ok(Response::new(farewell::lose(&self.0, request.into_inner(), &operator).await?))
    }

    async fn list_executables(
        &self,
        request: Request<proto::ListExecutablesRequest>,
    ) -> Answer<proto::ListExecutablesResponse> {
        let operator = Operator::of(&request)?;
        operator.require(Permission::ExecutablesRead)?;
        Ok(Response::new(executables::list(&self.0, request.into_inner(), &operator).await?))
    }

    async fn get_executable(
        &self,
        request: Request<proto::GetExecutableRequest>,
    ) -> Answer<proto::GetExecutableResponse> {
        let operator = Operator::of(&request)?;
        operator.require(Permission::ExecutablesRead)?;
        Ok(Response::new(executables::show(&self.0, request.into_inner(), &operator).await?))
    }

    async fn list_software(&self, request: Request<proto::ListSoftwareRequest>) -> Answer<proto::ListSoftwareResponse> {
        let operator = Operator::of(&request)?;
        operator.require(Permission::SoftwareRead)?;
        if !request.get_ref().device.is_empty() {
            operator.require(Permission::DevicesRead)?;
        }
        Ok(Response::new(devices::software(&self.0, request.into_inner(), &operator).await?))
    }

    async fn list_findings(&self, request: Request<proto::ListFindingsRequest>) -> Answer<proto::ListFindingsResponse> {
        let operator = Operator::of(&request)?;
        operator.require(Permission::FindingsRead)?;
        Ok(Response::new(findings::list(&self.0, request.into_inner(), &operator).await?))
    }

    async fn list_alerts(&self, request: Request<proto::ListAlertsRequest>) -> Answer<proto::ListAlertsResponse> {
        let operator = Operator::of(&request)?;
        operator.require(Permission::AlertsRead)?;
        Ok(Response::new(alerts::list(&self.0, request.into_inner(), &operator).await?))
    }

    async fn get_alert(&self, request: Request<proto::GetAlertRequest>) -> Answer<proto::GetAlertResponse> {
        let operator = Operator::of(&request)?;
        operator.require(Permission::AlertsRead)?;
        Ok(Response::new(alerts::show(&self.0, request.into_inner(), &operator).await?))
    }

    async fn acknowledge_alert(
        &self,
        request: Request<proto::AcknowledgeAlertRequest>,
    ) -> Answer<proto::AcknowledgeAlertResponse> {
        let operator = Operator::of(&request)?;
        operator.require(Permission::AlertsAnswer)?;
        Ok(Response::new(alerts::acknowledge(&self.0, request.into_inner(), &operator).await?))
    }

    async fn close_alert(&self, request: Request<proto::CloseAlertRequest>) -> Answer<proto::CloseAlertResponse> {
        let operator = Operator::of(&request)?;
        operator.require(Permission::AlertsAnswer)?;
        Ok(Response::new(alerts::close(&self.0, request.into_inner(), &operator).await?))
    }

    async fn create_token(&self, request: Request<proto::CreateTokenRequest>) -> Answer<proto::CreateTokenResponse> {
        let operator = Operator::of(&request)?;
        operator.require(Permission::TokensCreate)?;
        Ok(Response::new(tokens::create(&self.0, request.into_inner(), &operator).await?))
    }

    async fn apply_policy(&self, request: Request<proto::ApplyPolicyRequest>) -> Answer<proto::ApplyPolicyResponse> {
        let operator = Operator::of(&request)?;
        operator.require(Permission::PolicyApply)?;
        Ok(Response::new(policies::apply(&self.0, request.into_inner(), &operator).await?))
    }

    async fn get_policy(&self, request: Request<proto::GetPolicyRequest>) -> Answer<proto::GetPolicyResponse> {
        let operator = Operator::of(&request)?;
        operator.require(Permission::PolicyRead)?;
        Ok(Response::new(policies::show(&self.0, request.into_inner(), &operator).await?))
    }
}
