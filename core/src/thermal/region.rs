//! Regions of a frame: rectangles, polygons, masks and mirror images, as runs of pixels.
//!
//! A region is laid onto the pixel grid once, when a monitor is built, its edge eroded by a few pixels (an edge pixel sees skin and
//! background), and kept as runs: row, first column, end. That makes the sum over it a walk over contiguous memory, and moving it
//! along with the limb an addition.
//!
//! A pixel belongs to a polygon if its centre does (even–odd rule: Shimrat 1962, Commun ACM 5:434, doi 10.1145/368637.368653).
//! Coordinates are x to the right and y down, pixel (row r, column c) covering r ≤ y < r + 1 and c ≤ x < c + 1.

use alloc::vec;
use alloc::vec::Vec;

use crate::error::ConfigError;
use crate::signal::Label;

/// Where a region lies.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Shape {
    /// The whole frame, and the only pixel of a contact probe.
    Whole,
    /// Rows `top` to below `bottom`, columns `left` to below `right`.
    Rectangle {
        /// First row.
        top: usize,
        /// The row after the last.
        bottom: usize,
        /// First column.
        left: usize,
        /// The column after the last.
        right: usize,
    },
    /// Corners (x, y) in pixels, closed by itself; at least three.
    Polygon(Vec<[f64; 2]>),
    /// One truth value per pixel, row by row.
    Mask(Vec<bool>),
    /// The mirror image of an earlier region.
    Mirrored {
        /// Name of that region.
        of: Label,
        /// x of the vertical axis, pixels; half the columns for the middle of the frame.
        axis: f64,
    },
}

/// A named region.
#[derive(Debug, Clone, PartialEq)]
pub struct Region {
    /// Its name: up to 24 bytes, once per configuration.
    pub name: Label,
    /// Where it lies.
    pub shape: Shape,
    /// Pixels taken off its edge, 0 to 32; not at the edge of the frame.
    pub erode: usize,
}

/// Columns `start` to below `end` of one row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Run {
    pub(crate) row: u32,
    pub(crate) start: u32,
    pub(crate) end: u32,
}

/// Lays regions onto a grid; masks row by row, in the order of `regions`.
pub(crate) fn masks(regions: &[Region], rows: usize, columns: usize) -> Result<Vec<Vec<bool>>, ConfigError> {
    let mut masks: Vec<Vec<bool>> = Vec::with_capacity(regions.len());
    // Mirror images are taken before erosion, so that a pair stays a pair.
    let mut whole: Vec<Vec<bool>> = Vec::with_capacity(regions.len());
    for (place, region) in regions.iter().enumerate() {
        let problem = |problem| ConfigError::Region { region: region.name, problem };
        if region.name.as_str().is_empty() {
            return Err(problem("has no name"));
        }
        let earlier = &regions[..place];
        if earlier.iter().any(|other| other.name == region.name) {
            return Err(problem("has the name of another region"));
        }
        if region.erode > 32 {
            return Err(problem("is eroded by more than 32 pixels"));
        }
        let mask = match &region.shape {
            Shape::Whole => vec![true; rows * columns],
            Shape::Rectangle { top, bottom, left, right } => {
                if top >= bottom || left >= right {
                    return Err(problem("is empty"));
                }
                if *bottom > rows || *right > columns {
                    return Err(problem("lies outside the frame"));
                }
                by_pixel(rows, columns, |row, column| {
                    (*top..*bottom).contains(&row) && (*left..*right).contains(&column)
                })
            }
            Shape::Polygon(corners) => polygon(corners, rows, columns).map_err(problem)?,
            Shape::Mask(mask) => {
                if mask.len() != rows * columns {
                    return Err(problem("is a mask of another size than the frame"));
                }
                mask.clone()
            }
            Shape::Mirrored { of, axis } => {
                let source = earlier.iter().position(|other| other.name == *of);
                let Some(source) = source.and_then(|place| whole.get(place)) else {
                    return Err(problem("mirrors a region that is not there before it"));
                };
                if !(0.0..=columns as f64).contains(axis) {
                    return Err(problem("has its mirror outside the frame"));
                }
                let twice = libm::round(2.0 * axis) as usize;
                let mirrored = by_pixel(rows, columns, |row, column| {
                    let from = twice.checked_sub(column + 1).filter(|&from| from < columns);
                    from.is_some_and(|from| source[row * columns + from])
                });
                let count = |mask: &[bool]| mask.iter().filter(|inside| **inside).count();
                if count(&mirrored) != count(source) {
                    return Err(problem("lies outside the frame"));
                }
                mirrored
            }
        };
        let eroded = erode(&mask, rows, columns, region.erode);
        if !eroded.contains(&true) {
            return Err(problem("is empty"));
        }
        whole.push(mask);
        masks.push(eroded);
    }
    Ok(masks)
}

fn by_pixel(rows: usize, columns: usize, inside: impl Fn(usize, usize) -> bool) -> Vec<bool> {
    let places = (0..rows).flat_map(|row| (0..columns).map(move |column| (row, column)));
    places.map(|(row, column)| inside(row, column)).collect()
}

