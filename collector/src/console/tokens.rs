//! Calls about enrolment tokens.

use std::time::Duration;

use caretaker_proto::console::v1 as proto;
use caretaker_shared::token::{self, EnrolmentToken};

use super::peer::Operator;
use super::refusal::Refusal;
use super::{Context, policies};
use crate::store::NewToken;

/// How long a token is good when nothing is said.
const USUAL: Duration = Duration::from_secs(24 * 60 * 60);
/// How long one may be good.
const LONGEST: Duration = Duration::from_secs(7 * 24 * 60 * 60);
/// Devices that one may let in.
const MOST_USES: u32 = 1_000;

pub(super) async fn create(
    context: &Context,
    request: proto::CreateTokenRequest,
    operator: &Operator,
) -> Result<proto::CreateTokenResponse, Refusal> {
    let uses = request.uses.max(1);
    if uses > MOST_USES {
        return Err(Refusal::Field {
            field: "uses",
            problem: "is more than one token may have",
            remedy: "1 to 1000; make several tokens for more devices",
        });
    }
    let valid = match request.valid_seconds {
        0 => USUAL,
        seconds => Duration::from_secs(seconds),
    };
    if valid > LONGEST {
        return Err(Refusal::Field {
            field: "expires",
            problem: "is further away than a token may be good",
            remedy: "at most 7d; make a new token when it is needed",
        });
    }
    // A device that is enrolled before there is a root seals nothing until it is enrolled again.
    let root = context.store.recipients().await?.map(|row| row.root);
    let token = EnrolmentToken::generate(context.address.clone(), context.authority.fingerprint(), root);
    let now = context.clock.now();
    let expires_at = now.checked_add(valid).unwrap_or(now);
    let kept = NewToken {
        fingerprint: token::fingerprint(token.secret().expose()),
        site: request.site.clone(),
        uses,
        created_at: now,
        expires_at,
    };
    if !operator.sites().holds(&request.site) {
        return Err(policies::no_site(context, request.site, operator).await);
    }
    let Some(site) = context.store.create_token(kept, &operator.actor).await? else {
        return Err(policies::no_site(context, request.site, operator).await);
    };
    Ok(proto::CreateTokenResponse {
        token: token.reveal().expose().clone(),
        site,
        uses,
        expires_at: expires_at.to_string(),
    })
}
