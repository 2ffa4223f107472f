//! WMI. A sick machine lets its answers wait for ever, so that each question has its own thread and ten seconds; a
//! thread that does not come back is left behind, and not more than a few of those.

use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use wmi::{AuthLevel, IWbemClassWrapper, Variant, WMIConnection, WMIError};

use crate::host::windows::{WmiObject, WmiValue};
use crate::platform::raw::failure;

const LIMIT: Duration = Duration::from_secs(10);
const MOST_OBJECTS: usize = 10_000;
/// Questions that may wait at once.
const MOST_WAITING: usize = 4;

static WAITING: AtomicUsize = AtomicUsize::new(0);

/// Objects that a query answers.
pub(super) fn query(namespace: &str, query: &str) -> io::Result<Vec<WmiObject>> {
    let (space, query) = (namespace.to_owned(), query.to_owned());
    in_time(namespace, move || {
        let found = connect(&space).and_then(|connection| {
            let objects = connection.exec_query(&query)?.take(MOST_OBJECTS);
            objects.map(|object| Ok(properties(&object?))).collect::<Result<Vec<WmiObject>, WMIError>>()
        });
        found.map_err(|error| failure(&space, &error))
    })
}

/// What a method of one object puts out.
pub(super) fn call(namespace: &str, object: &str, method: &str) -> io::Result<WmiObject> {
    let (space, object, method) = (namespace.to_owned(), object.to_owned(), method.to_owned());
    in_time(namespace, move || {
        let out = connect(&space).and_then(|connection| connection.exec_method(&object, &method, None));
        let out = out.map_err(|error| failure(&space, &error))?;
        Ok(out.as_ref().map(properties).unwrap_or_default())
    })
}

fn connect(namespace: &str) -> Result<WMIConnection, WMIError> {
    let connection = WMIConnection::with_namespace_path(namespace)?;
    // The namespace of BitLocker answers nobody who does not encrypt the call.
    connection.set_proxy_blanket(AuthLevel::PktPrivacy)?;
    Ok(connection)
}

fn in_time<T: Send + 'static>(namespace: &str, ask: impl FnOnce() -> io::Result<T> + Send + 'static) -> io::Result<T> {
    let late = || io::Error::new(io::ErrorKind::TimedOut, format!("WMI {namespace}: no answer within ten seconds"));
    let waiting = Waiting::begin().ok_or_else(late)?;
    let (tell, told) = mpsc::sync_channel(1);
    thread::Builder::new().name("wmi".into()).spawn(move || {
        let answer = ask();
        drop(waiting);
        // Nobody listens any longer when the answer comes too late.
        let _ = tell.send(answer);
    })?;
    match told.recv_timeout(LIMIT) {
        Ok(answer) => answer,
        Err(RecvTimeoutError::Timeout) => Err(late()),
        Err(RecvTimeoutError::Disconnected) => Err(io::Error::other(format!("WMI {namespace}: the question failed"))),
    }
}

/// One question that waits for its answer.
struct Waiting;

impl Waiting {
    fn begin() -> Option<Self> {
        let one = Self;
        (WAITING.fetch_add(1, Ordering::SeqCst) < MOST_WAITING).then_some(one)
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        WAITING.fetch_sub(1, Ordering::SeqCst);
    }
}

fn failure(namespace: &str, error: &WMIError) -> io::Error {
    if let WMIError::HResultError { hres } = error {
        return failure::of_wmi(namespace, hres.cast_unsigned());
    }
    io::Error::new(io::ErrorKind::InvalidData, format!("WMI {namespace}: {error}"))
}

/// All properties, and the object's path. One of a kind that is not known here has no value.
fn properties(object: &IWbemClassWrapper) -> WmiObject {
    let names = object.list_properties().unwrap_or_default().into_iter().chain(["__PATH".to_owned()]);
    names
        .map(|name| {
            let property = object.get_property(&name).map_or(WmiValue::Null, value);
            (name, property)
        })
        .collect()
}

fn value(variant: Variant) -> WmiValue {
    match variant {
        Variant::Empty | Variant::Null | Variant::Unknown(_) | Variant::Object(_) => WmiValue::Null,
        Variant::String(text) => WmiValue::Text(text),
        Variant::I1(number) => WmiValue::Number(number.into()),
        Variant::I2(number) => WmiValue::Number(number.into()),
        Variant::I4(number) => WmiValue::Number(number.into()),
        Variant::I8(number) => WmiValue::Number(number),
        Variant::UI1(number) => WmiValue::Number(number.into()),
        Variant::UI2(number) => WmiValue::Number(number.into()),
        Variant::UI4(number) => WmiValue::Number(number.into()),
        Variant::UI8(number) => i64::try_from(number).map_or(WmiValue::Text(number.to_string()), WmiValue::Number),
        Variant::R4(number) => WmiValue::Text(number.to_string()),
        Variant::R8(number) => WmiValue::Text(number.to_string()),
        Variant::Bool(flag) => WmiValue::Flag(flag),
        Variant::Array(values) => WmiValue::List(values.into_iter().map(value).collect()),
    }
}
