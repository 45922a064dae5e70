//! Why a security ended where it did.

/// The reason that explains a security's holding after the rebalance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reason {
    /// Exactly at its target.
    AtTarget,
    /// At the whole-share count nearest to its target.
    WholeShareRounding,
    /// Below the nearest count, because the cash does not reach further.
    CashLimit,
    /// The nearest count lies below the band: the lowest count in the band was taken.
    BandFloor,
    /// The nearest count lies above the band: the highest count in the band was taken.
    BandCeiling,
    /// The model does not list it: sold down to nothing.
    NotInModel,
    /// A fraction of a share that no whole-share trade can move keeps it off.
    FractionalResidue,
}

impl Reason {
    const ALL: [Self; 7] = [
        Self::AtTarget,
        Self::WholeShareRounding,
        Self::CashLimit,
        Self::BandFloor,
        Self::BandCeiling,
        Self::NotInModel,
        Self::FractionalResidue,
    ];

    /// The name on the wire and in records.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::AtTarget => "AtTarget",
            Self::WholeShareRounding => "WholeShareRounding",
            Self::CashLimit => "CashLimit",
            Self::BandFloor => "BandFloor",
            Self::BandCeiling => "BandCeiling",
            Self::NotInModel => "NotInModel",
            Self::FractionalResidue => "FractionalResidue",
        }
    }

    /// The reason of that name.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.code() == code)
    }
}
