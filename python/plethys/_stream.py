"""A stream that is whole (`analyze`) or still arriving (`Monitor`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from . import _convert, _plethys
from ._pvr import Ensemble
from ._tables import Beats, Rates, Trend
from .recording import Recording

if TYPE_CHECKING:
    import os

    import matplotlib.figure
    import pandas
    import polars

Calibration = Mapping[str, Any] | tuple[float, float, str] | tuple[float, float, str, str]
_SUMMARY_UNITS = {"pulse_rate": "/min", "pulse_rate_uncertainty": "/min", "perfusion_index": "%", "quality": "1"}


def _config(
    sample_rate: float,
    signal: str,
    polarity: str,
    calibration: Calibration | None,
    sensor_range: tuple[float, float] | None,
    dc_coupled: bool | None,
    cuff: float | tuple[float, float] | None,
    motion: bool,
    companion: bool,
) -> _plethys.Config:
    return _plethys.Config(
        _convert.number("sample_rate", sample_rate, "Hz"),
        _convert.word("signal", signal),
        _convert.word("polarity", polarity),
        _convert.calibration(calibration),
        _convert.sensor_range(sensor_range),
        None if dc_coupled is None else _convert.flag("dc_coupled", dc_coupled),
        _convert.cuff(cuff),
        motion,
        companion,
    )


def analyze(
    samples: npt.ArrayLike | Recording,
    sample_rate: float | None = None,
    signal: str | None = None,
    polarity: str = "auto",
    calibration: Calibration | None = None,
    sensor_range: tuple[float, float] | None = None,
    dc_coupled: bool | None = None,
    motion: npt.ArrayLike | None = None,
    companion: npt.ArrayLike | None = None,
    time: npt.ArrayLike | None = None,
    cuff: float | tuple[float, float] | None = None,
) -> Analysis:
    """Find, delineate and measure every pulse of a recording.

    What comes out is, bit for bit, what a `Monitor` gives for the same samples in chunks of any size.

    Parameters
    ----------
    samples
        The stream, shape (n,), raw units: a NumPy array (float16 to float64, integers of any width), list, pandas or polars
        Series, masked array; or a `Recording` from `plethys.read`, which brings its rate, time stamps and kind. NaN and
        masked samples are missing; infinities count as out of range and are treated as missing. Contiguous float64, float32
        and integer arrays are not copied.
    sample_rate
        Samples per second, 20 to 4000 Hz. Left out, it is the recording's, or is estimated from `time`. With time stamps, the
        recording's own or `time`, it is the rate of the even grid that the samples are laid on: it does not replace them. Pass
        `recording.samples` to leave a recording's stamps out.
    signal
        What the sensor is: "ppg" (light), "pvr" (cuff pressure) or "pressure" (arterial). Default: the recording's, or "ppg".
    polarity
        Whether systole is a rise of the raw samples ("upright") or a fall ("inverted", as in raw light intensity);
        "auto" decides from the first beats.
    calibration
        Raw to physical units, value = scale × raw + offset: a mapping with `scale`, `unit` and, if wanted, `offset` and
        `date`; or a tuple (scale, offset, unit[, date]). Without it, amplitudes are in raw units, unit "unstated".
    sensor_range
        The rails of the sensor (low, high), raw units. Without it, rails are recognised from flat extremes.
    dc_coupled
        Whether the level of the samples is the light's, which a perfusion index needs. None decides from the samples, True
        lifts the limit of that decision, False means never.
    motion
        Acceleration of the site, shape (n, 3), any unit: the rate is tracked through motion.
    companion
        A second optical channel of the same site, shape (n,).
    time
        Time stamp of each sample, shape (n,), s; or NumPy or pandas dates. Stamps may be uneven, late or doubled.
    cuff
        Pressure that the cuff of a DC-coupled PVR should hold, calibrated units (mmHg), ± 5; or (pressure, tolerance). Beats
        whose foot lies off it are left out, reason "CuffPressure".

    Returns
    -------
    Analysis
        `.beats` (a table, one row per beat, rejected ones with their reason), `.rates` (pulse rate each second), `.pulses`
        (times of systolic peaks, s), the medians `.pulse_rate` (/min), `.perfusion_index` (%), `.amplitude` (calibrated
        units) and `.quality` (0 to 1) over the accepted beats, None where absent, and then `.absent` says why.

    Raises
    ------
    TypeError
        For a 2-D array, text, complex numbers, objects: the message names the argument, what came and what is taken.
    ValueError
        For a number or word outside its range or list, such as a sample rate of 0.
    ProcessError
        For arrays of different lengths and time stamps that are no numbers; a subclass of ValueError.

    Notes
    -----
    An empty recording and one under 3 s are no errors: they have no beats and the state "TooShort". Times are seconds from
    the first sample. The global interpreter lock is released during the analysis.

    Examples
    --------
    >>> import plethys
    >>> stream = plethys.datasets.synthetic(seconds=30.0, sample_rate=125.0, pulse_rate=72.0)
    >>> result = plethys.analyze(stream.samples, sample_rate=125.0)
    >>> round(result.pulse_rate)
    72
    >>> result.beats.onset[result.beats.accepted].size > 30
    True
    """
    if isinstance(samples, Recording):
        recording = samples
        samples = recording.samples
        if time is None:
            time = recording.time
        sample_rate = recording.sample_rate if sample_rate is None else sample_rate
        signal = recording.signal if signal is None else signal
        calibration = recording.calibration if calibration is None else calibration
    stream = _convert.samples(samples)
    stamps = None if time is None else _convert.time(time, dates=True)
    if sample_rate is None:
        if stamps is None:
            raise TypeError("sample_rate is missing: give it in Hz, or give time stamps")
        sample_rate = _plethys.estimate_sample_rate(stamps)
    acceleration = None if motion is None else _convert.motion(motion)
    second = None if companion is None else _convert.floats(companion, "companion")
    config = _config(
        sample_rate,
        "ppg" if signal is None else signal,
        polarity,
        calibration,
        sensor_range,
        dc_coupled,
        cuff,
        acceleration is not None,
        second is not None,
    )
    return Analysis(_plethys.analyze(stream, config, stamps, acceleration, second), stream, stamps)


class Analysis:
    """What a recording yields; made by `plethys.analyze`.

    Attributes
    ----------
    beats, rates
        Tables: settled beats, one per row, rejected ones too; the pulse rate once per second.
    pulses
        Times of the prompt pulses' systolic peaks, shape (n,), s from the first sample.
    pulse_rate, perfusion_index, amplitude, quality
        Medians over the accepted beats: /min, %, calibrated units, 0 to 1. None where absent.
    absent
        Why they are: field name to reason, one of `plethys.REASONS`.
    state, polarity
        What the stream was, one of `plethys.STATES`; the polarity in force at the end.
    counts
        How many samples were not plain: missing, out_of_range, clipped, gaps and so on.
    units
        Unit (UCUM) of each field and column.
    signal, sample_rate, duration, latency
        The kind of signal; Hz; s; the longest time that a monitor would have needed to settle a beat, s.
    samples, time
        The samples as they were analysed, not a copy where none was needed, and their time stamps, s, or None.
    """

    beats: Beats
    rates: Rates
    pulses: npt.NDArray[np.float64]
    pulse_rate: float | None
    perfusion_index: float | None
    amplitude: float | None
    quality: float | None
    absent: dict[str, str]
    state: str
    polarity: str
    counts: dict[str, int]
    units: dict[str, str]
    signal: str
    sample_rate: float
    duration: float
    latency: float
    samples: npt.NDArray[Any]
    time: npt.NDArray[np.float64] | None

    def __init__(
        self,
        raw: _plethys.Analysis,
        samples: npt.NDArray[Any],
        time: npt.NDArray[np.float64] | None,
    ) -> None:
        summary = raw.summary()
        self._raw = raw
        self.samples = samples
        self.time = time
        unit: str = summary.pop("unit")
        beats, rates, self.pulses = raw.columns()
        self.beats = Beats(beats, unit)
        self.rates = Rates(rates, unit)
        self.pulses.flags.writeable = False
        self.units = {**self.beats.units, **_SUMMARY_UNITS, "time": "s"}
        self.__dict__.update(summary)

    def __reduce__(self) -> tuple[Any, ...]:
        """For pickle: the results, the samples and their time stamps."""
        return _restored, (self._raw.stored(), self.samples, self.time)

    def __eq__(self, other: object) -> bool:
        """Whether all results are the same bit for bit; the samples behind them are not compared."""
        if type(other) is not type(self):
            return NotImplemented
        mine, others = self._raw.stored(), other._raw.stored()
        return mine[2:] == others[2:] and mine[1].__getnewargs__() == others[1].__getnewargs__()

    def trend(self, window: float = 60.0, step: float = 60.0) -> Trend:
        """Beats and rates over windows [k·step, k·step + window), s; complete ones only.

        One row per window: its centre `time`, `pulse_rate`, `pulse_rate_uncertainty`, `perfusion_index`, `amplitude`, `quality`,
        NaN where the window cannot be answered. Raises ValueError for a window or step that is not a positive number.
        """
        columns = self._raw.trend(_convert.number("window", window, "s"), _convert.number("step", step, "s"))
        return Trend(columns, self.units["amplitude"])

    def ensemble(self, start: float = 0.0, end: float = float("inf")) -> Ensemble | None:
        """The averaged beat of the accepted beats that peak from `start` to `end`, s.

        Aligned at the steepest rise, each beat above the line between its feet; median, mean and quartiles, and the contour with
        the notch of the median beat. None with fewer than three whole beats, or with time stamps.
        """
        if self.time is not None:
            return None
        made = self._raw.ensemble(_convert.samples(self.samples), float(start), float(end))
        return None if made is None else Ensemble(**made)

    def to_pandas(self) -> pandas.DataFrame:
        """The beats as a pandas DataFrame."""
        return self.beats.to_pandas()

    def to_polars(self) -> polars.DataFrame:
        """The beats as a polars DataFrame."""
        return self.beats.to_polars()

    def plot(
        self, path: str | os.PathLike[str] | None = None, *, start: float | None = None, seconds: float = 20.0
    ) -> matplotlib.figure.Figure:
        """Draw waveform, beats and trends; needs the extra `plethys[plot]`.

        `start` and `seconds` choose the stretch of waveform that is drawn in detail; by default the middle of the recording.
        With `path` the figure is saved there too, at 150 dpi.
        """
        from ._plot import plot

        return plot(self, path, start=start, seconds=seconds)

    def to_dict(self) -> dict[str, Any]:
        """Everything but the tables, as plain values for JSON."""
        accepted = int(self.beats.accepted.sum())
        names = ("signal", "sample_rate", "duration", "state", "polarity", "pulse_rate", "perfusion_index",
                 "amplitude", "quality", "absent", "counts", "units", "latency")  # fmt: skip
        values = {name: getattr(self, name) for name in names}
        return {**values, "beats_accepted": accepted, "beats_rejected": len(self.beats) - accepted}

    def _fields(self) -> list[tuple[str, str]]:
        shown = []
        for name in ("pulse_rate", "perfusion_index", "amplitude", "quality"):
            value, unit = getattr(self, name), self.units[name]
            text = f"{value:.4g}" + (f" {unit}" if unit != "1" else "") if value is not None else "absent"
            shown.append((name, text if value is not None else f"absent: {self.absent.get(name, 'unknown')}"))
        return shown

    def __repr__(self) -> str:
        accepted = int(self.beats.accepted.sum())
        head = (
            f"Analysis of {self.duration:.1f} s of {self.signal} at {self.sample_rate:g} Hz: {self.state}, "
            f"{accepted} beats accepted, {len(self.beats) - accepted} rejected"
        )
        return "\n".join([head, *(f"  {name}: {text}" for name, text in self._fields())])

    def _repr_html_(self) -> str:
        head, _, _ = repr(self).partition("\n")
        rows = "".join(f"<tr><th>{name}</th><td>{text}</td></tr>" for name, text in self._fields())
        return f"<p>{head}</p><table>{rows}</table>{self.beats._repr_html_()}"


def _restored(
    stored: tuple[Any, ...], samples: npt.NDArray[Any], time: npt.NDArray[np.float64] | None
) -> Analysis:
    return Analysis(_plethys.restored(*stored), samples, time)


@dataclass(frozen=True)
class Snapshot:
    """What a stream is now: medians over the accepted beats of the last 10 s of settled signal."""

    time: float
    """Time of the newest sample, s from the first; 0 before it."""
    state: str
    """What the stream is doing; one of `plethys.STATES`."""
    polarity: str
    """The polarity in force; "auto" while it is not decided."""
    pulse_rate: float | None
    """Pulse rate of the newest rate row, /min."""
    pulse_rate_uncertainty: float | None
    """One standard deviation of the pulse rate, /min."""
    perfusion_index: float | None
    """%."""
    amplitude: float | None
    """Calibrated units."""
    quality: float | None
    """0 to 1."""
    absent: dict[str, str] = field(default_factory=dict)
    """Field name to reason (one of `plethys.REASONS`), for what is absent."""
    counts: dict[str, int] = field(default_factory=dict)
    """How many samples were not plain."""


class Monitor:
    """One stream while it arrives: push samples in, take beats and a snapshot out.

    The keywords are those of `plethys.analyze`; `motion=True` and `companion=True` say that each push will bring them. A
    monitor belongs to one thread at a time: a call while another thread is inside raises RuntimeError, and nothing waits.

    Raises ValueError for a number or word outside its range or list, TypeError for values of another kind.

    >>> import numpy as np, plethys
    >>> monitor = plethys.Monitor(sample_rate=100.0, signal="ppg")
    >>> beats = monitor.push(np.zeros(500))
    >>> len(beats), monitor.snapshot().state
    (0, 'Flat')
    """

    pulses: npt.NDArray[np.float64]
    """Times of the systolic peaks that the last call announced, s from the first sample."""
    rates: Rates
    """The rate rows that the last call announced."""

    def __init__(
        self,
        sample_rate: float,
        signal: str = "ppg",
        polarity: str = "auto",
        calibration: Calibration | None = None,
        sensor_range: tuple[float, float] | None = None,
        dc_coupled: bool | None = None,
        motion: bool = False,
        companion: bool = False,
        cuff: float | tuple[float, float] | None = None,
    ) -> None:
        config = _config(
            sample_rate,
            signal,
            polarity,
            calibration,
            sensor_range,
            dc_coupled,
            cuff,
            _convert.flag("motion", motion),
            _convert.flag("companion", companion),
        )
        self._raw = _plethys.Monitor(config)
        self._unit = config.unit
        self._signal = signal
        self._sample_rate = config.sample_rate
        beats, rates, self._no_pulses = self._raw.nothing()
        self._no_beats, self._no_rates = Beats(beats, self._unit), Rates(rates, self._unit)
        self._take(None)

    def _take(self, columns: _plethys._Columns | None) -> Beats:
        if columns is None:
            self.pulses, self.rates = self._no_pulses, self._no_rates
            return self._no_beats
        beats, rates, self.pulses = columns
        self.rates = Rates(rates, self._unit)
        return Beats(beats, self._unit)

    def push(
        self,
        samples: npt.ArrayLike,
        time: npt.ArrayLike | None = None,
        motion: npt.ArrayLike | None = None,
        companion: npt.ArrayLike | None = None,
    ) -> Beats:
        """Take the next samples, shape (n,), and give the beats that settled; `.pulses` and `.rates` are those of this call.

        `time` (n,) in s, `motion` (n, 3) and `companion` (n,) come with every push or with none. Raises TypeError for what is
        not a stream of numbers, ProcessError after `finish()` and for arrays of different lengths. The global interpreter lock
        is released during the work.
        """
        return self._take(
            self._raw.push(
                _convert.samples(samples),
                None if time is None else _convert.time(time),
                None if motion is None else _convert.motion(motion),
                None if companion is None else _convert.floats(companion, "companion"),
            )
        )

    def finish(self) -> Beats:
        """End the stream and give the beats that were due; after it only `snapshot` and `reset` are accepted."""
        return self._take(self._raw.finish())

    def reset(self) -> None:
        """Back to the state after construction."""
        self._raw.reset()
        self._take(None)

    def snapshot(self) -> Snapshot:
        """What the stream is now."""
        return Snapshot(**self._raw.snapshot())

    @property
    def latency(self) -> float:
        """Longest time from what ends a beat (next onset, gap, pause) to the beat, s of signal; at most 6."""
        return self._raw.latency

    @property
    def finished(self) -> bool:
        """Whether `finish` was called."""
        return self._raw.finished

    @property
    def units(self) -> dict[str, str]:
        """Unit (UCUM) of each field and column."""
        return {**self._no_beats.units, **_SUMMARY_UNITS, "time": "s"}

    def __repr__(self) -> str:
        return f"Monitor({self._signal}, {self._sample_rate:g} Hz): {self.snapshot().state}"
