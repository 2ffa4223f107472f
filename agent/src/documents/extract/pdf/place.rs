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

    /// Where it begins.
    pub(super) fn origin(&self) -> (f64, f64) {
        let [.., e, f] = self.0;
        (e, f)
    }

    /// What measures along the lines that are written here, in letters of that size.
    pub(super) fn ruler(&self, size: f64) -> Ruler {
        let [a, b, c, d, ..] = self.0;
        let length = a.hypot(b);
        let height = c.hypot(d) * size.abs();
        if length == 0.0 || height == 0.0 || !length.is_finite() {
            return Ruler { line: (0.0, 0.0), unit: 1.0, step: 0.0 };
        }
        Ruler { line: (a, b), unit: length * height, step: length / height }
    }
}

/// Measures in sizes of letters.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ruler {
    /// Where the line leads, and what one is there.
    line: (f64, f64),
    unit: f64,
    step: f64,
}

impl Ruler {
    /// How long a step of one along the line is.
    pub(super) fn step(&self) -> f64 {
        self.step
    }

    /// How far a place is from a point, along the line and across it.
    pub(super) fn steps(&self, (x, y): (f64, f64), place: &Matrix) -> (f64, f64) {
        let (e, f) = place.origin();
        let (right, up) = (e - x, f - y);
        let (a, b) = self.line;
        ((right * a + up * b) / self.unit, (up * a - right * b) / self.unit)
    }
}

#[cfg(test)]
mod tests {
    use super::Matrix;

    #[test]
    fn steps_are_counted_along_the_line_that_is_written() {
        let upwards = Matrix([0.0, 2.0, -2.0, 0.0, 10.0, 30.0]);
        let ruler = upwards.ruler(5.0);
        assert_eq!((ruler.steps((10.0, 10.0), &upwards), ruler.step()), ((2.0, 0.0), 0.2));
        assert_eq!(Matrix::moved(3.0, 4.0).times(&upwards).origin(), (2.0, 36.0));
        assert_eq!(upwards.advanced(3.0), Matrix::moved(3.0, 0.0).times(&upwards));
    }
}
