//! Work that blocks, done beside the loops.

use std::any::Any;

use tokio::task::JoinError;

type Done = Box<dyn Any + Send>;
type Work = Box<dyn FnOnce() -> Done + Send>;

/// Does a piece of work on a thread where it may block.
///
/// For the runtime all of it is of one kind. It would otherwise make each of some thirty kinds of task anew, 80 kB of
/// program.
///
/// # Errors
/// When the work panics, or the runtime ends before it begins.
pub(crate) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, JoinError> {
    let work: Work = Box::new(move || Box::new(work()));
    let done = tokio::task::spawn_blocking(work).await?;
    Ok(*done.downcast().expect("work gives back what it was made to give back"))
}

#[cfg(test)]
mod tests {
    use super::blocking;

    #[tokio::test]
    async fn what_the_work_gives_back_comes_and_a_panic_is_told() {
        let word = "kite".to_owned();
        assert_eq!(blocking(move || word).await.expect("done"), "kite");
        let failed = blocking(|| -> u32 { panic!("a test of panics") }).await.expect_err("it panicked");
        let panic = failed.into_panic();
        assert_eq!(panic.downcast_ref(), Some(&"a test of panics"));
    }
}
