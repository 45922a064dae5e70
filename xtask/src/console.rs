//! What people see: coloured lines on a terminal, plain lines elsewhere, annotations and groups in GitHub jobs.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "this is the one place of xtask that prints")]

use std::io::IsTerminal;

use clap::ValueEnum;

use crate::environment;

/// When to colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Colour {
    /// On a terminal, unless `NO_COLOR` is set.
    #[default]
    Auto,
    /// Also into a pipe.
    Always,
    /// Not at all.
    Never,
}

/// The kinds of emphasis a line can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// No emphasis.
    Plain,
    /// A title, or a command that is started.
    Strong,
    /// A success.
    Good,
    /// A failure.
    Bad,
    /// Something to notice that is not a failure.
    Warn,
    /// Details.
    Faint,
}

/// Where lines go, and how they look there.
#[derive(Clone, Debug)]
pub struct Console {
    colour: bool,
    github: bool,
}

impl Console {
    /// A console on standard output that follows the environment where `choice` leaves it open.
    #[must_use]
    pub fn new(choice: Colour) -> Self {
        let colour = match choice {
            Colour::Always => true,
            Colour::Never => false,
            Colour::Auto => {
                environment::value("NO_COLOR").is_none()
                    && (std::io::stdout().is_terminal() || environment::is_github())
            }
        };
        Self { colour, github: environment::is_github() }
    }

    /// Whether programs started from here should colour their output too.
    #[must_use]
    pub fn is_coloured(&self) -> bool {
        self.colour
    }

    /// The text with the escape codes of its tone, or unchanged where colour is off.
    #[must_use]
    pub fn paint(&self, tone: Tone, text: &str) -> String {
        let code = match tone {
            Tone::Plain => return text.to_owned(),
            Tone::Strong => "1",
            Tone::Good => "32",
            Tone::Bad => "31",
            Tone::Warn => "33",
            Tone::Faint => "2",
        };
        if self.colour { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }

    /// Prints one or more lines.
    pub fn say(&self, tone: Tone, text: &str) {
        println!("{}", self.paint(tone, text));
    }

    /// Prints an error on standard error, the only thing that goes there.
    pub fn complain(&self, text: &str) {
        eprintln!("{} {text}", self.paint(Tone::Bad, "error:"));
    }

    /// Opens a foldable group in a GitHub log, a title elsewhere.
    pub fn open_group(&self, title: &str) {
        if self.github {
            println!("::group::{title}");
        } else {
            println!("\n{}", self.paint(Tone::Strong, &format!("── {title}")));
        }
    }

    /// Closes the group that is open.
    pub fn close_group(&self) {
        if self.github {
            println!("::endgroup::");
        }
    }

    /// Marks a failure for the summary page of a GitHub run; elsewhere nothing.
    pub fn annotate_error(&self, title: &str, message: &str) {
        if self.github {
            println!("{}", annotation(title, message));
        }
    }
}

/// GitHub's workflow command for an error, with the escapes that it asks for.
fn annotation(title: &str, message: &str) -> String {
    let escape = |text: &str| text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
    let title = escape(title).replace(':', "%3A").replace(',', "%2C");
    format!("::error title={title}::{}", escape(message))
}

#[cfg(test)]
mod tests {
    use super::{Colour, Console, Tone, annotation};

    #[test]
    fn colour_is_only_used_when_asked_for() {
        assert_eq!(Console::new(Colour::Never).paint(Tone::Bad, "no"), "no");
        assert_eq!(Console::new(Colour::Always).paint(Tone::Bad, "no"), "\x1b[31mno\x1b[0m");
    }

    #[test]
    fn annotations_stay_on_one_line() {
        assert_eq!(annotation("a: b, c", "50 %\nof it"), "::error title=a%3A b%2C c::50 %25%0Aof it");
    }
}
