//! The few complex operations that filter design needs.

use core::ops::{Add, Div, Mul, Sub};

/// A complex number in Cartesian form.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Complex {
    pub(crate) re: f64,
    pub(crate) im: f64,
}

impl Complex {
    pub(crate) const fn new(re: f64, im: f64) -> Self {
        Self { re, im }
    }

    /// `exp(j * angle)`, `angle` in radians.
    pub(crate) fn on_circle(angle: f64) -> Self {
        Self::new(libm::cos(angle), libm::sin(angle))
    }

    pub(crate) fn scale(self, factor: f64) -> Self {
        Self::new(self.re * factor, self.im * factor)
    }

    pub(crate) fn norm_squared(self) -> f64 {
        self.re * self.re + self.im * self.im
    }

    pub(crate) fn norm(self) -> f64 {
        libm::hypot(self.re, self.im)
    }

    /// Principal square root; a negative real number has a purely imaginary one, exactly.
    pub(crate) fn sqrt(self) -> Self {
        let norm = self.norm();
        if norm == 0.0 {
            return Self::new(0.0, 0.0);
        }
        // The larger part first, the other by division: no cancellation.
        let large = libm::sqrt(0.5 * (norm + self.re.abs()));
        let small = 0.5 * self.im.abs() / large;
        let (re, im) = if self.re >= 0.0 { (large, small) } else { (small, large) };
        Self::new(re, if self.im < 0.0 { -im } else { im })
    }
}

impl Add for Complex {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self::new(self.re + other.re, self.im + other.im)
    }
}

impl Sub for Complex {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self::new(self.re - other.re, self.im - other.im)
    }
}

impl Mul for Complex {
    type Output = Self;
    fn mul(self, other: Self) -> Self {
        Self::new(self.re * other.re - self.im * other.im, self.re * other.im + self.im * other.re)
    }
}

impl Div for Complex {
    type Output = Self;
    fn div(self, other: Self) -> Self {
        let norm = other.norm_squared();
        Self::new((self.re * other.re + self.im * other.im) / norm, (self.im * other.re - self.re * other.im) / norm)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_abs_diff_eq;

    #[test]
    fn square_root_squares_back_in_every_quadrant() {
        for (re, im) in [(3.0, 4.0), (-3.0, 4.0), (-3.0, -4.0), (3.0, -4.0), (-9.0, 0.0)] {
            let root = Complex::new(re, im).sqrt();
            let square = root * root;
            assert_abs_diff_eq!(square.re, re, epsilon = 1e-14);
            assert_abs_diff_eq!(square.im, im, epsilon = 1e-14);
        }
        assert_eq!(Complex::new(-9.0, 0.0).sqrt(), Complex::new(0.0, 3.0));
    }

    #[test]
    fn division_undoes_multiplication() {
        let (a, b) = (Complex::new(1.5, -2.0), Complex::new(-0.25, 3.0));
        let back = a * b / b;
        assert_abs_diff_eq!(back.re, a.re, epsilon = 1e-15);
        assert_abs_diff_eq!(back.im, a.im, epsilon = 1e-15);
    }
}
