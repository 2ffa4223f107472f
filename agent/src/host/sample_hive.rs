//! A registry hive that a test makes up, byte by byte as Windows writes it.

use super::windows::RegistryValue;

/// 2026-11-21 10:15 UTC as a `FILETIME`: when every key was written.
const WRITTEN: u64 = 134_397_297_000_000_000;
const SEGMENT_BYTES: usize = 16_344;

/// A hive with the keys and values that a test puts in.
pub(crate) struct SampleHive {
    root: SampleKey,
    finished: bool,
}

#[derive(Default)]
struct SampleKey {
    name: String,
    values: Vec<(String, RegistryValue)>,
    below: Vec<SampleKey>,
}

impl SampleHive {
    /// A hive with nothing but its root.
    pub(crate) fn new() -> Self {
        Self { root: SampleKey { name: "ROOT".into(), ..SampleKey::default() }, finished: true }
    }

    /// With a text.
    pub(crate) fn text(self, path: &str, name: &str, text: &str) -> Self {
        self.value(path, name, &RegistryValue::Text(text.into()))
    }

    /// With a value of the key at that path.
    pub(crate) fn value(mut self, path: &str, name: &str, value: &RegistryValue) -> Self {
        let mut key = &mut self.root;
        for step in path.split('\\') {
            let index = key.below.iter().position(|below| below.name == step).unwrap_or_else(|| {
                key.below.push(SampleKey { name: step.into(), ..SampleKey::default() });
                key.below.len() - 1
            });
            key = &mut key.below[index];
        }
        key.values.push((name.into(), value.clone()));
        self
    }

    /// As Windows leaves it when the power fails.
    pub(crate) fn unfinished(mut self) -> Self {
        self.finished = false;
        self
    }

    /// The file.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut cells = Cells(Vec::new());
        cells.0.extend_from_slice(b"hbin");
        cells.0.resize(32, 0);
        let root = cells.key(&self.root);
        let mut file = b"regf".to_vec();
        file.extend([7, if self.finished { 7 } else { 6 }].iter().flat_map(|number: &u32| number.to_le_bytes()));
        file.resize(36, 0);
        file.extend(root.to_le_bytes());
        file.resize(4096, 0);
        file.extend(cells.0);
        file
    }
}

/// Cells one after another, behind the header of the only bin.
struct Cells(Vec<u8>);

impl Cells {
    /// Offset of a new cell in use.
    fn add(&mut self, content: &[u8]) -> u32 {
        let offset = u32::try_from(self.0.len()).expect("a small hive");
        let size = (content.len() + 4).next_multiple_of(8);
        self.0.extend((-i32::try_from(size).expect("a small cell")).to_le_bytes());
        self.0.extend(content);
        self.0.resize(usize::try_from(offset).expect("a small hive") + size, 0);
        offset
    }

    fn numbers(&mut self, numbers: &[u32]) -> u32 {
        let content: Vec<u8> = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
        self.add(&content)
    }

    fn key(&mut self, key: &SampleKey) -> u32 {
        let below: Vec<u32> = key.below.iter().map(|below| self.key(below)).collect();
        let values: Vec<u32> = key.values.iter().map(|(name, value)| self.value(name, value)).collect();
        let list = self.key_list(&below);
        let value_list = self.numbers(&values);
        let (name, narrow) = stored(&key.name);
        let mut node = b"nk".to_vec();
        node.extend(if narrow { 0x20_u16 } else { 0 }.to_le_bytes());
        node.extend(WRITTEN.to_le_bytes());
        node.resize(20, 0);
        node.extend(count(below.len()).to_le_bytes());
        node.resize(28, 0);
        node.extend(list.to_le_bytes());
        node.resize(36, 0);
        node.extend(count(values.len()).to_le_bytes());
        node.extend(value_list.to_le_bytes());
        node.resize(72, 0);
        node.extend(u16::try_from(name.len()).expect("a short name").to_le_bytes());
        node.resize(76, 0);
        node.extend(name);
        self.add(&node)
    }

    /// A list of two lists, one of either form that Windows uses, so that both are read.
    fn key_list(&mut self, keys: &[u32]) -> u32 {
        let (first, rest) = keys.split_at(keys.len() / 2);
        let mut hashed = b"lh".to_vec();
        hashed.extend(u16::try_from(first.len()).expect("few keys").to_le_bytes());
        hashed.extend(first.iter().flat_map(|key| [key.to_le_bytes(), [0; 4]].concat()));
        let mut plain = b"li".to_vec();
        plain.extend(u16::try_from(rest.len()).expect("few keys").to_le_bytes());
        plain.extend(rest.iter().flat_map(|key| key.to_le_bytes()));
        let lists = [self.add(&hashed), self.add(&plain)];
        let mut both = b"ri\x02\x00".to_vec();
        both.extend(lists.iter().flat_map(|list| list.to_le_bytes()));
        self.add(&both)
    }

    fn value(&mut self, name: &str, value: &RegistryValue) -> u32 {
        let (kind, data) = encoded(value);
        let place = if data.len() <= 4 {
            let mut within = data.clone();
            within.resize(4, 0);
            u32::from_le_bytes(within.try_into().expect("four bytes"))
        } else if data.len() <= SEGMENT_BYTES {
            self.add(&data)
        } else {
            let segments: Vec<u32> = data.chunks(SEGMENT_BYTES).map(|segment| self.add(segment)).collect();
            let list = self.numbers(&segments);
            let mut parts = b"db".to_vec();
            parts.extend(u16::try_from(segments.len()).expect("few segments").to_le_bytes());
            parts.extend(list.to_le_bytes());
            self.add(&parts)
        };
        let size = count(data.len()) | if data.len() <= 4 { 0x8000_0000 } else { 0 };
        let (name, narrow) = stored(name);
        let mut cell = b"vk".to_vec();
        cell.extend(u16::try_from(name.len()).expect("a short name").to_le_bytes());
        cell.extend([size, place, kind, u32::from(narrow)].iter().flat_map(|number| number.to_le_bytes()));
        cell.extend(name);
        self.add(&cell)
    }
}

fn count(length: usize) -> u32 {
    u32::try_from(length).expect("a small hive")
}

fn wide(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

fn stored(name: &str) -> (Vec<u8>, bool) {
    if name.is_ascii() { (name.as_bytes().to_vec(), true) } else { (wide(name), false) }
}

fn encoded(value: &RegistryValue) -> (u32, Vec<u8>) {
    match value {
        RegistryValue::Text(text) => (1, wide(&format!("{text}\0"))),
        RegistryValue::Bytes(bytes) => (3, bytes.clone()),
        RegistryValue::Number(number) => match u32::try_from(*number) {
            Ok(number) => (4, number.to_le_bytes().to_vec()),
            Err(_) => (11, number.to_le_bytes().to_vec()),
        },
        RegistryValue::Texts(texts) => (7, wide(&format!("{}\0\0", texts.join("\0")))),
    }
}
