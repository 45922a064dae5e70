//! Ids in paths.

use crate::problem::{Code, Problem};
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use domain::{IdError, ModelId, PortfolioId, RebalanceId};
use std::future::{Ready, ready};
use std::str::FromStr;

/// `{model_id}` of the path.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ModelIdPath(pub(crate) ModelId);

/// `{rebalance_id}` of the path.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RebalanceIdPath(pub(crate) RebalanceId);

/// `{portfolio_id}` of the path.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PortfolioIdPath(pub(crate) PortfolioId);

/// `{rebalance_id}` and `{portfolio_id}` of the path.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RebalancePortfolioPath(pub(crate) RebalanceId, pub(crate) PortfolioId);

fn id<T: FromStr<Err = IdError>>(request: &HttpRequest, name: &str) -> Result<T, Problem> {
    let text = request.match_info().query(name);
    text.parse().map_err(|error| {
        Problem::about(Code::InvalidId, &format!("/{name}"), format!("The {name} in the path {error}; got {text:?}."))
    })
}

macro_rules! path_id {
    ($name:ident, $parse:expr) => {
        impl FromRequest for $name {
            type Error = Problem;
            type Future = Ready<Result<Self, Problem>>;

            fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
                let parse: fn(&HttpRequest) -> Result<Self, Problem> = $parse;
                ready(parse(request))
            }
        }
    };
}

path_id!(ModelIdPath, |request| id(request, "model_id").map(Self));
path_id!(RebalanceIdPath, |request| id(request, "rebalance_id").map(Self));
path_id!(PortfolioIdPath, |request| id(request, "portfolio_id").map(Self));
path_id!(RebalancePortfolioPath, |request| Ok(Self(id(request, "rebalance_id")?, id(request, "portfolio_id")?)));
