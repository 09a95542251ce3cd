//! Why a temperature is absent or left out, what a stream of frames is doing, and what was noticed on the way: closed lists, the same
//! in every language.

macro_rules! closed_list {
    ($(#[$about:meta])* $list:ident { $($(#[$doc:meta])* $name:ident = $code:literal,)+ }) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[repr(u8)]
        #[non_exhaustive]
        pub enum $list {
            $($(#[$doc])* $name = $code,)+
        }

        impl $list {
            /// Every entry, in the order of its code.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// The code in tables; 0 there means that there is none.
            pub fn code(self) -> u8 {
                self as u8
            }

            /// The entry with this code.
            pub fn from_code(code: u8) -> Option<Self> {
                Self::ALL.iter().copied().find(|entry| entry.code() == code)
            }

            /// The name, the same in all languages.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$name => stringify!($name),)+
                }
            }
        }
    };
}

closed_list! {
    /// Why a temperature or what follows from it is absent, or why a row does not enter means, trends and studies.
    ThermalReason {
        /// Within 1 s of the shutter (flat-field correction), or of a step as only a shutter makes it.
        Shutter = 1,
        /// No pixel of the region holds a temperature that a body can have: not finite, or out of range.
        Missing = 2,
        /// Most of the frame is out of range: another unit than was said, such as counts where it was °C.
        WrongUnit = 3,
        /// The region, moved along with the limb, has left the frame.
        OutOfFrame = 4,
        /// The limb has left the region.
        LimbLeft = 5,
        /// The shutter came between, and there is no reference of constant temperature in the frame: not to be compared.
        Unreferenced = 6,
        /// Too few frames, or too short a stretch.
        TooShort = 7,
        /// The temperature has not risen far enough towards its end for its course to be told: less than one time constant.
        NotRewarmed = 8,
        /// Fewer than five cycles of the band's lower edge, or a sampling too coarse for its upper one.
        NotComputable = 9,
        /// The series does not change, or not in the band that was asked for.
        Flat = 10,
        /// One of the two regions of a difference has no value.
        Partner = 11,
        /// Baseline is not over yet, or has no value.
        NoBaseline = 12,
        /// The two series have no common stretch that is long enough.
        NoOverlap = 13,
        /// The course of temperature is not that of the model.
        NoFit = 14,
    }
}

closed_list! {
    /// What a stream of frames is doing now.
    ThermalState {
        /// No frame yet.
        TooShort = 1,
        /// The camera is warming up: its level still drifts.
        WarmingUp = 2,
        /// Frames are being measured.
        Measuring = 3,
        /// The shutter is shut, or was within the last second.
        Shutter = 4,
        /// The same frame has come for more than 2 s.
        Frozen = 5,
        /// The frames hold no temperatures.
        Missing = 6,
    }
}

closed_list! {
    /// What was noticed in a stream of frames.
    ThermalNotice {
        /// The shutter, as the camera's telemetry says; its size is the step of the scene in K, where it could be read.
        Shutter = 1,
        /// A step of the whole scene, as only the shutter makes it; its size in K.
        Step = 2,
        /// A time stamp that does not increase: the frame was left out; its size is how far the stamp lies back, s.
        BackwardStamp = 3,
        /// A pixel that is stuck or stands out: left out from here on; its place is given.
        BadPixel = 4,
        /// The limb left a region.
        LimbLeft = 5,
        /// The limb is back in a region.
        LimbBack = 6,
        /// Most of a frame is out of range: another unit than was said. Told once per stretch; its size is the share of such pixels.
        WrongUnit = 7,
        /// No frame for more than 10 s; its size is how long, s.
        Gap = 8,
        /// The reference region has no value: nothing is corrected until it has.
        ReferenceLost = 9,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_names_lead_back() {
        for (place, reason) in ThermalReason::ALL.iter().enumerate() {
            assert_eq!(usize::from(reason.code()), place + 1, "{}", reason.name());
            assert_eq!(ThermalReason::from_code(reason.code()), Some(*reason));
        }
        assert_eq!(ThermalReason::from_code(0), None);
        assert_eq!(ThermalState::Frozen.name(), "Frozen");
        assert_eq!(ThermalNotice::from_code(2), Some(ThermalNotice::Step));
    }
}
