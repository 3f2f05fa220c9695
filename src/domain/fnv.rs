//! FNV-1a, 64 bits: a short sum that notices an edit, and nothing more. It is on disk and in ids, so it never changes.

/// The sum of `bytes`.
pub fn sum(bytes: impl IntoIterator<Item = u8>) -> u64 {
    bytes.into_iter().fold(0xcbf2_9ce4_8422_2325, |sum, byte| (sum ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3))
}

#[cfg(test)]
mod tests {
    #[test]
    fn sums_are_those_of_the_published_test_suite() {
        let known = [("", 0xcbf2_9ce4_8422_2325), ("a", 0xaf63_dc4c_8601_ec8c), ("foobar", 0x8594_4171_f739_67e8)];
        assert_eq!(known.map(|(text, _)| super::sum(text.bytes())), known.map(|(_, sum)| sum));
    }
}
