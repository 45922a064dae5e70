//! Writes the generated documents: `openapi/openapi.json` and `docs/errors.md`. With `--check` it only compares.

use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let check = std::env::args().any(|argument| argument == "--check");
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let documents =
        [("openapi/openapi.json", http_adapter::openapi_json()), ("docs/errors.md", http_adapter::errors_markdown())];
    let mut fine = true;
    for (name, text) in documents {
        let path = root.join(name);
        let done = if check { compare(&path, &text) } else { std::fs::write(&path, text).map_err(|e| e.to_string()) };
        if let Err(problem) = done {
            report(&format!("{name}: {problem}"));
            fine = false;
        }
    }
    if fine { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn compare(path: &Path, text: &str) -> Result<(), String> {
    match std::fs::read_to_string(path) {
        Ok(committed) if committed == text => Ok(()),
        Ok(_) => Err("out of date; run: cargo run -p http-adapter --example docs".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

#[expect(clippy::print_stderr, reason = "a command line tool")]
fn report(line: &str) {
    eprintln!("{line}");
}
