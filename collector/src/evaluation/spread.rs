//! Work that is the same for many pieces, on as many threads as the machine has.

use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::{panic, thread};

/// Pieces that are handed over at a time.
const BATCH: usize = 256;
/// Batches that may wait for a thread.
const WAITING: usize = 4;

/// Counts pieces on several threads, each for itself, and brings the counts together with `merge`. What is read is
/// never far ahead of what is counted.
///
/// # Errors
/// The first that `pieces` give; nothing is counted then.
pub fn spread<T, C, E>(
    pieces: impl Iterator<Item = Result<T, E>>,
    count: impl Fn(&mut C, T) + Sync,
    merge: impl Fn(&mut C, C),
) -> Result<C, E>
where
    T: Send,
    C: Default + Send,
{
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let (sender, receiver) = sync_channel::<Vec<T>>(WAITING);
    let receiver = Mutex::new(receiver);
    thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(|| counted(&receiver, &count))).collect();
        let read = batches(pieces, |batch| {
            // It fails only when every thread has ended, which a panic alone can do: told below.
            let _ = sender.send(batch);
        });
        drop(sender);
        let mut whole = C::default();
        for worker in workers {
            merge(&mut whole, worker.join().unwrap_or_else(|cause| panic::resume_unwind(cause)));
        }
        read.map(|()| whole)
    })
}

fn counted<T, C: Default>(receiver: &Mutex<Receiver<Vec<T>>>, count: impl Fn(&mut C, T)) -> C {
    let mut counts = C::default();
    loop {
        let next = receiver.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(batch) = next else { return counts };
        for piece in batch {
            count(&mut counts, piece);
        }
    }
}

fn batches<T, E>(pieces: impl Iterator<Item = Result<T, E>>, mut hand_over: impl FnMut(Vec<T>)) -> Result<(), E> {
    let mut batch = Vec::with_capacity(BATCH);
    for piece in pieces {
        batch.push(piece?);
        if batch.len() == BATCH {
            hand_over(std::mem::replace(&mut batch, Vec::with_capacity(BATCH)));
        }
    }
    hand_over(batch);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::spread;

    #[test]
    fn every_piece_is_counted_once() {
        let pieces = (0..10_007_u64).map(Ok::<_, ()>);
        let sum = spread(pieces, |sum: &mut u64, piece| *sum += piece, |sum, part| *sum += part);
        assert_eq!(sum, Ok(10_006 * 10_007 / 2));
    }

    #[test]
    fn an_error_ends_it() {
        let pieces = (0..2_000_u64).map(|piece| if piece == 1_500 { Err(piece) } else { Ok(piece) });
        let sum = spread(pieces, |sum: &mut u64, piece| *sum += piece, |sum, part| *sum += part);
        assert_eq!(sum, Err(1_500));
    }
}
