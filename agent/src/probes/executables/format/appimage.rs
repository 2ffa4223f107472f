//! AppImage: an ELF program with its files behind it, marked where ELF leaves room.

/// Whether the head of an ELF file carries the mark of type 1 or 2.
pub(super) fn is_marked(head: &[u8]) -> bool {
    matches!(head.get(8..11), Some(b"AI\x01" | b"AI\x02"))
}
