//! Requests that are done once, however often they are sent under one `Idempotency-Key`.
//!
//! The answer is remembered as a status and the id of the resource; a repetition reads the resource again. The work
//! runs in a task of its own, so that a caller who hangs up leaves no key behind that is neither done nor free.

use crate::problem::{Effect, Problem};
use actix_web::http::StatusCode;
use application::{Application, Fingerprint, IdempotencyKey, Keyed, ResourceId, Ticket};
use std::future::Future;
use std::sync::Arc;
use tracing::Instrument;

/// Something that a request creates or changes once.
pub(crate) trait Creation: Send + Sync + 'static {
    /// What the answer is made of.
    type Outcome: Send + 'static;

    /// The status of success.
    const STATUS: StatusCode;
    /// Whether two tries of the same request may come to different outcomes, of which one is stored.
    const MAY_DIFFER: bool;

    /// Does it, under this id.
    fn run(&self, app: &Application, id: ResourceId) -> impl Future<Output = Result<Self::Outcome, Problem>> + Send;

    /// What an interrupted try left, if it came so far.
    fn trace_of(
        &self,
        app: &Application,
        id: ResourceId,
    ) -> impl Future<Output = Result<Option<Self::Outcome>, Problem>> + Send;

    /// What was created or changed, as it is now.
    fn again(&self, app: &Application, id: ResourceId) -> impl Future<Output = Result<Self::Outcome, Problem>> + Send;
}

/// Runs `creation`, once per key if there is one. `id` is what it creates under, or what it changes.
pub(crate) async fn once<C: Creation>(
    app: &Arc<Application>,
    key: Option<(IdempotencyKey, Fingerprint)>,
    id: ResourceId,
    creation: C,
) -> Result<(StatusCode, C::Outcome), Problem> {
    let Some((key, fingerprint)) = key else {
        return Ok((C::STATUS, creation.run(app, id).await?));
    };
    let inside = Arc::clone(app);
    let work = async move {
        let app = &*inside;
        match app.run_once.begin(key, fingerprint, id).await? {
            Keyed::Run(ticket) => Ok((C::STATUS, run(app, &ticket, &creation).await?)),
            Keyed::Replay { status, resource_id } => {
                let status = StatusCode::from_u16(status).unwrap_or(C::STATUS);
                Ok((status, creation.again(app, resource_id).await?))
            }
        }
    };
    app.carry_through(work.in_current_span()).await.map_err(Problem::internal)?
}

async fn run<C: Creation>(app: &Application, ticket: &Ticket, creation: &C) -> Result<C::Outcome, Problem> {
    let left = if ticket.interrupted { creation.trace_of(app, ticket.resource_id).await? } else { None };
    let done = match left {
        Some(outcome) => Ok(outcome),
        None => creation.run(app, ticket.resource_id).await,
    };
    let remembered = match &done {
        Ok(_) => app.run_once.succeed(ticket, C::STATUS.as_u16()).await,
        Err(problem) if problem.effect() == Effect::Unchanged => app.run_once.refuse(ticket).await,
        // Nobody knows whether it happened: the claim lapses by itself, and the next try looks first.
        Err(_) => Ok(()),
    };
    let done = match done {
        // Somebody may have taken the key over and stored another outcome first: the stored one is the answer.
        Ok(_) if C::MAY_DIFFER => creation.again(app, ticket.resource_id).await,
        done => done,
    };
    if let Err(error) = remembered {
        // The work is done all the same; the next try finds the claim lapsed and looks first.
        tracing::warn!(error = &error as &dyn std::error::Error, "the answer to a keyed request was not remembered");
    }
    done
}
