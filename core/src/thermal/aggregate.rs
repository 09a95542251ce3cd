//! Means over windows of 1, 10 and 60 s, while rows arrive.
//!
//! A window of which a part is missing (a shutter's cut) has the mean that a straight line through its frames has at the window's centre:
//! the mean of what is left would be that of another time. Windows that are covered to less than half have the plain mean.

use super::row::MeanRow;

/// Lengths of the windows, s.
pub const WINDOWS: [f64; 3] = [1.0, 10.0, 60.0];

/// One value with what a mean has to know of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Item {
    pub(crate) time: f64,
    pub(crate) value: f64,
    pub(crate) segment: u32,
    pub(crate) is_warming: bool,
}

/// A window that is being filled. Windows begin at multiples of their length, so that streams on one clock share them.
#[derive(Debug, Clone, Copy)]
struct Open {
    start: f64,
    first: Item,
    last: f64,
    sum: f64,
    squares: f64,
    /// Sums of time since the first, of its square, and of its product with the value.
    times: [f64; 3],
    frames: u32,
    crossing: bool,
    warming: bool,
}

/// The windows of one series.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Aggregate {
    region: u8,
    open: [Option<Open>; 3],
}

impl Aggregate {
    pub(crate) fn new(region: u8) -> Self {
        Self { region, open: [None; 3] }
    }

    pub(crate) fn reset(&mut self) {
        self.open = [None; 3];
    }

    /// Takes a value, and hands out the windows that it ends.
    pub(crate) fn push(&mut self, item: Item, mut sink: impl FnMut(MeanRow)) {
        self.advance(item.time, &mut sink);
        for (window, open) in WINDOWS.iter().zip(&mut self.open) {
            let start = libm::floor(item.time / window) * window;
            let open = open.get_or_insert(Open {
                start,
                first: item,
                last: item.time,
                sum: 0.0,
                squares: 0.0,
                times: [0.0; 3],
                frames: 0,
                crossing: false,
                warming: false,
            });
            let away = item.value - open.first.value;
            open.sum += away;
            open.squares += away * away;
            let since = item.time - open.first.time;
            open.times[0] += since;
            open.times[1] += since * since;
            open.times[2] += since * away;
            open.frames += 1;
            open.last = item.time;
            open.crossing |= item.segment != open.first.segment;
            open.warming |= item.is_warming;
        }
    }

    /// Hands out the windows that have ended by `time`, whether or not there is a value.
    pub(crate) fn advance(&mut self, time: f64, mut sink: impl FnMut(MeanRow)) {
        for (window, open) in WINDOWS.iter().zip(&mut self.open) {
            if let Some(done) = open.take_if(|open| time >= open.start + window) {
                sink(done.row(*window, self.region));
            }
        }
    }

    /// Hands out what is open.
    pub(crate) fn finish(&mut self, sink: impl FnMut(MeanRow)) {
        self.advance(f64::INFINITY, sink);
    }
}

impl Open {
    fn row(&self, window: f64, region: u8) -> MeanRow {
        let frames = f64::from(self.frames);
        let span = self.last - self.first.time;
        // n frames cover n intervals, of which n - 1 lie between them.
        let covered = if self.frames > 1 { span * frames / (frames - 1.0) } else { 0.0 };
        let scatter = (self.squares - self.sum * self.sum / frames).max(0.0);
        let coverage = (covered / window).min(1.0);
        let [times, squares, products] = self.times;
        let spread = squares - times * times / frames;
        // Frames that fill the window have their mean at its centre, to a frame.
        let is_partial = (0.5..0.98).contains(&coverage) && spread > 0.0;
        let slope = if is_partial { (products - times * self.sum / frames) / spread } else { 0.0 };
        let to_centre = self.start + 0.5 * window - self.first.time - times / frames;
        MeanRow {
            time: self.start + 0.5 * window,
            window,
            region,
            mean: self.first.value + self.sum / frames + slope * to_centre,
            sd: (self.frames > 1).then(|| libm::sqrt(scatter / (frames - 1.0))),
            frames: self.frames,
            coverage,
            segment: self.first.segment,
            crossing: self.crossing,
            warming: self.warming,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_begin_at_multiples_of_their_length() {
        let mut aggregate = Aggregate::new(3);
        let mut rows = Vec::new();
        for i in 0..240_u32 {
            let time = 995.0 + 0.25 * f64::from(i);
            let item = Item { time, value: time, segment: i / 90, is_warming: i < 10 };
            aggregate.push(item, |row| rows.push(row));
        }
        aggregate.finish(|row| rows.push(row));
        let tens: Vec<MeanRow> = rows.iter().copied().filter(|row| row.window == 10.0).collect();
        assert_eq!(
            tens.iter().map(|row| row.time).collect::<Vec<_>>(),
            [995.0, 1005.0, 1015.0, 1025.0, 1035.0, 1045.0, 1055.0]
        );
        assert_eq!((tens[1].mean, tens[1].frames, tens[1].coverage), (1004.875, 40, 1.0));
        // Of the first window only the second half is there: its line has this value at the centre.
        assert_eq!(tens[0].mean, 995.0);
        assert_eq!((tens[0].coverage, tens[0].warming, tens[2].crossing), (0.5, true, true));
        assert_eq!(rows.iter().filter(|row| row.window == 60.0).count(), 2);
    }
}
