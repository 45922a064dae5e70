//! Identifiers. Two alphabets exist in the suite: 24 hexadecimal digits (a MongoDB `ObjectId`, for what this service
//! creates) and 24 ASCII letters or digits (for what other services own).

use std::fmt;
use std::str::FromStr;

/// Why a text is not an identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// Not 24 hexadecimal digits.
    #[error("must be 24 hexadecimal digits")]
    NotHex,
    /// Not 24 ASCII letters or digits.
    #[error("must be 24 ASCII letters or digits")]
    NotAlphanumeric,
}

macro_rules! object_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; 12]);

        impl $name {
            /// An id from its twelve bytes.
            #[must_use]
            pub const fn from_bytes(bytes: [u8; 12]) -> Self {
                Self(bytes)
            }

            /// The twelve bytes of the id.
            #[must_use]
            pub const fn bytes(self) -> [u8; 12] {
                self.0
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            /// Reads 24 hexadecimal digits of either case.
            fn from_str(text: &str) -> Result<Self, IdError> {
                let digits: Vec<u8> =
                    text.chars().map(|c| c.to_digit(16).and_then(|d| u8::try_from(d).ok())).collect::<Option<_>>().ok_or(IdError::NotHex)?;
                let mut bytes = [0; 12];
                if digits.len() != 24 {
                    return Err(IdError::NotHex);
                }
                for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
                    *byte = pair[0] << 4 | pair[1];
                }
                Ok(Self(bytes))
            }
        }

        impl fmt::Display for $name {
            /// 24 lower-case hexadecimal digits.
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }
    };
}

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; 24]);

        impl $name {
            /// The id as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                // The constructor admits ASCII only.
                std::str::from_utf8(&self.0).unwrap_or_default()
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            /// Reads 24 ASCII letters or digits, as they are: case matters.
            fn from_str(text: &str) -> Result<Self, IdError> {
                let bytes: [u8; 24] = text.as_bytes().try_into().map_err(|_| IdError::NotAlphanumeric)?;
                if bytes.iter().all(u8::is_ascii_alphanumeric) { Ok(Self(bytes)) } else { Err(IdError::NotAlphanumeric) }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }
    };
}

object_id!(
    /// Identifies an investment model.
    ModelId
);
object_id!(
    /// Identifies a stored rebalance.
    RebalanceId
);
text_id!(
    /// Identifies a security; owned by the security service.
    SecurityId
);
text_id!(
    /// Identifies a portfolio; owned by the portfolio service.
    PortfolioId
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn object_ids_are_24_hexadecimal_digits_in_lower_case() {
        let id: ModelId = "683B6D88A29EE10E8B499643".parse().expect("an id");
        assert_eq!(id.to_string(), "683b6d88a29ee10e8b499643");
        for text in [
            "",
            "683b6d88a29ee10e8b49964",
            "683b6d88a29ee10e8b4996430",
            "683b6d88a29ee10e8b49964g",
            "+83b6d88a29ee10e8b499643",
        ] {
            assert_eq!(text.parse::<ModelId>(), Err(IdError::NotHex), "{text}");
        }
    }

    #[test]
    fn security_ids_are_24_letters_or_digits_and_keep_their_case() {
        let id: SecurityId = "AAPLxxxxxxxxxxxxxxxxxx01".parse().expect("an id");
        assert_eq!(id.to_string(), "AAPLxxxxxxxxxxxxxxxxxx01");
        for text in ["", "AAPL", "AAPLxxxxxxxxxxxxxxxxxx0-", "ÄAPLxxxxxxxxxxxxxxxxx01", "AAPLxxxxxxxxxxxxxxxxxx012"] {
            assert_eq!(text.parse::<SecurityId>(), Err(IdError::NotAlphanumeric), "{text}");
        }
    }
}
