//! The address of a service, checked once.

use reqwest::Url;
use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

/// An `http` or `https` address that paths are appended to. Neither `Display` nor `Debug` shows credentials.
#[derive(Clone, PartialEq, Eq)]
pub struct BaseUrl(Cow<'static, str>);

/// Why a text is not the address of a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BaseUrlError {
    /// It cannot be read.
    #[error("not a URL such as http://host:8080")]
    Malformed,
    /// Its scheme is another one.
    #[error("a URL of a service starts with http:// or https://")]
    Scheme,
    /// A query or a fragment leaves no place for a path.
    #[error("a URL of a service has no query and no fragment")]
    NotABase,
}

impl BaseUrl {
    /// A well-formed address without a trailing slash, known when this program is built.
    pub(crate) const fn built_in(address: &'static str) -> Self {
        Self(Cow::Borrowed(address))
    }

    /// Whether calls to it are encrypted.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.0.starts_with("https:")
    }

    /// The address of `path`, which starts with a slash.
    pub(crate) fn join(&self, path: &str) -> String {
        format!("{}{path}", self.0)
    }
}

impl FromStr for BaseUrl {
    type Err = BaseUrlError;

    /// Reads an absolute URL; a trailing slash means nothing.
    fn from_str(text: &str) -> Result<Self, BaseUrlError> {
        let url = Url::parse(text.trim()).map_err(|_| BaseUrlError::Malformed)?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(BaseUrlError::Scheme);
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(BaseUrlError::NotABase);
        }
        Ok(Self(Cow::Owned(url.as_str().trim_end_matches('/').to_owned())))
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (scheme, rest) = self.0.split_once("://").unwrap_or(("", &self.0));
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let host = authority.rsplit('@').next().unwrap_or(authority);
        write!(f, "{scheme}://{host}{path}")
    }
}

impl fmt::Debug for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_appended_whether_or_not_the_address_ends_with_a_slash() {
        for text in ["http://pricing:8083", "http://pricing:8083/", " http://pricing:8083/ "] {
            let url: BaseUrl = text.parse().expect("a URL");
            assert_eq!(url.join("/api/v1/prices"), "http://pricing:8083/api/v1/prices", "{text:?}");
        }
        let behind_a_prefix: BaseUrl = "https://gateway/pricing/".parse().expect("a URL");
        assert_eq!(behind_a_prefix.join("/api"), "https://gateway/pricing/api");
        assert!(behind_a_prefix.is_https());
    }

    #[test]
    fn what_is_not_an_address_is_refused_with_the_reason() {
        for (text, error) in [
            ("", BaseUrlError::Malformed),
            ("pricing", BaseUrlError::Malformed),
            ("http://", BaseUrlError::Malformed),
            ("pricing:8083", BaseUrlError::Scheme),
            ("ftp://pricing", BaseUrlError::Scheme),
            ("http://pricing?x=1", BaseUrlError::NotABase),
            ("http://pricing/#top", BaseUrlError::NotABase),
        ] {
            assert_eq!(text.parse::<BaseUrl>(), Err(error), "{text:?}");
        }
    }

    #[test]
    fn credentials_are_used_but_never_shown() {
        let url: BaseUrl = "https://user:secret@pricing:8083/v".parse().expect("a URL");
        assert_eq!(url.to_string(), "https://pricing:8083/v");
        assert_eq!(format!("{url:?}"), "https://pricing:8083/v");
        assert!(url.join("/p").contains("user:secret@"));
    }
}
