//! What makes two bodies the same request: the same JSON, however its members are ordered and its white space is set.

use serde_json::value::RawValue;
use std::collections::BTreeMap;

/// Objects and lists inside each other that are looked into; what is deeper counts as it is written.
const DEPTH: usize = 16;

/// A body with the members of its objects in order and without insignificant white space; numbers and strings as they are
/// written. An empty object is no body. What is no JSON is taken as it is.
pub(super) fn canonical(body: &[u8]) -> Vec<u8> {
    let Ok(value) = serde_json::from_slice::<&RawValue>(body) else { return body.to_vec() };
    let mut text = Vec::with_capacity(body.len());
    write(value.get(), DEPTH, &mut text);
    if text == b"{}" { Vec::new() } else { text }
}

fn write(value: &str, depth: usize, out: &mut Vec<u8>) {
    if depth > 0 && value.starts_with('{') {
        // Members that stand twice are refused by whoever reads the body.
        if let Ok(members) = serde_json::from_str::<BTreeMap<String, &RawValue>>(value) {
            list(*b"{}", members.iter(), out, |(name, member), out| {
                out.extend_from_slice(format!("{name:?}:").as_bytes());
                write(member.get(), depth - 1, out);
            });
            return;
        }
    }
    if depth > 0
        && value.starts_with('[')
        && let Ok(elements) = serde_json::from_str::<Vec<&RawValue>>(value)
    {
        list(*b"[]", elements.iter(), out, |element, out| write(element.get(), depth - 1, out));
        return;
    }
    out.extend_from_slice(value.as_bytes());
}

fn list<T>(ends: [u8; 2], items: impl Iterator<Item = T>, out: &mut Vec<u8>, mut one: impl FnMut(T, &mut Vec<u8>)) {
    out.push(ends[0]);
    for (n, item) in items.enumerate() {
        if n > 0 {
            out.push(b',');
        }
        one(item, out);
    }
    out.push(ends[1]);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(a: &str, b: &str) -> bool {
        canonical(a.as_bytes()) == canonical(b.as_bytes())
    }

    #[test]
    fn order_of_members_and_white_space_make_no_difference() {
        assert!(same(r#"{"a": 1, "b": {"c": [1, 2], "d": "x y"}}"#, r#"{"b":{"d":"x y","c":[1,2]},"a":1}"#));
        assert!(same("{}", "") && same(" { } ", ""));
        assert!(same(r#"{"a":"\u0041"}"#, r#" {"a" : "\u0041"}"#));
    }

    #[test]
    fn everything_else_does() {
        for (a, b) in [
            (r#"{"a":1}"#, r#"{"a":2}"#),
            (r#"{"a":[1,2]}"#, r#"{"a":[2,1]}"#),
            (r#"{"a":"x  y"}"#, r#"{"a":"x y"}"#),
            (r#"{"a":0.1000000000000000055511151231}"#, r#"{"a":0.1}"#),
            (r#"{"a":null}"#, "{}"),
            (r#"{"a":"1"}"#, r#"{"a":1}"#),
            ("{", "["),
            ("[]", ""),
            (r#"{"a,b":1}"#, r#"{"a":1,"b":1}"#),
        ] {
            assert!(!same(a, b), "{a} {b}");
        }
    }

    #[test]
    fn deep_bodies_are_looked_into_so_far_and_no_further() {
        let deep = |inner: &str| format!("{}{inner}{}", r#"{"a":"#.repeat(60), "}".repeat(60));
        assert!(same(&deep("1"), &deep("1")));
        assert!(!same(&deep("1"), &deep("2")));
    }
}
