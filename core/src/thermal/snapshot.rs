//! A thermal stream as it is now.

use super::reason::ThermalState;

/// How many frames were not plain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ThermalCounts {
    /// Frames pushed with a shape and a time stamp that can be used.
    pub frames: u64,
    /// Of these, frames that were the one before again.
    pub repeated: u64,
    /// Of these, frames whose time stamp did not increase.
    pub backward: u64,
    /// Of these, frames with more than half of the pixels out of range.
    pub wrong_unit: u64,
    /// Shutters and steps of the whole scene.
    pub shutters: u32,
    /// Pixels left out.
    pub bad_pixels: u32,
}

/// A thermal stream as it is now.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ThermalSnapshot {
    /// Time stamp of the last frame, s; absent before the first.
    pub time: Option<f64>,
    /// What the stream is doing.
    pub state: ThermalState,
    /// How many frames were not plain.
    pub counts: ThermalCounts,
    /// Number of the stretch between two shutters.
    pub segment: u32,
    /// Usual time between two frames that are not repeated, s.
    pub interval: Option<f64>,
    /// Noise of one pixel in one frame, K (SD; the camera's NETD); absent below 256 pixels.
    pub noise: Option<f64>,
    /// What is added against the camera's drift, K; absent without a reference.
    pub correction: Option<f64>,
    /// How far the limb has moved since the first frame: pixels to the right and down; absent where it is not followed.
    pub shift: Option<[f64; 2]>,
}
