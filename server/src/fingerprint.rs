//! One hash of everything that something depends on: what is kept under it is found again as long as nothing of that changes.

use serde::Serialize;

/// BLAKE3 of these parts as JSON, in hexadecimal.
///
/// # Panics
/// If they are no plain data: maps have text as keys, and writing them does not fail.
pub fn fingerprint(parts: &impl Serialize) -> String {
    let described = serde_json::to_vec(parts).expect("names and numbers are JSON");
    blake3::hash(&described).to_hex().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_part_and_its_place_counts() {
        let all = [fingerprint(&("a", "b", 1)), fingerprint(&("ab", "", 1)), fingerprint(&("b", "a", 1))];
        assert!(all[0] != all[1] && all[0] != all[2] && all.iter().all(|text| text.len() == 64));
        assert_eq!(fingerprint(&("a", "b", 1)), all[0]);
    }
}
