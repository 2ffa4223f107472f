//! Values that must not be printed, and are wiped when they are dropped.

use std::fmt;

use zeroize::Zeroize;

/// A value that prints as `***` and is overwritten with zeros when it goes out of scope.
#[derive(Clone)]
pub struct Secret<T: Zeroize>(T);

impl<T: Zeroize> Secret<T> {
    /// Takes charge of a value.
    pub fn new(value: T) -> Self {
        Self(value)
    }

    /// The value itself, for the one place that needs it.
    pub fn expose(&self) -> &T {
        &self.0
    }
}

impl<T: Zeroize> Drop for Secret<T> {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl<T: Zeroize> fmt::Debug for Secret<T> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("***")
    }
}

#[cfg(test)]
mod tests {
    use super::Secret;

    #[test]
    fn prints_nothing_of_its_value() {
        let secret = Secret::new(String::from("open sesame"));
        assert_eq!(format!("{secret:?}"), "***");
        assert_eq!(secret.expose(), "open sesame");
    }
}
