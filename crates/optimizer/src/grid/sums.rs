//! The sums that steps can reach, as one bit set per prefix of the securities.

use super::{Extra, Taken};
use crate::arithmetic::floor_div;
use crate::effort::{Effort, nodes_for};

pub(super) const WORD: usize = 64;
/// Words of a bit set that count as one node of a search.
pub(crate) const WORDS_PER_NODE: usize = 16;
/// Single bits that are looked up between two reports of work.
const LOOKUPS_PER_REPORT: i128 = 256;
/// What they cost.
const LOOKUPS_NODES: u64 = 64;

/// Bit `s` of row `i` says whether the first `i` extras reach the sum `s`, for `s` up to a limit.
pub(crate) struct Sums {
    words: usize,
    /// The rows, one behind the other.
    bits: Vec<u64>,
}

impl Sums {
    /// The sums up to `limit` (in units of the grid). Stops early when `wanted` is reached. `None` when the bits would
    /// take more than `memory` bytes or the effort is not there.
    pub(crate) fn new(
        extras: &[Extra],
        limit: i128,
        wanted: Option<i128>,
        memory: usize,
        effort: &mut Effort<'_>,
    ) -> Option<Self> {
        let limit = usize::try_from(limit).ok()?;
        let words = limit / WORD + 1;
        let rows = extras.len() + 1;
        if words.checked_mul(rows)?.checked_mul(size_of::<u64>())? > memory {
            return None;
        }
        let wanted = wanted.and_then(|sum| usize::try_from(sum).ok());
        let mut sums = Self { words, bits: Vec::with_capacity(words * rows.min(64)) };
        sums.bits.resize(words, 0);
        sums.bits[0] = 1;
        for extra in extras {
            let below = sums.bits.len() - words;
            sums.bits.extend_from_within(below..);
            // Powers of two and a rest make every number of steps up to `steps`.
            let mut part = 1;
            let mut steps = extra.steps.min(floor_div(i128::try_from(limit).ok()?, extra.weight));
            while steps > 0 {
                let taken = part.min(steps);
                if !effort.spend(nodes_for(words, WORDS_PER_NODE)) {
                    return None;
                }
                let shift = usize::try_from(taken * extra.weight).ok()?;
                let (below, row) = sums.bits[below..].split_at_mut(words);
                if part == 1 {
                    or_shifted(row, below, shift);
                } else {
                    let copy = row.to_vec();
                    or_shifted(row, &copy, shift);
                }
                steps -= taken;
                part *= 2;
            }
            let row = &sums.bits[below + words..];
            if wanted.is_some_and(|sum| has(row, sum)) {
                break;
            }
        }
        Some(sums)
    }

    /// The least sum of all extras that is not below `need`.
    pub(crate) fn least_from(&self, need: i128) -> Option<i128> {
        self.least_within(self.bits.len() / self.words - 1, need, i128::MAX)
    }

    /// The least sum of the first `count` extras in `low..=high`. Reads the words of that range only.
    pub(crate) fn least_within(&self, count: usize, low: i128, high: i128) -> Option<i128> {
        let row = &self.bits[count * self.words..(count + 1) * self.words];
        let need = usize::try_from(low).ok()?;
        let first = need / WORD;
        let last = usize::try_from(high).map_or(row.len(), |high| row.len().min(high / WORD + 1));
        let mut word = row.get(first)? & (u64::MAX << (need % WORD));
        for index in first..last {
            if word != 0 {
                let sum = i128::try_from(index * WORD + word.trailing_zeros() as usize).ok()?;
                return (sum <= high).then_some(sum);
            }
            word = row.get(index + 1).copied().unwrap_or(0);
        }
        None
    }

    /// Steps of the extras that make the sum `amount`, which must be reached; `None` when the stop callback said so.
    pub(crate) fn steps(&self, extras: &[Extra], amount: i128, effort: &mut Effort<'_>) -> Option<Vec<Taken>> {
        let mut rest = amount;
        let mut taken = Vec::new();
        for index in (1..self.bits.len() / self.words).rev() {
            let below = &self.bits[(index - 1) * self.words..index * self.words];
            let extra = &extras[index - 1];
            let mut steps = 0;
            while steps < extra.steps && !usize::try_from(rest).is_ok_and(|sum| has(below, sum)) {
                steps += 1;
                rest -= extra.weight;
                // Up to `amount / weight` times round.
                if steps % LOOKUPS_PER_REPORT == 0 && !effort.works(LOOKUPS_NODES) {
                    return None;
                }
            }
            if steps > 0 {
                taken.push((extra.item, steps));
            }
        }
        Some(taken)
    }
}

pub(super) fn has(row: &[u64], sum: usize) -> bool {
    row.get(sum / WORD).is_some_and(|word| word >> (sum % WORD) & 1 == 1)
}

/// `row |= from << shift`, bits beyond the row being lost.
pub(super) fn or_shifted(row: &mut [u64], from: &[u64], shift: usize) {
    let (words, bits) = (shift / WORD, shift % WORD);
    let Some((lowest, higher)) = row.get_mut(words..).and_then(<[u64]>::split_first_mut) else { return };
    let Some(first) = from.first() else { return };
    *lowest |= first << bits;
    if bits == 0 {
        higher.iter_mut().zip(&from[1..]).for_each(|(word, from)| *word |= from);
    } else {
        let pairs = from.windows(2).map(|pair| pair[1] << bits | pair[0] >> (WORD - bits));
        higher.iter_mut().zip(pairs).for_each(|(word, from)| *word |= from);
    }
}

/// `row |= from >> shift`, bits below 0 being lost.
pub(super) fn or_shifted_back(row: &mut [u64], from: &[u64], shift: usize) {
    let (words, bits) = (shift / WORD, shift % WORD);
    let Some(from) = from.get(words..) else { return };
    for (index, word) in row.iter_mut().take(from.len()).enumerate() {
        let above = from.get(index + 1).copied().unwrap_or(0);
        *word |= if bits == 0 { from[index] } else { from[index] >> bits | above << (WORD - bits) };
    }
}
