//! Sets of device numbers as they are kept: each its distance from the one before, in LEB128.

/// Packs numbers that ascend.
pub(super) fn pack(rows: &[i64]) -> Vec<u8> {
    let mut packed = Vec::with_capacity(rows.len());
    let mut last = 0;
    for row in rows {
        let mut distance = u64::try_from(row.saturating_sub(last)).unwrap_or_default();
        last = *row;
        loop {
            let low = u8::try_from(distance & 0x7f).unwrap_or_default();
            distance >>= 7;
            if distance == 0 {
                packed.push(low);
                break;
            }
            packed.push(low | 0x80);
        }
    }
    packed
}

/// Unpacks them; what was damaged ends the set.
pub(super) fn unpack(packed: &[u8]) -> Vec<i64> {
    let (mut rows, mut last, mut distance, mut shift) = (Vec::new(), 0_i64, 0_u64, 0_u32);
    for byte in packed {
        let Some(part) = u64::from(byte & 0x7f).checked_shl(shift) else { break };
        distance |= part;
        if byte & 0x80 != 0 {
            shift += 7;
            continue;
        }
        let Some(row) = i64::try_from(distance).ok().and_then(|distance| last.checked_add(distance)) else { break };
        rows.push(row);
        (last, distance, shift) = (row, 0, 0);
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::{pack, unpack};

    #[test]
    fn a_set_takes_a_byte_a_device_where_they_lie_close() {
        assert_eq!(pack(&[1, 2, 130, 70_000]), [1, 1, 0x80, 1, 0xee, 0xa1, 4]);
        assert_eq!(unpack(&[0x80]), Vec::<i64>::new());
        assert_eq!(unpack(&[1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1]), [1]);
    }

    proptest::proptest! {
        #[test]
        fn what_was_packed_is_unpacked(rows in proptest::collection::btree_set(1_i64..i64::MAX, 0..50)) {
            let rows: Vec<i64> = rows.into_iter().collect();
            proptest::prop_assert_eq!(unpack(&pack(&rows)), rows);
        }
    }
}
