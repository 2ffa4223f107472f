//! What becomes known of a panic. Alone in its program: the hook is the whole program's.

use std::sync::Mutex;
use std::sync::mpsc::channel;

#[test]
fn the_place_is_told_and_the_words_are_not() {
    let (sender, told) = channel();
    let sender = Mutex::new(sender);
    caretaker_agent::panics::tell(move |place| {
        sender.lock().expect("no holder panics").send(place.to_owned()).expect("the test listens");
    });
    let word = "what a pupil wrote";
    let line = line!() + 1;
    let panicked = std::panic::catch_unwind(|| panic!("cannot read {word}"));
    assert!(panicked.is_err());
    let told: Vec<String> = told.try_iter().collect();
    assert_eq!(told, [format!("{}:{line}", file!())]);
}
