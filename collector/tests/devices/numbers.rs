//! Whatever order uploads come in, and however often: each number is stored once, in order.

use caretaker_collector::store::{NotIngested, Standing};
use caretaker_shared::model::{DeviceEvent, DeviceEventKind, Envelope, EpochId, EpochReason, Payload, Stream};
use caretaker_shared::wire::{Hello, Upload, encode};
use proptest::prelude::*;

use crate::house::{House, start_time};

/// Numbers of a device's records: `first` and how many follow.
fn uploads() -> impl Strategy<Value = Vec<(u64, u64)>> {
    prop::collection::vec((1_u64..30, 1_u64..8), 1..25)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn every_number_is_stored_once_and_in_order(uploads in uploads()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let (mark, stored, events, refused_rightly) = runtime.block_on(deliver(&uploads));
        // What a device that goes on from the mark would have: everything that ever connected.
        let mut expected = 0;
        for (first, count) in &uploads {
            if *first <= expected + 1 {
                expected = expected.max(first + count - 1);
            }
        }
        prop_assert!(refused_rightly);
        prop_assert_eq!(mark, expected);
        prop_assert_eq!(stored, (1..=expected).map(|seq| seq.to_string()).collect::<Vec<_>>().join(","));
        prop_assert_eq!(events, expected);
    }
}

/// Sends the uploads; gives the mark, the numbers stored in their order, the count of events, and whether exactly the
/// uploads after a hole were refused.
async fn deliver(uploads: &[(u64, u64)]) -> (u64, String, u64, bool) {
    let house = House::open().await;
    let device = house.enrol().await;
    let now = start_time();
    let standing = house.store.standing(device.id, device.serial.clone(), now).await.expect("reads");
    let Standing::Active(caller) = standing else { panic!("the device was just enrolled") };
    let epoch = EpochId::random();
    let hello = Hello {
        epoch,
        previous: None,
        reason: EpochReason::NewInstall,
        marks: Vec::new(),
        agent_version: "0.1.0".into(),
        hostname: "library-07".into(),
        policy_version: 0,
        clock: device.now(),
        root: None,
        recipients: None,
        checkpoint: None,
    };
    house.store.hello(caller, hello, now).await.expect("is welcome");
    let payload = Payload::Device(DeviceEvent::of_agent(DeviceEventKind::Stopped, now));
    let envelope = encode(&Envelope { recorded: device.now(), payload });
    let (mut mark, mut refused_rightly) = (0, true);
    for (first, count) in uploads {
        let records = (*first..first + count).map(|seq| (seq, envelope.clone())).collect();
        let upload = Upload { epoch, stream: Stream::Tamper, records, clock: device.now() };
        match house.store.ingest(caller, upload, now).await.expect("the database works") {
            Ok(ingested) => {
                refused_rightly &= *first <= mark + 1;
                mark = ingested.high_water;
            }
            Err(refused) => {
                refused_rightly &= *first > mark + 1 && refused == NotIngested::SequenceGap { high_water: mark };
            }
        }
    }
    let stored = house.value::<Option<String>>("SELECT group_concat(seq) FROM (SELECT seq FROM event ORDER BY id)");
    let events: i64 = house.value("SELECT count(*) FROM record");
    (mark, stored.unwrap_or_default(), u64::try_from(events).expect("a count"), refused_rightly)
}