fn polygon(corners: &[[f64; 2]], rows: usize, columns: usize) -> Result<Vec<bool>, &'static str> {
    if corners.len() < 3 {
        return Err("is a polygon of fewer than three corners");
    }
    let within = |[x, y]: &[f64; 2]| (0.0..=columns as f64).contains(x) && (0.0..=rows as f64).contains(y);
    if !corners.iter().all(within) {
        return Err("lies outside the frame");
    }
    Ok(by_pixel(rows, columns, |row, column| {
        let (x, y) = (column as f64 + 0.5, row as f64 + 0.5);
        let mut inside = false;
        let next = corners.iter().cycle().skip(1);
        for ([x0, y0], [x1, y1]) in corners.iter().zip(next) {
            if (*y0 > y) != (*y1 > y) && x < x0 + (y - y0) / (y1 - y0) * (x1 - x0) {
                inside = !inside;
            }
        }
        inside
    }))
}

/// Takes `times` pixels off the edge (four neighbours); what lies beyond the frame counts as inside.
pub(crate) fn erode(mask: &[bool], rows: usize, columns: usize, times: usize) -> Vec<bool> {
    let mut mask = mask.to_vec();
    for _ in 0..times {
        let before = mask.clone();
        let at = |row: usize, column: usize| before[row * columns + column];
        mask = by_pixel(rows, columns, |row, column| {
            at(row, column)
                && (row == 0 || at(row - 1, column))
                && (row + 1 == rows || at(row + 1, column))
                && (column == 0 || at(row, column - 1))
                && (column + 1 == columns || at(row, column + 1))
        });
    }
    mask
}

/// The runs of a mask, from the top left.
pub(crate) fn runs(mask: &[bool], columns: usize) -> Vec<Run> {
    let mut runs = Vec::new();
    for (row, line) in mask.chunks(columns.max(1)).enumerate() {
        let mut column = 0;
        while let Some(start) = line[column..].iter().position(|inside| *inside).map(|offset| column + offset) {
            let length = line[start..].iter().position(|inside| !inside).unwrap_or(line.len() - start);
            column = start + length;
            runs.push(Run { row: row as u32, start: start as u32, end: column as u32 });
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    fn region(name: &str, shape: Shape, erode: usize) -> Region {
        Region { name: Label::new("region", name).expect("short"), shape, erode }
    }

    fn count(mask: &[bool]) -> usize {
        mask.iter().filter(|inside| **inside).count()
    }

    #[test]
    fn polygon_takes_the_pixels_whose_centres_it_holds() {
        let square = Shape::Polygon(vec![[1.0, 1.0], [4.0, 1.0], [4.0, 3.0], [1.0, 3.0]]);
        let rectangle = Shape::Rectangle { top: 1, bottom: 3, left: 1, right: 4 };
        let masks = masks(&[region("a", square, 0), region("b", rectangle, 0)], 6, 6).expect("inside");
        assert_eq!(masks[0], masks[1]);
        assert_eq!(runs(&masks[0], 6), [Run { row: 1, start: 1, end: 4 }, Run { row: 2, start: 1, end: 4 }]);
        let triangle = polygon(&[[0.0, 0.0], [100.0, 0.0], [0.0, 100.0]], 100, 100).expect("inside");
        assert!((count(&triangle) as f64 - 5000.0).abs() <= 50.0, "{}", count(&triangle));
    }

    #[test]
    fn erosion_spares_the_edge_of_the_frame() {
        let rectangle = Shape::Rectangle { top: 0, bottom: 5, left: 2, right: 8 };
        let masks = masks(&[region("a", rectangle, 1)], 10, 10).expect("inside");
        assert_eq!(runs(&masks[0], 10).first(), Some(&Run { row: 0, start: 3, end: 7 }));
        assert_eq!(count(&masks[0]), 16);
    }

    #[test]
    fn mirror_image_lies_across_the_axis() {
        let left = region("left", Shape::Rectangle { top: 2, bottom: 4, left: 0, right: 3 }, 0);
        let of = left.name;
        let right = region("right", Shape::Mirrored { of, axis: 5.0 }, 0);
        let masks = masks(&[left.clone(), right], 6, 10).expect("inside");
        assert_eq!(runs(&masks[1], 10)[0], Run { row: 2, start: 7, end: 10 });
        let far = region("far", Shape::Mirrored { of, axis: 1.0 }, 0);
        assert!(super::masks(&[left, far], 6, 10).is_err());
    }

    #[test]
    fn what_cannot_be_used_is_named() {
        let rectangle = |right| Shape::Rectangle { top: 0, bottom: 4, left: 0, right };
        let refused = |regions: &[Region]| masks(regions, 8, 8).expect_err("refused").to_string();
        assert_eq!(refused(&[region("toe", rectangle(9), 0)]), "region \"toe\" lies outside the frame");
        assert_eq!(refused(&[region("toe", rectangle(4), 4)]), "region \"toe\" is empty");
        assert_eq!(refused(&[region("toe", Shape::Mask(vec![false; 64]), 0)]), "region \"toe\" is empty");
        let twice = [region("toe", rectangle(4), 0), region("toe", Shape::Whole, 0)];
        assert_eq!(refused(&twice), "region \"toe\" has the name of another region");
        let nan = Shape::Polygon(vec![[f64::NAN, 0.0], [1.0, 1.0], [0.0, 1.0]]);
        assert_eq!(refused(&[region("toe", nan, 0)]), "region \"toe\" lies outside the frame");
    }
}
