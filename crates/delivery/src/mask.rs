//! Hides what must not be shown: tokens, passwords in URLs, values of secret variables, data of Secrets.

const HIDDEN: &str = "***";

/// Hides secrets in text that is about to be shown.
#[derive(Clone, Debug, Default)]
pub struct Mask {
    values: Vec<String>,
}

impl Mask {
    /// Masks these values wherever they appear, besides what [`Mask::apply`] recognises by its form.
    #[must_use]
    pub fn new(mut values: Vec<String>) -> Self {
        values.sort_by_key(|value| std::cmp::Reverse(value.len()));
        Self { values }
    }

    /// `text` with known secrets, `Authorization`-like values and passwords in URLs replaced by `***`.
    #[must_use]
    pub fn apply(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for value in &self.values {
            text = text.replace(value.as_str(), HIDDEN);
        }
        let text = url_passwords(&text);
        words_after(&text, &["Bearer ", "Basic ", "--token=", "--password=", "\"token\":\"", "\"access_token\":\""])
    }
}

/// Whether a variable, key or option of this name carries a secret.
#[must_use]
pub fn is_secret_name(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    ["TOKEN", "SECRET", "PASSWORD", "PASSWD", "CREDENTIAL", "API_KEY", "APIKEY", "PRIVATE_KEY"]
        .iter()
        .any(|word| name.contains(word))
        && !name.ends_with("_FILE")
}

/// Whether the text holds a URL with a password, or a private key.
#[must_use]
pub fn looks_secret(text: &str) -> bool {
    url_passwords(text) != text || text.contains("PRIVATE KEY-----")
}

/// `scheme://user:password@host` → `scheme://user:***@host`.
fn url_passwords(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find("://") {
        let (head, tail) = rest.split_at(start + 3);
        out.push_str(head);
        let end = tail.find(|c: char| c.is_whitespace() || "/?#\"'<>,".contains(c)).unwrap_or(tail.len());
        let (authority, after) = tail.split_at(end);
        match authority.rsplit_once('@').and_then(|(user, host)| Some((user.split_once(':')?.0, host))) {
            Some((user, host)) => out.extend([user, ":", HIDDEN, "@", host]),
            None => out.push_str(authority),
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

/// Hides the word that follows each of the markers.
fn words_after(text: &str, markers: &[&str]) -> String {
    let mut text = text.to_owned();
    for marker in markers {
        let mut from = 0;
        while let Some(found) = text.get(from..).and_then(|rest| rest.find(marker)) {
            let start = from + found + marker.len();
            let tail = &text[start..];
            let end = start + tail.find(|c: char| c.is_whitespace() || "\"',;".contains(c)).unwrap_or(tail.len());
            text.replace_range(start..end, HIDDEN);
            from = start + HIDDEN.len();
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{Mask, is_secret_name, looks_secret};

    #[test]
    fn known_values_are_hidden_longest_first() {
        let mask = Mask::new(vec!["hunter2".into(), "hunter2-longer".into()]);
        assert_eq!(mask.apply("a hunter2-longer b hunter2 c"), "a *** b *** c");
    }

    #[test]
    fn secrets_are_recognised_by_their_form() {
        for (text, shown) in [
            ("mongodb://ogs:s3cret@db:27017/prod?x=1", "mongodb://ogs:***@db:27017/prod?x=1"),
            ("two https://a:b@c/ and https://d:e@f", "two https://a:***@c/ and https://d:***@f"),
            ("https://registry/v2/x:tag", "https://registry/v2/x:tag"),
            ("Authorization: Bearer abc.def.ghi", "Authorization: Bearer ***"),
            ("kubectl --token=abc get pods", "kubectl --token=*** get pods"),
            (r#"{"token":"abc","expires_in":300}"#, r#"{"token":"***","expires_in":300}"#),
        ] {
            assert_eq!(Mask::default().apply(text), shown);
        }
    }

    #[test]
    fn names_and_texts_of_secrets_are_told_apart_from_others() {
        assert!(is_secret_name("DOCKERHUB_TOKEN"));
        assert!(!is_secret_name("MONGODB_PASSWORD_FILE"));
        assert!(!is_secret_name("DATABASE_NAME"));
        assert!(looks_secret("mongodb://a:b@c"));
        assert!(!looks_secret("http://globeco-order-service:8081"));
    }
}
