//! The portfolios of a model.

use super::ModelRuleError;
use crate::PortfolioId;
use std::collections::HashSet;

/// At least one portfolio, none of them twice, in the order they were given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Portfolios(Vec<PortfolioId>);

impl Portfolios {
    /// A list of one or more different portfolios.
    pub fn new(ids: Vec<PortfolioId>) -> Result<Self, ModelRuleError> {
        let mut seen = HashSet::with_capacity(ids.len());
        if let Some(twice) = ids.iter().find(|id| !seen.insert(**id)) {
            return Err(ModelRuleError::DuplicatePortfolio(*twice));
        }
        if ids.is_empty() { Err(ModelRuleError::NoPortfolios) } else { Ok(Self(ids)) }
    }

    /// The ids, in order.
    #[must_use]
    pub fn as_slice(&self) -> &[PortfolioId] {
        &self.0
    }

    /// Whether `id` is among them.
    #[must_use]
    pub fn contains(&self, id: &PortfolioId) -> bool {
        self.0.contains(id)
    }

    /// With those of `others` that are not there yet, at the end.
    #[must_use]
    pub fn with(&self, others: &Self) -> Self {
        let here: HashSet<_> = self.0.iter().collect();
        let added = others.0.iter().filter(|id| !here.contains(id));
        Self(self.0.iter().chain(added).copied().collect())
    }

    /// Without those of `others`; refused when none would be left.
    pub fn without(&self, others: &Self) -> Result<Self, ModelRuleError> {
        let gone: HashSet<_> = others.0.iter().collect();
        Self::new(self.0.iter().filter(|id| !gone.contains(id)).copied().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(letters: &str) -> Vec<PortfolioId> {
        letters.chars().map(|c| c.to_string().repeat(24).parse().expect("an id")).collect()
    }

    fn list(letters: &str) -> Portfolios {
        Portfolios::new(ids(letters)).expect("valid")
    }

    #[test]
    fn a_list_has_at_least_one_and_none_twice() {
        assert_eq!(Portfolios::new(vec![]), Err(ModelRuleError::NoPortfolios));
        assert_eq!(Portfolios::new(ids("aba")), Err(ModelRuleError::DuplicatePortfolio(ids("a")[0])));
    }

    #[test]
    fn adding_ignores_those_already_there_and_removing_those_absent() {
        assert_eq!(list("ab").with(&list("bc")), list("abc"));
        assert_eq!(list("abc").without(&list("bx")), Ok(list("ac")));
        assert_eq!(list("ab").without(&list("ba")), Err(ModelRuleError::NoPortfolios));
    }
}
