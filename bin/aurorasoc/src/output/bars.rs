/// A bar of `width` characters at most, in eighths of a character.
pub fn bar(value: u64, largest: u64, width: usize) -> String {
    const PARTS: [char; 8] = [' ', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];
    if largest == 0 || value == 0 {
        return String::new();
    }
    let all = u128::from(value) * (width as u128) * 8 / u128::from(largest);
    // Something is never nothing.
    let eighths = usize::try_from(all).unwrap_or(width * 8).max(1);
    let mut text = "█".repeat(eighths / 8);
    if eighths % 8 > 0 {
        text.push(PARTS[eighths % 8]);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_in_proportion() {
        assert_eq!([bar(0, 10, 4), bar(10, 10, 4)], ["", "████"]);
        assert_eq!([bar(5, 10, 4), bar(1, 1_000_000, 4)], ["██", "▏"]);
    }
}
