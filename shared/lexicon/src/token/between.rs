//! What stands between words: where sentences end.

use super::bytes::{BLANK, END};

/// What stood since the last word.
#[derive(Default)]
pub(super) struct Between {
    /// A sentence ended.
    pub(super) breaks: bool,
    /// A mark that ends a sentence if a blank follows.
    ended: bool,
    /// More than one full stop: somebody hesitates.
    hesitates: bool,
    dots: bool,
    line: bool,
}

impl Between {
    pub(super) fn ascii(&mut self, byte: u8, class: u8) {
        if class & BLANK != 0 {
            self.blank(byte == b'\n');
        } else {
            self.line = false;
            if class & END != 0 {
                self.mark(byte == b'.');
            }
        }
    }

    fn blank(&mut self, new_line: bool) {
        self.breaks |= self.ended && !self.hesitates;
        if new_line {
            self.breaks |= self.line;
            self.line = true;
        }
    }

    fn mark(&mut self, dot: bool) {
        self.hesitates = dot && (self.dots || self.hesitates);
        self.dots = dot;
        self.ended = true;
    }

    pub(super) fn other(&mut self, letter: char) {
        match letter {
            '\u{2029}' | '。' => self.breaks = true,
            '؟' | '۔' | '।' | '॥' | '！' | '？' | '‼' | '⁇' | '⁈' | '⁉' => self.mark(false),
            '…' => {
                self.mark(true);
                self.mark(true);
            }
            _ if letter.is_whitespace() => self.blank(false),
            _ => self.line = false,
        }
    }
}
