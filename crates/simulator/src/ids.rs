//! Object ids: 24 hexadecimal digits, different in each installation, the same for the same seed.

use crate::draws::Draws;

/// Seconds since 1970 at which the simulated suite was installed: 2025-06-01 12:00:00 UTC.
pub(crate) const INSTALLED_AT: i64 = 1_748_779_200;

/// Hands out object ids: four bytes of time, five drawn from the seed, three that count up.
#[derive(Debug)]
pub(crate) struct ObjectIds {
    installation: u64,
    next: u32,
}

impl ObjectIds {
    pub(crate) fn new(draws: &mut Draws) -> Self {
        let installation = draws.between(0, (1 << 40) - 1).unsigned_abs();
        Self { installation, next: 1 }
    }

    pub(crate) fn next(&mut self) -> String {
        let id = format!("{INSTALLED_AT:08x}{:010x}{:06x}", self.installation, self.next);
        self.next = (self.next + 1) & 0x00ff_ffff;
        id
    }
}

/// Whether `text` is an object id in hexadecimal.
#[must_use]
pub fn is_object_id(text: &str) -> bool {
    text.len() == 24 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_well_formed_distinct_and_ascending() {
        let mut ids = ObjectIds::new(&mut Draws::new(3, 1));
        let (first, second) = (ids.next(), ids.next());
        assert!(is_object_id(&first) && is_object_id(&second));
        assert!(first < second);
        assert!(!is_object_id("683b69d420f302c879a5fe0g") && !is_object_id(&first[1..]));
    }
}
