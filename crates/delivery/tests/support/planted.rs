//! A copy of the shipped manifests with a fault planted in it.

use std::fs;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use delivery::interrupt::Interrupt;
use delivery::validate::render::Renderer;
use delivery::validate::{Outcome, validate};
use delivery::workspace::copy_tree;
use tempfile::TempDir;

/// The directory of the shipped manifests.
pub(crate) fn shipped() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deployments")
}

/// A copy of the shipped manifests, with one overlay only so that it renders quickly.
pub(crate) struct Planted(TempDir);

impl Planted {
    pub(crate) fn staging() -> Self {
        Self::without("production")
    }

    pub(crate) fn production() -> Self {
        Self::without("staging")
    }

    fn without(overlay: &str) -> Self {
        let dir = TempDir::new().unwrap();
        copy_tree(&shipped(), dir.path()).unwrap();
        fs::remove_dir_all(dir.path().join("overlays").join(overlay)).unwrap();
        Self(dir)
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    /// Replaces the first occurrence of `from`, which must be there.
    pub(crate) fn edit(self, file: &str, from: &str, to: &str) -> Self {
        let path = self.0.path().join(file);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{file} does not contain {from:?}");
        fs::write(path, text.replacen(from, to, 1)).unwrap();
        self
    }

    /// Writes a file.
    pub(crate) fn write(self, file: &str, text: &str) -> Self {
        fs::write(self.0.path().join(file), text).unwrap();
        self
    }

    pub(crate) fn validate(&self) -> Outcome {
        self.validate_on("2026-01-15")
    }

    pub(crate) fn validate_on(&self, today: &str) -> Outcome {
        let renderer = Renderer::new(Path::new("kubectl"), Interrupt::default());
        validate(self.0.path(), &renderer, today.parse::<NaiveDate>().unwrap()).unwrap()
    }
}
