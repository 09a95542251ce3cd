"""Thermal frames that are whole: `analyze_thermal`."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from . import _convert, _plethys
from ._thermal_analysis import ThermalAnalysis
from ._thermal_config import Pairs, Regions, Unit, config_of
from ._thermal_frames import column_of, stack_of, stamps_of
from ._thermal_read import ThermalRecording


def analyze_thermal(
    frames: npt.ArrayLike | ThermalRecording,
    time: npt.ArrayLike | None = None,
    regions: Regions | None = None,
    *,
    sample_rate: float | None = None,
    unit: Unit | None = None,
    differences: Pairs | None = None,
    gradients: Pairs | None = None,
    emissivity: float | str | None = None,
    reflected: float | None = None,
    transmission: float = 1.0,
    air: float | None = None,
    reference: str | tuple[str, float] | None = None,
    baseline: tuple[float, float] | None = None,
    warm_up: float | None = None,
    cut: float | None = None,
    skip_repeated: bool | None = None,
    bad_pixels: Iterable[tuple[int, int]] | None = None,
    find_bad_pixels: bool | None = None,
    percentiles: bool | None = None,
    watch_limb: bool | None = None,
    follow: bool | None = None,
    shutter_rule: str | None = None,
    shutter: npt.ArrayLike | None = None,
    counter: npt.ArrayLike | None = None,
    uptime: npt.ArrayLike | None = None,
) -> ThermalAnalysis:
    """Measure the temperatures of regions in a stack of thermal frames, or of a contact probe.

    What comes out is, bit for bit, what a `ThermalMonitor` gives for the same frames one at a time.

    Parameters
    ----------
    frames
        A stack, shape (time, row, column); one frame (row, column); the readings of a probe (time); or a `ThermalRecording`
        from `plethys.read_thermal`, which brings its time stamps, unit, sites and emissivity. Up to 1280 x 1280 pixels. uint16
        counts, float32 and float64 °C of any memory layout are not copied. NaN is a missing pixel.
    time
        Time stamp of each frame, shape (time,), s, or dates; they need not be even. A stamp that does not increase leaves its
        frame out, is counted and told in `.events`.
    regions
        Name to place: a rectangle (y0, y1, x0, x1) of rows y0 to below y1 and columns x0 to below x1; a polygon of corners
        (x, y); a mask of truth values (row, column); None for the whole frame; {"mirror": name, "axis": x}, the mirror image of
        an earlier one across the vertical line x; or one of these as {"region": …, "erode": pixels}. Left out: the recording's
        sites, or the whole frame as "all".
    sample_rate
        Frames per second, where there are no time stamps.
    unit
        "Cel" (°C), "K", "cK" (counts of 0.01 K, Lepton TLinear), "dK" (0.1 K), K per count, or the Planck constants of the
        camera {"r1", "r2", "b", "f", "o"}. Floats are °C where nothing is said; integers need a unit.
    differences, gradients
        Name to two names of regions: (right, left), or (distal, proximal). The second is subtracted in the same frame.
    emissivity, reflected, transmission, air
        Emissivity of the surface (skin 0.98), 0.5 to 1, applied here, with the apparent temperature of what it mirrors, °C;
        transmission of the air, 0.5 to 1, and its temperature, °C. `emissivity="camera"`: the camera has applied it already,
        and it is never applied twice.
    reference
        Name of a region of constant temperature, against which the camera's drift is corrected; (name, °C) where it is known.
    baseline
        Start and end of the person's own baseline, s, from which `differences.change` is counted.
    warm_up
        Time since switching on, s, during which rows are flagged as warming; 600 for cameras, 0 for probes and arrays.
    cut
        Time around a shutter that is left out, s; 1.
    skip_repeated, find_bad_pixels, percentiles, watch_limb, follow
        Whether frames that repeat are one frame, bad pixels are looked for, median and percentiles are given, it is watched that
        the limb stays in its region, and regions follow the limb (frames of 16 x 16 or more).
    bad_pixels
        Pixels known to be bad, (row, column).
    shutter_rule
        How the shutter is found: "none", "telemetry", "detect"; cameras of 256 pixels or more: "detect".
    shutter, counter, uptime
        The camera's telemetry, one entry per frame: whether the shutter is shut, its frame counter, time since switching on, s.

    Returns
    -------
    ThermalAnalysis
        `.regions` (a row per region and frame, rejected ones with their reason), `.means` (windows of 1, 10, 60 s),
        `.differences`, `.difference_means`, `.events`, `.overview` (a line per region), `.state`, `.counts`, `.absent`.

    Raises
    ------
    TypeError
        For what is no frame of real numbers, and regions that are none.
    ValueError
        For a region that lies outside the frame, is empty or has the name of another, and numbers outside their range.
    ProcessError
        For counts where °C was said or the other way round, stamps that are no numbers, lengths that differ; a ValueError.

    >>> import numpy as np, plethys
    >>> frames = np.full((100, 24, 32), 22.0)
    >>> frames[:, 8:16, 4:12] = 31.0 + 0.1 * np.sin(np.arange(100.0))[:, None, None]
    >>> result = plethys.analyze_thermal(frames, sample_rate=8.0, regions={"foot": (8, 16, 4, 12)})
    >>> round(result.overview["foot"]["mean"], 1)
    31.0
    """
    sites: Regions | None = None
    if isinstance(frames, ThermalRecording):
        recording = frames
        if recording.is_flow:
            raise ValueError(
                f"{recording.name} is a stream of flow ({recording.unit}), not of temperature: no region can be read"
            )
        frames, sites = recording.frames, recording.regions
        unit = recording.unit if unit is None else unit
        if emissivity is None and recording.emissivity_applied_by == "camera":
            emissivity = "camera"
        if time is None and sample_rate is None:
            time, sample_rate = recording.time, recording.sample_rate
        if skip_repeated is None and recording.is_probe:
            skip_repeated = False  # sites that hold their readings for a while are not a camera's repeated frame
    stack = stack_of(frames, unit)
    if time is not None:
        stamps = stamps_of(time, len(stack), dates=True)
    elif sample_rate is not None:
        rate = _convert.number("sample_rate", sample_rate, "Hz")
        if not 0.0 < rate <= 200.0:
            raise ValueError(f"sample_rate must be above 0 and at most 200 Hz, got {sample_rate}")
        stamps = np.arange(len(stack)) / rate
    elif len(stack) <= 1:
        stamps = np.zeros(len(stack))
    else:
        raise TypeError("time is missing: give time stamps in s, or sample_rate in Hz")
    config = config_of(
        (stack.shape[1], stack.shape[2]),
        "Cel" if unit is None else unit,
        sites if regions is None else regions,
        differences=differences,
        gradients=gradients,
        emissivity=emissivity,
        reflected=reflected,
        transmission=transmission,
        air=air,
        reference=reference,
        baseline=baseline,
        warm_up=warm_up,
        cut=cut,
        skip_repeated=skip_repeated,
        bad_pixels=bad_pixels,
        find_bad_pixels=find_bad_pixels,
        percentiles=percentiles,
        watch_limb=watch_limb,
        follow=follow,
        shutter_rule=shutter_rule,
    )
    count = len(stack)
    raw = _plethys.analyze_thermal(
        stack,
        config,
        stamps,
        column_of("shutter", shutter, np.bool_, count),
        column_of("counter", counter, np.uint64, count),
        column_of("uptime", uptime, np.float64, count),
    )
    return ThermalAnalysis(raw, config, stack, stamps)
