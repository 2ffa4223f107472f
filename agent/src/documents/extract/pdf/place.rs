//! Where text stands.

/// Six numbers that move, turn and stretch, as the format writes them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Matrix(pub(super) [f64; 6]);

impl Matrix {
    /// Changes nothing.
    pub(super) const UNIT: Self = Self([1.0, 0.0, 0.0, 1.0, 0.0, 0.0]);

    pub(super) fn moved(right: f64, up: f64) -> Self {
        Self([1.0, 0.0, 0.0, 1.0, right, up])
    }

    /// This one first, then the other.
    pub(super) fn times(&self, other: &Self) -> Self {
        let ([a, b, c, d, e, f], [oa, ob, oc, od, oe, of]) = (self.0, other.0);
        Self([
            a * oa + b * oc,
            a * ob + b * od,
            c * oa + d * oc,
            c * ob + d * od,
            e * oa + f * oc + oe,
            e * ob + f * od + of,
        ])
    }

    /// This one, moved to the right first.
    pub(super) fn advanced(&self, right: f64) -> Self {
        let [a, b, c, d, e, f] = self.0;
        Self([a, b, c, d, right * a + e, right * b + f])
    }

    /// Where its own origin stands in the other.
    pub(super) fn origin_in(&self, other: &Self) -> (f64, f64) {
        let ([.., e, f], [oa, ob, oc, od, oe, of]) = (self.0, other.0);
        (e * oa + f * oc + oe, e * ob + f * od + of)
    }

    /// How far this place is from another, along the line that it writes and across it, in sizes of its letters.
    pub(super) fn steps_from(&self, (x, y): (f64, f64), size: f64) -> (f64, f64) {
        let [a, b, c, d, e, f] = self.0;
        let length = a.hypot(b);
        let height = c.hypot(d) * size.abs();
        if length == 0.0 || height == 0.0 || !length.is_finite() {
            return (0.0, 0.0);
        }
        let (right, up) = (e - x, f - y);
        ((right * a + up * b) / (length * height), (up * a - right * b) / (length * height))
    }
}

#[cfg(test)]
mod tests {
    use super::Matrix;

    #[test]
    fn steps_are_counted_along_the_line_that_is_written() {
        let upwards = Matrix([0.0, 2.0, -2.0, 0.0, 10.0, 30.0]);
        let (along, across) = upwards.steps_from((10.0, 10.0), 5.0);
        assert_eq!((along, across), (2.0, 0.0));
        assert_eq!(Matrix::moved(3.0, 4.0).origin_in(&upwards), (2.0, 36.0));
        assert_eq!(upwards.advanced(3.0), Matrix::moved(3.0, 0.0).times(&upwards));
    }
}
