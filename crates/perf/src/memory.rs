//! Memory of a process, as Linux counts it.

use std::fs;

use anyhow::{Context, Result};

/// Resident memory now and at its highest, in megabytes (10⁶ bytes).
///
/// # Errors
/// When there is no such process, or no `/proc`.
pub(crate) fn resident(process: u32) -> Result<(f64, f64)> {
    let path = format!("/proc/{process}/status");
    let status = fs::read_to_string(&path).with_context(|| format!("cannot read {path}"))?;
    Ok((field(&status, "VmRSS:")?, field(&status, "VmHWM:")?))
}

fn field(status: &str, name: &str) -> Result<f64> {
    let line = status.lines().find_map(|line| line.strip_prefix(name)).with_context(|| format!("no {name}"))?;
    let kib: f64 = line.trim().trim_end_matches(" kB").parse().with_context(|| format!("{name} says {line:?}"))?;
    Ok(kib * 1024.0 / 1e6)
}

#[cfg(test)]
mod tests {
    use super::{field, resident};

    #[test]
    fn this_process_has_memory_and_its_peak_is_not_below() {
        let (now, peak) = resident(std::process::id()).unwrap();
        assert!(now > 0.5 && peak >= now, "{now} {peak}");
    }

    #[test]
    fn a_field_is_converted_from_kibibytes() {
        assert!((field("VmRSS:\t  1000 kB\n", "VmRSS:").unwrap() - 1.024).abs() < 1e-9);
        assert!(field("Name: x\n", "VmRSS:").is_err());
    }
}
