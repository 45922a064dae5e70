//! Kubernetes quantities: `250m`, `1Gi`, `2e3`.

/// The value of a quantity; `None` when the API server would refuse the text (`128MB`, `1 Gi`, nothing).
#[must_use]
pub fn parse(text: &str) -> Option<f64> {
    let digits = text.find(|c: char| !c.is_ascii_digit() && !"+-.".contains(c)).unwrap_or(text.len());
    let (number, suffix) = text.split_at(digits);
    let unsigned = number.trim_start_matches(['+', '-']);
    if number.len() > unsigned.len() + 1 || !unsigned.contains(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let number: f64 = number.parse().ok()?;
    Some(number * factor(suffix)?)
}

fn factor(suffix: &str) -> Option<f64> {
    let binary = |power: i32| Some(1024_f64.powi(power));
    match suffix {
        "n" => Some(1e-9),
        "u" => Some(1e-6),
        "m" => Some(1e-3),
        "" => Some(1.0),
        "k" => Some(1e3),
        "M" => Some(1e6),
        "G" => Some(1e9),
        "T" => Some(1e12),
        "P" => Some(1e15),
        "E" => Some(1e18),
        "Ki" => binary(1),
        "Mi" => binary(2),
        "Gi" => binary(3),
        "Ti" => binary(4),
        "Pi" => binary(5),
        "Ei" => binary(6),
        _ => {
            let exponent = suffix.strip_prefix(['e', 'E'])?;
            exponent.parse::<i32>().ok().map(|power| 10_f64.powi(power))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn what_the_api_server_accepts_is_a_quantity() {
        for (text, value) in
            [("1", 1.0), ("250m", 0.25), ("1.5", 1.5), (".5", 0.5), ("2Ki", 2048.0), ("1e3", 1000.0), ("+1k", 1000.0)]
        {
            assert_eq!(parse(text).map(|v| (v * 1e6).round()), Some((value * 1e6_f64).round()), "{text}");
        }
    }

    #[test]
    fn what_it_refuses_is_not() {
        for text in ["", "128MB", "1 Gi", "Gi", "1.2.3", "--1", "1e", "1K", "0x10", "."] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
