/// How many rows one answer has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageSize {
    /// When nothing is said.
    pub default: u32,
    pub most: u32,
}

impl PageSize {
    pub const fn new(default: u32, most: u32) -> Self {
        Self { default, most }
    }

    /// Rows for somebody who asked for `limit`.
    pub fn rows(self, limit: Option<u32>) -> usize {
        limit.unwrap_or(self.default).min(self.most) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_is_given_up_to_the_most() {
        let page = PageSize::new(100, 1_000);
        assert_eq!(page.rows(None), 100);
        assert_eq!(page.rows(Some(0)), 0);
        assert_eq!(page.rows(Some(1_000)), 1_000);
        assert_eq!(page.rows(Some(u32::MAX)), 1_000);
    }
}
