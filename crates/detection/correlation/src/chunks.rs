/// How a group's entries are cut into values of the store: sealed chunks, then the tail, which is
/// part of the group's head. An event then rewrites the head or one chunk, never the whole group.
#[derive(Clone, Debug, Default)]
pub(crate) struct Chunks {
    sealed: Vec<Chunk>,
    /// Entries after the sealed chunks.
    tail: usize,
    /// The next chunk's name.
    pub next: u32,
    /// Names of chunks that are no more.
    gone: Vec<u32>,
}

#[derive(Clone, Copy, Debug)]
struct Chunk {
    name: u32,
    /// Entries in memory. The store may have earlier ones too, which are recognised by what makes
    /// them needless.
    len: usize,
    is_dirty: bool,
}

/// A tail of this many is sealed.
pub(crate) const SEAL: usize = 16;

impl Chunks {
    pub fn restored(
        sealed: impl IntoIterator<Item = (u32, usize)>,
        tail: usize,
        next: u32,
    ) -> Self {
        let chunk = |(name, len)| Chunk {
            name,
            len,
            is_dirty: false,
        };
        Self {
            sealed: sealed.into_iter().map(chunk).collect(),
            tail,
            next,
            gone: Vec::new(),
        }
    }

    /// An entry was put in at `at` of `len`, itself included.
    pub fn inserted(&mut self, at: usize, len: usize) {
        if at + self.tail + 1 >= len {
            self.tail += 1;
            if self.tail >= SEAL {
                self.seal();
            }
            return;
        }
        let Some(index) = self.find(at, len - 1 - self.tail) else {
            return;
        };
        let chunk = &mut self.sealed[index];
        chunk.len += 1;
        chunk.is_dirty = true;
        if chunk.len > 2 * SEAL {
            self.split(index);
        }
    }

    /// The entry at `at` of `len`, itself included, is taken out.
    pub fn removed(&mut self, at: usize, len: usize) {
        if at + self.tail >= len {
            self.tail -= 1;
        } else if let Some(index) = self.find(at, len - self.tail) {
            self.sealed[index].len -= 1;
            self.sealed[index].is_dirty = true;
            self.sweep();
        }
    }

    /// The entry at `at` was replaced.
    pub fn changed(&mut self, at: usize, len: usize) {
        if at + self.tail < len
            && let Some(index) = self.find(at, len - self.tail)
        {
            self.sealed[index].is_dirty = true;
        }
    }

    /// Entries went that the store need not forget: how many of each run of sealed entries, then of
    /// the tail, is asked of `gone_of(start, len)`.
    pub fn thinned(&mut self, gone_of: &dyn Fn(usize, usize) -> usize) {
        let mut start = 0;
        for chunk in &mut self.sealed {
            let gone = gone_of(start, chunk.len);
            start += chunk.len;
            chunk.len -= gone;
        }
        self.tail -= gone_of(start, self.tail);
        self.sweep();
    }

    /// Name and range of every sealed chunk that changed, each once.
    pub fn drain_dirty(&mut self) -> Vec<(u32, std::ops::Range<usize>)> {
        let mut start = 0;
        let mut dirty = Vec::new();
        for chunk in &mut self.sealed {
            if std::mem::take(&mut chunk.is_dirty) {
                dirty.push((chunk.name, start..start + chunk.len));
            }
            start += chunk.len;
        }
        dirty
    }

    pub fn drain_gone(&mut self) -> Vec<u32> {
        std::mem::take(&mut self.gone)
    }

    /// Every name that the store may have, when the group goes.
    pub fn names(&self) -> impl Iterator<Item = u32> {
        let sealed = self.sealed.iter().map(|chunk| chunk.name);
        sealed.chain(self.gone.iter().copied())
    }

    /// Names of the chunks that there are.
    pub fn names_now(&self) -> impl Iterator<Item = u32> {
        self.sealed.iter().map(|chunk| chunk.name)
    }

    pub fn tail(&self) -> usize {
        self.tail
    }

    pub fn bytes(&self) -> usize {
        self.sealed.capacity() * size_of::<Chunk>() + self.gone.capacity() * 4
    }

    /// The sealed chunk in which the entry at `at` stands; searched from the end, where it is.
    fn find(&self, at: usize, sealed: usize) -> Option<usize> {
        let mut end = sealed;
        for (index, chunk) in self.sealed.iter().enumerate().rev() {
            let start = end - chunk.len.min(end);
            if at >= start {
                return Some(index);
            }
            end = start;
        }
        (!self.sealed.is_empty()).then_some(0)
    }

    fn seal(&mut self) {
        let len = std::mem::take(&mut self.tail);
        let chunk = self.named(len);
        self.sealed.push(chunk);
    }

    fn split(&mut self, index: usize) {
        let half = self.sealed[index].len / 2;
        let chunk = self.named(half);
        self.sealed[index].len -= half;
        self.sealed.insert(index + 1, chunk);
    }

    fn named(&mut self, len: usize) -> Chunk {
        let name = self.next;
        self.next = self.next.wrapping_add(1);
        Chunk {
            name,
            len,
            is_dirty: true,
        }
    }

    fn sweep(&mut self) {
        let gone = &mut self.gone;
        self.sealed.retain(|chunk| {
            if chunk.len == 0 {
                gone.push(chunk.name);
            }
            chunk.len > 0
        });
    }
}
