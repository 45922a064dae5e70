//! What a person, a log or a workflow sees: progress on standard error, results on standard output.

use std::io::{self, IsTerminal as _, Write as _};

use clap::ValueEnum;

use crate::environment;
use crate::mask::Mask;

/// When to colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless `NO_COLOR` is set.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

impl Color {
    /// Whether to colour what goes to standard error, or to standard output when `stdout`.
    #[must_use]
    pub fn enabled(self, stdout: bool) -> bool {
        match self {
            Self::Always => true,
            Self::Never => false,
            Self::Auto => {
                !environment::no_color() && if stdout { io::stdout().is_terminal() } else { io::stderr().is_terminal() }
            }
        }
    }
}

/// A colour of the terminal's palette.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paint {
    /// Something good.
    Green,
    /// Something to look at.
    Yellow,
    /// Something bad.
    Red,
    /// Something of less weight.
    Dim,
    /// Something of more weight.
    Bold,
}

/// `text`, coloured when `on`.
#[must_use]
pub fn paint(text: &str, paint: Paint, on: bool) -> String {
    let code = match paint {
        Paint::Green => "32",
        Paint::Yellow => "33",
        Paint::Red => "31",
        Paint::Dim => "2",
        Paint::Bold => "1",
    };
    if on { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
}

#[derive(Clone, Copy, Debug)]
struct Shows {
    progress: bool,
    details: bool,
}

/// Where a command says what it does.
#[derive(Clone, Debug)]
pub struct Console {
    color: bool,
    shows: Shows,
    github: bool,
    mask: Mask,
}

impl Console {
    /// A console for this process; `quiet` keeps progress back (JSON output), `verbose` adds details.
    #[must_use]
    pub fn new(color: Color, verbose: bool, quiet: bool) -> Self {
        Self {
            color: color.enabled(false),
            shows: Shows { progress: !quiet, details: verbose },
            github: environment::is_github(),
            mask: Mask::new(environment::secrets()),
        }
    }

    /// A step that begins, or a line of progress.
    pub fn step(&self, text: &str) {
        self.line("•", Paint::Dim, text);
    }

    /// Something that went well.
    pub fn done(&self, text: &str) {
        self.line("✓", Paint::Green, text);
    }

    /// Something to look at; an annotation on GitHub.
    pub fn warn(&self, text: &str) {
        self.annotate("warning", text);
        self.line("!", Paint::Yellow, text);
    }

    /// Something that failed; an annotation on GitHub. Shown even when quiet.
    pub fn error(&self, text: &str) {
        self.annotate("error", text);
        self.write(&format!("{} {text}", paint("✗", Paint::Red, self.color)));
    }

    /// On GitHub, an error at a line of a file, which is shown beside the change; elsewhere nothing, the report has it.
    pub fn annotate_file(&self, file: &str, line: usize, title: &str, text: &str) {
        if self.github {
            self.write(&annotation("error", &[("file", file), ("line", &line.to_string()), ("title", title)], text));
        }
    }

    /// Only with `--verbose`: an argument list, an answer.
    pub fn detail(&self, text: &str) {
        if self.shows.details {
            for line in text.lines() {
                self.write(&paint(&format!("    {line}"), Paint::Dim, self.color));
            }
        }
    }

    fn line(&self, mark: &str, color: Paint, text: &str) {
        if self.shows.progress {
            self.write(&format!("{} {text}", paint(mark, color, self.color)));
        }
    }

    fn annotate(&self, level: &str, text: &str) {
        if self.github {
            self.write(&annotation(level, &[], text));
        }
    }

    /// Progress is for whoever listens: a closed standard error is no reason to stop a deploy half-way.
    fn write(&self, text: &str) {
        let _ = writeln!(io::stderr().lock(), "{}", self.mask.apply(text));
    }
}

/// A workflow command of GitHub: `::error file=a.yaml,line=1::text`, escaped as its own toolkit does.
fn annotation(level: &str, properties: &[(&str, &str)], text: &str) -> String {
    let escape = |text: &str| text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
    let property =
        |(name, value): &(&str, &str)| format!("{name}={}", escape(value).replace(':', "%3A").replace(',', "%2C"));
    let properties: Vec<String> = properties.iter().map(property).collect();
    let space = if properties.is_empty() { "" } else { " " };
    format!("::{level}{space}{}::{}", properties.join(","), escape(text))
}

/// Writes a command's result to standard output.
///
/// # Errors
/// When standard output cannot be written.
pub fn print_result(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    if !text.ends_with('\n') {
        out.write_all(b"\n")?;
    }
    out.flush()
}

#[cfg(test)]
mod tests {
    use super::annotation;

    #[test]
    fn annotations_are_escaped_as_github_reads_them() {
        assert_eq!(annotation("warning", &[], "50%\nof a: b, c"), "::warning::50%25%0Aof a: b, c");
        let properties = [("file", "a,b:c.yaml"), ("line", "7")];
        assert_eq!(annotation("error", &properties, "x"), "::error file=a%2Cb%3Ac.yaml,line=7::x");
    }
}
