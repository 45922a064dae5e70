//! Which image runs.

use super::Faults;
use crate::deploy::tag::Tag;
use crate::validate::bundle::Bundle;

pub(super) fn images_are_pinned(bundle: &Bundle, faults: &mut Faults<'_>) {
    for container in bundle.containers() {
        let image = container.at("image").as_str().unwrap_or_default();
        if !is_pinned(image) {
            faults.container(&container, "image", format!("image `{image}` is not pinned to a release"));
        }
    }
}

/// Whether the reference ends in a digest or a release tag.
fn is_pinned(image: &str) -> bool {
    if let Some((_, digest)) = image.rsplit_once("@sha256:") {
        return digest.len() == 64 && digest.chars().all(|c| c.is_ascii_hexdigit());
    }
    let name = image.rsplit_once('/').map_or(image, |(_, name)| name);
    name.split_once(':').is_some_and(|(_, tag)| Tag::parse(tag).is_ok_and(|tag| tag.release_version().is_some()))
}

#[cfg(test)]
mod tests {
    use super::is_pinned;

    #[test]
    fn release_tags_and_digests_are_pinned() {
        for (image, pinned) in [
            ("a/b:v1.2.3", true),
            ("a/b:v1.2.3-rc.1", true),
            (concat!("a/b@sha256:", "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"), true),
            ("localhost:5000/b:v1.2.3", true),
            ("localhost:5000/b", false),
            ("a/b", false),
            ("a/b:latest", false),
            ("a/b:main-sha123456", false),
            ("a/b:1.2", false),
            ("a/b@sha256:12", false),
        ] {
            assert_eq!(is_pinned(image), pinned, "{image}");
        }
    }
}
