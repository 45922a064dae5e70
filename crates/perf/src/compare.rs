//! An earlier report, and ratios to it.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::report::Report;
use crate::rows::Row;

/// Reads a report that an earlier run wrote.
///
/// # Errors
/// When the file cannot be read or is no report.
pub(crate) fn read(path: &Path) -> Result<Report> {
    let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    serde_json::from_str(&text).with_context(|| format!("{} is not a report of `cargo xtask perf`", path.display()))
}

/// The measurement as a multiple of the earlier one; `new` when there was none.
pub(crate) fn ratio(row: &Row, earlier: &Report) -> String {
    let before = earlier.rows.iter().find(|before| before.area == row.area && before.name == row.name);
    match before {
        Some(before) if before.measured > 0.0 => format!("{:.2}×", row.measured / before.measured),
        Some(_) => "was 0".to_owned(),
        None => "new".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{ratio, read};
    use crate::report::tests::report;

    #[test]
    fn a_report_survives_being_written_and_read() {
        let path = std::env::temp_dir().join(format!("perf-report-{}.json", std::process::id()));
        std::fs::write(&path, serde_json::to_string(&report(1.0)).unwrap()).unwrap();
        let earlier = read(&path).unwrap();
        std::fs::remove_file(&path).unwrap();
        let now = report(3.0);
        assert_eq!(ratio(&now.rows[0], &earlier), "3.00×");
        assert_eq!(ratio(&crate::rows::Row { name: "other".into(), ..now.rows[0].clone() }, &earlier), "new");
    }

    #[test]
    fn something_else_is_refused() {
        assert!(read(std::path::Path::new("/nowhere/report.json")).is_err());
    }
}
