//! What a preview assumes.

use super::decimal::{AnyDecimalInput, DecimalInput};
use super::model::model_positions;
use super::position::PositionRequest;
use super::raw::{Faults, Member, name, object, pointer_part};
use crate::problem::{Code, Problem};
use application::Scenario;
use domain::{Decimal, Price, Reserve, ReserveError, SecurityId};
use serde::de::{Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use std::collections::{BTreeMap, HashMap};
use utoipa::ToSchema;

/// Decimals that amounts and prices are computed with.
const MONEY_SCALE: u32 = 8;

/// Assumptions of a preview; all of them optional.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[schema(as = PreviewRequest)]
pub(crate) struct PreviewRequest {
    /// Added to the cash of each portfolio; at most 8 decimals.
    #[serde(default)]
    #[schema(value_type = Option<AnyDecimalInput>)]
    cash_delta: Member,
    /// Cash to leave alone, instead of what is configured.
    #[serde(default)]
    #[schema(value_type = Option<ReserveRequest>)]
    cash_reserve: Member,
    /// Prices by security, instead of those of the market; above 0, at most 8 decimals.
    #[serde(default)]
    #[schema(value_type = Option<HashMap<String, AnyDecimalInput>>)]
    prices: Member,
    /// Positions, instead of those of the model.
    #[serde(default)]
    #[schema(value_type = Option<Vec<PositionRequest>>)]
    positions: Member,
}

/// Cash to leave alone: the greater of an amount and a fraction of market value.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[schema(as = CashReserve)]
pub(crate) struct ReserveRequest {
    /// In currency: at least 0, at most 8 decimals.
    #[serde(default)]
    #[schema(value_type = Option<AnyDecimalInput>)]
    amount: Member,
    /// Of market value: 0 to 1, at most 6 decimals.
    #[serde(default)]
    #[schema(value_type = Option<DecimalInput<0, 100>>)]
    fraction: Member,
}

impl PreviewRequest {
    /// The assumptions of a body; none when it is empty.
    pub(crate) fn parse(body: &[u8]) -> Result<Scenario, Problem> {
        if body.iter().all(u8::is_ascii_whitespace) {
            return Ok(Scenario::default());
        }
        let request: Self = object(body)?;
        let mut faults = Faults::default();
        let scenario = Scenario {
            cash_delta: given(&request.cash_delta, |m| money(m, "/cash_delta", &mut faults)),
            reserve: given(&request.cash_reserve, |m| reserve(m, &mut faults)),
            prices: given(&request.prices, |m| prices(m, &mut faults)).unwrap_or_default(),
            positions: given(&request.positions, |m| model_positions(m, &mut faults)),
        };
        faults.finish(Some(scenario))
    }
}

fn given<T>(member: &Member, read: impl FnOnce(&Member) -> Option<T>) -> Option<T> {
    if member.is_given() { read(member) } else { None }
}

fn money(member: &Member, pointer: &str, faults: &mut Faults) -> Option<Decimal> {
    let amount = member.decimal(pointer, faults)?;
    if amount.normalized().scale() > MONEY_SCALE {
        faults.add(pointer, Code::TooManyDecimals, format!("{} has at most {MONEY_SCALE} decimals.", name(pointer)));
        return None;
    }
    Some(amount)
}

fn reserve(member: &Member, faults: &mut Faults) -> Option<Reserve> {
    let request: ReserveRequest = member.object("/cash_reserve", faults)?;
    let (at_amount, at_fraction) = ("/cash_reserve/amount", "/cash_reserve/fraction");
    let amount = if request.amount.is_given() { request.amount.decimal(at_amount, faults)? } else { Decimal::ZERO };
    let fraction =
        if request.fraction.is_given() { request.fraction.decimal(at_fraction, faults)? } else { Decimal::ZERO };
    let reserve = Reserve::new(amount, fraction);
    if let Err(error) = reserve {
        let (pointer, code, rule) = match error {
            ReserveError::NegativeAmount => (at_amount, Code::ReserveOutOfRange, "must not be negative"),
            ReserveError::AmountTooFine => (at_amount, Code::TooManyDecimals, "has at most 8 decimals"),
            ReserveError::FractionOutOfRange => (at_fraction, Code::ReserveOutOfRange, "must be between 0 and 1"),
            ReserveError::FractionTooFine => (at_fraction, Code::TooManyDecimals, "has at most 6 decimals"),
        };
        faults.add(pointer, code, format!("{} {rule}.", name(pointer)));
    }
    reserve.ok()
}

/// The members of an object, in order; one that is named twice is an error.
struct Once(BTreeMap<String, Member>);

impl<'de> Deserialize<'de> for Once {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;
        impl<'de> Visitor<'de> for Members {
            type Value = Once;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object that names each member once")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Once, A::Error> {
                let mut members = BTreeMap::new();
                while let Some((name, member)) = map.next_entry::<String, Member>()? {
                    if members.insert(name, member).is_some() {
                        return Err(A::Error::custom("a member is named twice"));
                    }
                }
                Ok(Once(members))
            }
        }
        deserializer.deserialize_map(Members)
    }
}

fn prices(member: &Member, faults: &mut Faults) -> Option<HashMap<SecurityId, Price>> {
    let Once(rows) = member.object("/prices", faults)?;
    let mut prices = HashMap::with_capacity(rows.len());
    for (key, row) in rows {
        let at = format!("/prices/{}", pointer_part(&key));
        let id = key.parse::<SecurityId>();
        if let Err(error) = &id {
            faults.add(&at, Code::InvalidSecurityId, format!("A key of prices {error}; got {key:?}."));
        }
        let Some(amount) = money(&row, &at, faults) else { continue };
        match (id, Price::new(amount)) {
            (Ok(id), Ok(price)) => {
                prices.insert(id, price);
            }
            (_, Err(_)) => faults.add(&at, Code::PriceNotPositive, format!("{} must be above 0.", name(&at))),
            (Err(_), Ok(_)) => {}
        }
    }
    Some(prices)
}
