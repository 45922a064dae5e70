//! What the image asks of the binary, checked without a container engine: linkage, architecture, size, platform data.

use std::fs;

use anyhow::{Context, Result, bail};

use crate::build;
use crate::console::Tone;
use crate::exit::Exit;
use crate::runner::Runner;
use crate::workspace::Workspace;

/// More than this in the image is looked into. Bytes.
const SIZE_BUDGET: usize = 48 << 20;
/// The system libraries that a build for glibc may ask for; a build for musl asks for none.
const ALLOWED_LIBRARIES: &[&str] =
    &["libc.so.6", "libgcc_s.so.1", "libm.so.6", "ld-linux-x86-64.so.2", "ld-linux-aarch64.so.1"];

/// What is read from an ELF file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Elf {
    /// The shared libraries it asks for.
    pub libraries: Vec<String>,
    /// The content of the section `.dep-v0`, which cargo-auditable writes.
    pub dependencies: Option<Vec<u8>>,
}

/// Builds the release binary and checks it.
///
/// # Errors
/// When it cannot be built or read.
pub fn run(workspace: &Workspace) -> Result<Exit> {
    Runner::new(workspace).run(&build::release(workspace))?;
    let bytes = fs::read(workspace.path(build::SERVICE)).context("the release build left no binary")?;
    let elf = Elf::parse(&bytes)?;
    let findings = findings(&elf, bytes.len());
    let console = &workspace.console;
    console.say(
        Tone::Plain,
        &format!("{}: {:.1} MiB of at most {} MiB", build::SERVICE, mib(bytes.len()), SIZE_BUDGET >> 20),
    );
    let linked = if elf.libraries.is_empty() { "nothing: it is static".to_owned() } else { elf.libraries.join(", ") };
    console.say(Tone::Plain, &format!("links {linked}"));
    let data = if elf.dependencies.is_some() { "carries" } else { "does not carry" };
    console.say(Tone::Plain, &format!("{data} the list of its dependencies (cargo-auditable)"));
    for finding in &findings {
        console.say(Tone::Bad, finding);
    }
    Ok(if findings.is_empty() { Exit::Done } else { Exit::Invalid })
}

#[expect(clippy::cast_precision_loss, reason = "a size for people")]
fn mib(bytes: usize) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}

fn findings(elf: &Elf, size: usize) -> Vec<String> {
    let foreign = elf.libraries.iter().filter(|library| !ALLOWED_LIBRARIES.contains(&library.as_str()));
    let mut findings: Vec<String> = foreign
        .map(|library| format!("links `{library}`, which no base image of ours has: link it statically"))
        .collect();
    if size > SIZE_BUDGET {
        findings.push(format!("{:.1} MiB are more than {} MiB: see `cargo bloat`", mib(size), SIZE_BUDGET >> 20));
    }
    findings
}

impl Elf {
    /// Reads a 64-bit little-endian ELF file (System V ABI, chapters 4 and 5).
    ///
    /// # Errors
    /// When the bytes are no such file, or end too early.
    pub fn parse(bytes: &[u8]) -> Result<Self> {
        if bytes.get(..6) != Some(b"\x7fELF\x02\x01") {
            bail!("this is not a 64-bit little-endian ELF file");
        }
        let (table, entry, count) = (number(bytes, 0x28, 8)?, number(bytes, 0x3a, 2)?, number(bytes, 0x3c, 2)?);
        let names = number(bytes, 0x3e, 2)?;
        let header = |index: usize, offset: usize, size| number(bytes, table + index * entry + offset, size);
        let content = |index| -> Result<&[u8]> {
            let (start, length) = (header(index, 0x18, 8)?, header(index, 0x20, 8)?);
            bytes.get(start..start + length).context("a section lies outside of the file")
        };
        let names = content(names)?;
        let mut elf = Self::default();
        for index in 0..count {
            match text(names, header(index, 0, 4)?)? {
                ".dep-v0" => elf.dependencies = Some(content(index)?.to_vec()),
                ".dynamic" => {
                    let strings = content(header(index, 0x28, 4)?)?;
                    elf.libraries = needed(content(index)?, strings)?;
                }
                _ => {}
            }
        }
        Ok(elf)
    }
}

/// The `DT_NEEDED` entries of a dynamic section.
fn needed(dynamic: &[u8], strings: &[u8]) -> Result<Vec<String>> {
    const DT_NEEDED: usize = 1;
    let entries =
        (0..dynamic.len() / 16).map(|index| Ok((number(dynamic, index * 16, 8)?, number(dynamic, index * 16 + 8, 8)?)));
    let entries: Vec<(usize, usize)> = entries.collect::<Result<_>>()?;
    let names = entries.into_iter().filter(|(kind, _)| *kind == DT_NEEDED);
    names.map(|(_, offset)| Ok(text(strings, offset)?.to_owned())).collect()
}

fn number(bytes: &[u8], offset: usize, size: usize) -> Result<usize> {
    let digits = bytes.get(offset..offset + size).context("the file ends too early")?;
    let value = digits.iter().rev().fold(0_u64, |value, digit| value << 8 | u64::from(*digit));
    usize::try_from(value).context("an offset does not fit this machine")
}

fn text(strings: &[u8], offset: usize) -> Result<&str> {
    let rest = strings.get(offset..).context("a name lies outside of its table")?;
    let end = rest.iter().position(|byte| *byte == 0).context("a name does not end")?;
    Ok(std::str::from_utf8(&rest[..end])?)
}

#[cfg(test)]
mod tests {
    use super::{Elf, SIZE_BUDGET, findings};

    #[test]
    fn this_very_test_links_the_c_library_and_nothing_unusual() {
        let own = std::fs::read(std::env::current_exe().unwrap()).unwrap();
        let elf = Elf::parse(&own).unwrap();
        assert!(elf.libraries.iter().any(|library| library == "libc.so.6"), "{elf:?}");
        assert_eq!(findings(&elf, 1), Vec::<String>::new());
    }

    #[test]
    fn a_foreign_library_and_a_fat_binary_are_found() {
        let elf = Elf { libraries: vec!["libc.so.6".into(), "libssl.so.3".into()], dependencies: None };
        let found = findings(&elf, SIZE_BUDGET + 1);
        assert!(found[0].contains("libssl.so.3"));
        assert!(found[1].contains("more than 48 MiB"));
    }

    #[test]
    fn a_cut_file_is_an_error_and_not_a_panic() {
        let own = std::fs::read(std::env::current_exe().unwrap()).unwrap();
        assert!(Elf::parse(&own[..64]).is_err());
        assert!(Elf::parse(b"#!/bin/sh").is_err());
    }
}
