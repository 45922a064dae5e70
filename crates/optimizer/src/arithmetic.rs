//! Integer arithmetic that the solver's exactness rests on: powers of ten, floor division, and products that need 256
//! bits.

use std::cmp::Ordering;

/// `10^exponent` for `exponent` in `0..=38`.
#[inline]
pub(crate) const fn power_of_ten(exponent: u32) -> i128 {
    POWERS[exponent as usize]
}

/// All powers of ten that an `i128` holds.
const POWERS: [i128; 39] = {
    let mut powers = [1_i128; 39];
    let mut i = 1;
    while i < 39 {
        powers[i] = powers[i - 1] * 10;
        i += 1;
    }
    powers
};

/// The exact product, or `None`. Operands of 64 bits, the usual case, need no check.
#[inline]
pub(crate) fn product(a: i128, b: i128) -> Option<i128> {
    match (i64::try_from(a), i64::try_from(b)) {
        (Ok(a), Ok(b)) => Some(i128::from(a) * i128::from(b)),
        _ => a.checked_mul(b),
    }
}

/// The greatest integer that is not above `numerator / denominator`, for a denominator above 0.
#[inline]
pub(crate) fn floor_div(numerator: i128, denominator: i128) -> i128 {
    if let (Ok(n), Ok(d)) = (u64::try_from(numerator), u64::try_from(denominator)) {
        return i128::from(n / d);
    }
    numerator.div_euclid(denominator)
}

/// The least integer that is not below `numerator / denominator`, for a denominator above 0.
#[inline]
pub(crate) fn ceil_div(numerator: i128, denominator: i128) -> i128 {
    if numerator > 0 { floor_div(numerator - 1, denominator) + 1 } else { -floor_div(-numerator, denominator) }
}

/// Compares `a · b` with `c · d` exactly; all four are non-negative.
#[inline]
pub(crate) fn compare_products(a: i128, b: i128, c: i128, d: i128) -> Ordering {
    if let (Ok(a), Ok(b), Ok(c), Ok(d)) = (u64::try_from(a), u64::try_from(b), u64::try_from(c), u64::try_from(d)) {
        return (u128::from(a) * u128::from(b)).cmp(&(u128::from(c) * u128::from(d)));
    }
    wide_product(a, b).cmp(&wide_product(c, d))
}

/// The 256-bit product of two non-negative numbers, high half first, so that the pairs compare as numbers do.
fn wide_product(a: i128, b: i128) -> (u128, u128) {
    let (low, high) = a.unsigned_abs().carrying_mul(b.unsigned_abs(), 0);
    (high, low)
}

/// `⌈a · b / c⌉` for `0 ≤ a`, `0 ≤ b ≤ c`, `0 < c`: the quotient is at most `a`, the product may need 256 bits.
pub(crate) fn mul_div_ceil(a: i128, b: i128, c: i128) -> i128 {
    if let Some(exact) = product(a, b) {
        return ceil_div(exact, c);
    }
    // The least quotient whose product with `c` reaches `a · b`, by bisection: exact, and only for extreme amounts.
    let (mut below, mut reached) = (-1_i128, a);
    while reached - below > 1 {
        let middle = below + (reached - below) / 2;
        if compare_products(middle, c, a, b) == Ordering::Less {
            below = middle;
        } else {
            reached = middle;
        }
    }
    reached
}

/// The greatest common divisor of two non-negative numbers; that of 0 and `b` is `b`.
pub(crate) fn gcd(mut a: i128, mut b: i128) -> i128 {
    while b != 0 {
        if let (Ok(x), Ok(y)) = (u64::try_from(a), u64::try_from(b)) {
            return i128::from(gcd_of_words(x, y));
        }
        (a, b) = (b, a % b);
    }
    a
}

fn gcd_of_words(mut a: u64, mut b: u64) -> u64 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn products_beyond_128_bits_compare_exactly() {
        let big = 10_i128.pow(37);
        assert_eq!(compare_products(big, big, big - 1, big + 1), Ordering::Greater);
        assert_eq!(compare_products(big, big - 1, big - 1, big), Ordering::Equal);
        assert_eq!(compare_products(3, 5, 4, 4), Ordering::Less);
    }

    #[test]
    fn a_quotient_of_a_256_bit_product_is_rounded_up() {
        let big = 10_i128.pow(37);
        assert_eq!(mul_div_ceil(big, big, big), big);
        assert_eq!(mul_div_ceil(big + 1, big / 2, big), big / 2 + 1);
        assert_eq!(mul_div_ceil(7, 2, 3), 5);
        assert_eq!(mul_div_ceil(0, 0, 3), 0);
    }

    #[test]
    fn division_rounds_down_or_up_on_both_sides_of_zero() {
        assert_eq!((floor_div(-7, 2), floor_div(7, 2), ceil_div(-7, 2), ceil_div(7, 2)), (-4, 3, -3, 4));
        assert_eq!(floor_div(-1, i128::MAX), -1);
    }

    proptest! {
        #[test]
        fn gcd_divides_both_and_is_greatest(a in 0_i128..100_000, b in 1_i128..100_000, k in 1_i128..10_i128.pow(30)) {
            let divisor = gcd(a * k, b * k);
            prop_assert_eq!((a * k % divisor, b * k % divisor), (0, 0));
            prop_assert_eq!(divisor % k, 0);
            prop_assert_eq!(gcd(a * k / divisor, b * k / divisor), 1);
        }

        #[test]
        fn comparing_products_agrees_with_128_bits(a in 0_i128..1 << 60, b in 0_i128..1 << 60, c in 0_i128..1 << 60, d in 0_i128..1 << 60) {
            prop_assert_eq!(compare_products(a, b, c, d), (a * b).cmp(&(c * d)));
            let shift = 1_i128 << 66;
            prop_assert_eq!(compare_products(a * shift, b * shift, c * shift, d * shift), (a * b).cmp(&(c * d)));
        }
    }
}
