//! `/api/v1/rebalances`

pub(crate) mod by_portfolios;
pub(crate) mod list;

use crate::extract::Query;
use crate::json::{self, JsonWriter};
use crate::problem::{Code, Problem};
use crate::state::HttpState;
use crate::stored::write_rebalance;
use crate::wire::stored::SummaryResponse;
use crate::wire::{paging, sort};
use actix_web::HttpResponse;
use domain::PortfolioId;
use std::sync::Arc;

/// How much of each rebalance a list shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum View {
    Full,
    Summary,
}

fn view(query: &Query) -> Result<View, Problem> {
    match query.get("view") {
        None | Some("full") => Ok(View::Full),
        Some("summary") => Ok(View::Summary),
        Some(other) => {
            let detail = format!("The query parameter view must be summary or full, not {other:?}.");
            Err(Problem::about(Code::UnknownView, "/view", detail))
        }
    }
}

/// A page of rebalances, portfolio by portfolio as the store gives them.
async fn page(state: &HttpState, portfolios: Option<&[PortfolioId]>, query: &Query) -> Result<HttpResponse, Problem> {
    let (slice, order, view) = (paging::of_rebalances(query)?, sort::of_rebalances(query)?, view(query)?);
    let page = state.application.list_rebalances.run(portfolios, order, slice).await?;
    let mut response = HttpResponse::Ok();
    response.insert_header(("X-Total-Count", page.total.to_string()));
    if view == View::Summary {
        let rows: Vec<_> = page.items.iter().map(SummaryResponse::new).collect();
        return json::with_headers(&mut response, &rows);
    }
    let app = Arc::clone(&state.application);
    let write = |mut out: JsonWriter| async move {
        out.begin_list().await?;
        for header in page.items {
            write_rebalance(&mut out, &app, &header).await?;
        }
        out.end_list().await?;
        Ok(out)
    };
    json::streamed(&mut response, write).await
}
