//! The name of an embedded ICC profile, so that the page can say which one was not applied. Nothing is converted.

/// The profile's description, where it has a readable one.
///
/// # Source
/// ICC.1:2022, 7.3 (tag table), 10.15 (`mluc`); ICC.1:2001, 6.5.17 (`desc`).
pub fn description(profile: &[u8]) -> Option<String> {
    let num_tags = read_u32(profile, 128)?.min(100);
    let entry =
        (0..num_tags).map(|index| 132 + 12 * index).find(|&at| profile.get(at..at + 4) == Some(b"desc"))?;
    let tag = profile.get(read_u32(profile, entry + 4)?..)?;
    let text = match tag.get(..4)? {
        b"mluc" => localised(tag)?,
        b"desc" => {
            String::from_utf8_lossy(tag.get(12..12_usize.checked_add(read_u32(tag, 8)?)?)?).into_owned()
        }
        _ => return None,
    };
    let clean: String = text.chars().filter(|letter| !letter.is_control()).take(60).collect();
    let clean = clean.trim();
    (!clean.is_empty()).then(|| clean.to_owned())
}

/// The first language's text, UTF-16 big-endian.
fn localised(tag: &[u8]) -> Option<String> {
    let (length, offset) = (read_u32(tag, 20)?, read_u32(tag, 24)?);
    let (pairs, _) = tag.get(offset..offset.checked_add(length)?)?.as_chunks::<2>();
    let units = pairs.iter().map(|&pair| u16::from_be_bytes(pair));
    Some(char::decode_utf16(units).map(|letter| letter.unwrap_or(char::REPLACEMENT_CHARACTER)).collect())
}

fn read_u32(bytes: &[u8], at: usize) -> Option<usize> {
    let field = bytes.get(at..at.checked_add(4)?)?;
    usize::try_from(u32::from_be_bytes(field.try_into().ok()?)).ok()
}
