//! The report as an SVG picture: how much of each limit is used, on a logarithmic scale.

use std::fmt::Write as _;

use crate::report::Report;
use crate::rows::Row;

const ROW: usize = 22;
const LEFT: usize = 330;
const WIDTH: usize = 480;
/// The left end of the scale: a ten-thousandth of the limit.
const LEAST: f64 = 1e-4;

/// Draws the rows that have a limit.
pub(crate) fn draw(report: &Report) -> String {
    let rows: Vec<&Row> = report.rows.iter().filter(|row| row.used().is_some()).collect();
    let (height, right) = (80 + rows.len() * ROW, LEFT + WIDTH);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {} {height}\" font-family=\"sans-serif\" font-size=\"12\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n\
         <text x=\"10\" y=\"22\" font-size=\"15\" font-weight=\"bold\">Share of each limit that is used (left is better)</text>\n\
         <text x=\"10\" y=\"40\" fill=\"#555\">{}</text>\n",
        right + 110,
        escape(&format!(
            "commit {}, {} store, {} × {}",
            report.commit, report.store, report.machine.cores, report.machine.processor
        )),
    );
    for (share, label) in [(1e-4, "0.0001"), (1e-3, "0.001"), (1e-2, "0.01"), (1e-1, "0.1"), (1.0, "limit")] {
        let (x, colour) = (at(share), if share < 1.0 { "#ddd" } else { "#b00" });
        // Writing to a String cannot fail.
        let _ =
            writeln!(svg, "<line x1=\"{x:.1}\" y1=\"64\" x2=\"{x:.1}\" y2=\"{}\" stroke=\"{colour}\"/>", height - 10);
        let _ = writeln!(svg, "<text x=\"{x:.1}\" y=\"60\" text-anchor=\"middle\" fill=\"#555\">{label}</text>");
    }
    for (index, row) in rows.iter().enumerate() {
        let y = 70 + index * ROW;
        let colour = if row.is_met() == Some(true) { "#2a7" } else { "#c33" };
        let length = at(row.used().unwrap_or(LEAST)) - at(LEAST);
        let name = escape(&format!("{}: {}", row.area, row.name));
        let _ = writeln!(svg, "<text x=\"{}\" y=\"{}\" text-anchor=\"end\">{name}</text>", LEFT - 8, y + 14);
        let _ =
            writeln!(svg, "<rect x=\"{LEFT}\" y=\"{}\" width=\"{length:.1}\" height=\"14\" fill=\"{colour}\"/>", y + 3);
        let value = format!("{:.2} {}", row.measured, row.unit);
        let _ = writeln!(svg, "<text x=\"{:.1}\" y=\"{}\">{}</text>", at(LEAST) + length + 5.0, y + 14, escape(&value));
    }
    svg.push_str("</svg>\n");
    svg
}

/// The place of a share on the scale, which ends at ten times the limit.
#[expect(clippy::cast_precision_loss, reason = "a few hundred")]
fn at(share: f64) -> f64 {
    let position = (share.clamp(LEAST, 10.0) / LEAST).log10() / (10.0 / LEAST).log10();
    LEFT as f64 + position * WIDTH as f64
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::{at, draw};
    use crate::report::tests::report;

    #[test]
    fn rows_with_a_limit_are_drawn_and_others_are_not() {
        let svg = draw(&report(1.0));
        assert_eq!(svg.matches("height=\"14\"").count(), 2);
        assert!(svg.contains("health: liveness, mean") && !svg.contains("resident"));
        assert!(svg.contains("#2a7") && svg.contains("#c33"));
    }

    #[test]
    fn the_scale_grows_and_stays_in_the_picture() {
        assert!(at(0.0) < at(0.01) && at(0.01) < at(1.0) && at(1.0) < at(10.0));
        assert!((at(1e9) - at(10.0)).abs() < 1e-9);
    }
}
