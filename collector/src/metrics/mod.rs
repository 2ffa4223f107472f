//! Figures for a monitoring system, in the text format of Prometheus (0.0.4), at a port of this machine alone.
//!
//! `GET /metrics` and nothing else. There is no name of a person or a device in it: counts, by site. Who asks often gets
//! the same answer for a few seconds, so that no number of questions is a load.

mod text;

use std::convert::Infallible;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode, header};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Mutex, Semaphore};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::console::{Context, figures};

/// What is said of the answer.
const FORMAT: &str = "text/plain; version=0.0.4; charset=utf-8";
/// How old an answer may be.
const FRESH: Duration = Duration::from_secs(5);
/// From the first byte to the last.
const DEADLINE: Duration = Duration::from_secs(15);
/// After a caller was lost.
const PAUSE: Duration = Duration::from_millis(200);
/// Callers at the same time; others wait.
const AT_ONCE: usize = 4;

/// Answers until `stop`.
pub async fn serve(listener: TcpListener, context: Context, stop: CancellationToken) {
    let desk = Arc::new(Desk { context, last: Mutex::default() });
    let places = Arc::new(Semaphore::new(AT_ONCE));
    loop {
        let (stream, place) = tokio::select! {
            () = stop.cancelled() => return,
            next = next(&listener, &places) => match next {
                Ok(next) => next,
                Err(error) => {
                    tracing::warn!(error = &error as &dyn std::error::Error, "a caller for metrics was lost");
                    // What this machine lacks just now it lacks a moment longer.
                    tokio::time::sleep(PAUSE).await;
                    continue;
                }
            },
        };
        let (desk, stop) = (desk.clone(), stop.clone());
        tokio::spawn(async move {
            tokio::select! {
                () = stop.cancelled() => {}
                // A caller who goes away, or is too slow, is no matter of ours.
                _ = tokio::time::timeout(DEADLINE, desk.attend(stream)) => {}
            }
            drop(place);
        });
    }
}

async fn next(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> io::Result<(TcpStream, tokio::sync::OwnedSemaphorePermit)> {
    let place = places.clone().acquire_owned().await.map_err(io::Error::other)?;
    Ok((listener.accept().await?.0, place))
}

/// Where questions are answered.
struct Desk {
    context: Context,
    /// The last answer, and when it was made.
    last: Mutex<Option<(Instant, Bytes)>>,
}

impl Desk {
    async fn attend(&self, stream: TcpStream) -> Result<(), hyper::Error> {
        let service = service_fn(async |request| Ok::<_, Infallible>(self.answer(&request).await));
        http1::Builder::new().keep_alive(false).serve_connection(TokioIo::new(stream), service).await
    }

    async fn answer(&self, request: &Request<Incoming>) -> Response<Full<Bytes>> {
        let told =
            |code, text: &'static str| response(code, "text/plain; charset=utf-8", Bytes::from_static(text.as_bytes()));
        // A page in a browser on this machine that calls us by a name of its own learns nothing.
        let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
        if !is_this_machine(host) {
            return told(StatusCode::FORBIDDEN, "ask by the address of this machine\n");
        }
        if request.uri().path() != "/metrics" {
            return told(StatusCode::NOT_FOUND, "see /metrics\n");
        }
        if request.method() != Method::GET && request.method() != Method::HEAD {
            return told(StatusCode::METHOD_NOT_ALLOWED, "GET is all there is\n");
        }
        match self.text().await {
            Some(text) => response(StatusCode::OK, FORMAT, text),
            None => told(StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n"),
        }
    }

    async fn text(&self) -> Option<Bytes> {
        let mut last = self.last.lock().await;
        if let Some((_, text)) = last.as_ref().filter(|(made, _)| made.elapsed() < FRESH) {
            return Some(text.clone());
        }
        match figures(&self.context).await {
            Ok(figures) => {
                let text = Bytes::from(text::text(&figures));
                *last = Some((Instant::now(), text.clone()));
                Some(text)
            }
            Err(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, "metrics could not be made");
                None
            }
        }
    }
}

fn response(code: StatusCode, kind: &'static str, body: Bytes) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(body));
    *response.status_mut() = code;
    response.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static(kind));
    response
}

/// Whether a Host header names this machine by number or as localhost.
fn is_this_machine(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|digit| digit.is_ascii_digit()) => name,
        Some(_) | None => host,
    };
    let name = name.trim_start_matches('[').trim_end_matches(']');
    name == "localhost" || name.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests;
