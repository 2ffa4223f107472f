//! What callers who mean harm can hold, and what honest devices notice of it.

use std::time::Duration;

use caretaker_collector::grpc::Limits;
use caretaker_proto::agent::v1 as proto;
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpStream;
use tonic::Code;

use crate::house::House;

#[tokio::test]
async fn half_open_connections_stop_no_honest_device() {
    let house = House::open().await;
    let mut silent = Vec::new();
    for _ in 0..600 {
        silent.push(TcpStream::connect(&house.address).await.expect("the port is open"));
    }
    // No time passes for the silent ones to run out: the honest device comes in beside them.
    house.device().await;
    let oldest = &mut silent[0];
    assert_eq!(oldest.read(&mut [0; 1]).await.unwrap_or_default(), 0, "the oldest gave way");
}

#[tokio::test]
async fn a_handshake_that_never_ends_is_ended() {
    let limits = Limits { handshake: Duration::from_millis(50), ..Limits::default() };
    let house = House::with(limits).await;
    let mut silent = TcpStream::connect(&house.address).await.expect("the port is open");
    assert_eq!(silent.read(&mut [0; 1]).await.unwrap_or_default(), 0);
}

#[tokio::test]
async fn a_stranger_cannot_stay() {
    let limits = Limits { stranger: Duration::from_millis(50), strangers: 1, ..Limits::default() };
    let house = House::with(limits).await;
    let mut stranger = house.stranger();
    let ask = || proto::PolicyRequest { version: 0 };
    assert_eq!(stranger.policy(ask()).await.expect_err("is a stranger").code(), Code::Unauthenticated);
    // The one place for strangers is taken until the first one's time is up: an honest one asks until it is free.
    loop {
        let answer = house.stranger().policy(ask()).await.expect_err("is a stranger");
        if answer.code() == Code::Unauthenticated {
            break;
        }
    }
}

#[tokio::test]
async fn when_all_places_are_taken_those_who_are_in_stay() {
    let limits = Limits { connections: 1, ..Limits::default() };
    let house = House::with(limits).await;
    let mut stranger = house.stranger();
    let ask = || proto::PolicyRequest { version: 0 };
    assert_eq!(stranger.policy(ask()).await.expect_err("is a stranger").code(), Code::Unauthenticated);
    let mut late = TcpStream::connect(&house.address).await.expect("the port is open");
    assert_eq!(late.read(&mut [0; 1]).await.unwrap_or_default(), 0, "the newest goes");
    assert_eq!(stranger.policy(ask()).await.expect_err("is a stranger").code(), Code::Unauthenticated);
}

#[tokio::test]
async fn a_device_that_calls_too_often_is_held_up_and_no_other() {
    let house = House::open().await;
    let (mut eager, mut calm) = (house.enrol().await, house.enrol().await);
    let ask = || proto::PolicyRequest { version: 1 };
    let mut refused = 0;
    for _ in 0..130 {
        if let Err(status) = eager.client.policy(ask()).await {
            assert_eq!(status.code(), Code::ResourceExhausted);
            refused += 1;
        }
    }
    assert_eq!(refused, 10);
    calm.client.policy(ask()).await.expect("has its own allowance");
    house.clock.advance(Duration::from_secs(1));
    eager.client.policy(ask()).await.expect("one a second");
}
