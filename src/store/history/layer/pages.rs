//! The bytes of a layer, in memory or in a file, each page of which is checked when it is first read.

use std::{cell::RefCell, collections::HashMap, fs::File, io, os::unix::fs::FileExt as _, path::Path, rc::Rc};

use super::{Damaged, Read};

/// How many bytes have one checksum: a question examines places far from each other, and reads a page for each.
const PAGE: u64 = 8 * 1024;
/// Behind the checksums: how long the bytes are, the checksum of the checksums, magic.
const TAIL: u64 = 8 + 4 + 4;
const MAGIC: [u8; 4] = *b"gap8";

/// A file, or bytes in memory, whose pages are checked against their checksums when they are read.
#[derive(Debug)]
pub struct Pages(Source);

#[derive(Debug)]
enum Source {
    Memory(Vec<u8>),
    File { file: File, len: u64, sums: Vec<u8>, read: RefCell<HashMap<u64, Rc<Vec<u8>>>> },
}

impl Pages {
    /// Pages over bytes in memory, without checksums.
    pub fn of(bytes: Vec<u8>) -> Self {
        Pages(Source::Memory(bytes))
    }

    /// The file at `path`, written by [`Pages::write`].
    pub fn open(path: &Path) -> Read<Self> {
        let file = File::open(path).map_err(|_| Damaged)?;
        let whole = file.metadata().map_err(|_| Damaged)?.len();
        let mut tail = [0; TAIL as usize];
        file.read_exact_at(&mut tail, whole.checked_sub(TAIL).ok_or(Damaged)?).map_err(|_| Damaged)?;
        let [len @ .., a, b, c, d, m, a2, g, i] = tail;
        let len = u64::from_le_bytes(len);
        let size = len.div_ceil(PAGE).checked_mul(4).ok_or(Damaged)?;
        if [m, a2, g, i] != MAGIC || len.checked_add(size).and_then(|sum| sum.checked_add(TAIL)) != Some(whole) {
            return Err(Damaged);
        }
        let mut sums = vec![0; usize::try_from(size).map_err(|_| Damaged)?];
        file.read_exact_at(&mut sums, len).map_err(|_| Damaged)?;
        if checksum(&[&sums, &len.to_le_bytes()]) != [a, b, c, d] {
            return Err(Damaged);
        }
        Ok(Pages(Source::File { file, len, sums, read: RefCell::default() }))
    }

    /// Write `bytes` and their checksums.
    pub fn write(bytes: &[u8], file: &mut impl io::Write) -> io::Result<()> {
        let sums: Vec<u8> = bytes.chunks(PAGE as usize).flat_map(|page| checksum(&[page])).collect();
        let len = (bytes.len() as u64).to_le_bytes();
        file.write_all(bytes)?;
        file.write_all(&sums)?;
        file.write_all(&len)?;
        file.write_all(&checksum(&[&sums, &len]))?;
        file.write_all(&MAGIC)
    }

    /// The length of the content in bytes, without the checksums.
    pub fn len(&self) -> u64 {
        match &self.0 {
            Source::Memory(bytes) => bytes.len() as u64,
            Source::File { len, .. } => *len,
        }
    }

    /// The `count` bytes from `at` on.
    pub fn read(&self, at: u64, count: u64) -> Read<Vec<u8>> {
        let end = at.checked_add(count).filter(|end| *end <= self.len()).ok_or(Damaged)?;
        match &self.0 {
            Source::Memory(bytes) => Ok(bytes[at as usize..end as usize].to_vec()),
            Source::File { .. } => {
                let mut out = Vec::with_capacity(count as usize);
                let mut at = at;
                while at < end {
                    let page = self.page(at / PAGE)?;
                    let from = (at % PAGE) as usize;
                    let part = &page[from..page.len().min(from + (end - at) as usize)];
                    out.extend_from_slice(part);
                    at += part.len() as u64;
                }
                Ok(out)
            }
        }
    }

    /// The 32-bit number at offset `at`, a multiple of four.
    pub fn number(&self, at: u64) -> Read<u32> {
        let page;
        let (bytes, from): (&[u8], u64) = match &self.0 {
            Source::Memory(bytes) => (bytes, at),
            Source::File { .. } => {
                page = self.page(at / PAGE)?;
                (&page, at % PAGE)
            }
        };
        let number = bytes.get(from as usize..).and_then(|rest| rest.first_chunk::<4>()).ok_or(Damaged)?;
        Ok(u32::from_le_bytes(*number))
    }

    fn page(&self, number: u64) -> Read<Rc<Vec<u8>>> {
        let Source::File { file, len, sums, read } = &self.0 else { return Err(Damaged) };
        if let Some(page) = read.borrow().get(&number) {
            return Ok(page.clone());
        }
        let at = number * PAGE;
        let size = len.checked_sub(at).ok_or(Damaged)?.min(PAGE);
        let mut bytes = vec![0; size as usize];
        file.read_exact_at(&mut bytes, at).map_err(|_| Damaged)?;
        if sums.get(number as usize * 4..).and_then(|rest| rest.first_chunk::<4>()) != Some(&checksum(&[&bytes])) {
            return Err(Damaged);
        }
        let page = Rc::new(bytes);
        read.borrow_mut().insert(number, page.clone());
        Ok(page)
    }
}

fn checksum(parts: &[&[u8]]) -> [u8; 4] {
    let mut sum = crc32fast::Hasher::new();
    parts.iter().for_each(|part| sum.update(part));
    sum.finalize().to_le_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_says_what_was_written_or_that_it_is_damaged() {
        let bytes: Vec<u8> = (0..300_000_u32).flat_map(u32::to_le_bytes).collect();
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("pages");
        let mut written = Vec::new();
        Pages::write(&bytes, &mut written).unwrap();
        std::fs::write(&path, &written).unwrap();
        let pages = Pages::open(&path).unwrap();
        assert_eq!(pages.len(), bytes.len() as u64);
        assert_eq!(pages.number(4 * 70_000), Ok(70_000));
        assert_eq!(pages.read(65_530, 131_080).unwrap(), bytes[65_530..196_610]);
        assert_eq!(pages.read(1_199_999, 2), Err(Damaged));
        // One bit of each part.
        for at in [0, 65_536, 1_199_999, 1_200_000, written.len() - 16, written.len() - 8, written.len() - 1] {
            let mut wrong = written.clone();
            wrong[at] ^= 4;
            std::fs::write(&path, &wrong).unwrap();
            let read = Pages::open(&path).and_then(|pages| pages.read(0, 1_200_000));
            assert_eq!(read, Err(Damaged), "{at}");
        }
        for cut in [0, 1, 15, 70_000, written.len() - 1] {
            std::fs::write(&path, &written[..cut]).unwrap();
            assert!(Pages::open(&path).and_then(|pages| pages.read(0, 1_200_000)).is_err(), "{cut}");
        }
    }
}
