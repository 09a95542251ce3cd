"""Thermal frames that are still arriving: `ThermalMonitor`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from . import _plethys
from ._thermal_config import Pairs, Regions, Unit, config_of, whole_of
from ._thermal_frames import column_of, stack_of, stamps_of
from ._thermal_tables import (
    ThermalDifferenceMeans,
    ThermalDifferences,
    ThermalEvents,
    ThermalMeans,
    ThermalRegions,
)


@dataclass(frozen=True)
class ThermalSnapshot:
    """A thermal stream as it is now."""

    time: float | None
    """Time stamp of the last frame, s; None before the first."""
    state: str
    """What the stream is doing; one of `plethys.THERMAL_STATES`."""
    counts: dict[str, int]
    """How many frames were not plain."""
    segment: int
    """Number of the stretch between two shutters."""
    interval: float | None
    """Usual time between two frames that are not repeated, s."""
    noise: float | None
    """Noise of one pixel in one frame, K (SD); None below 256 pixels."""
    correction: float | None
    """What is added against the camera's drift, K; None without a reference."""
    shift: tuple[float, float] | None
    """How far the limb has moved since the first frame, pixels (right, down); None where it is not followed."""
    temperatures: dict[str, float | None] = field(default_factory=dict)
    """Newest mean of each region, °C, at once and not settled: a shutter may still cut it out."""
    absent: dict[str, str] = field(default_factory=dict)
    """Why a region's newest row is not accepted: name to reason, one of `plethys.THERMAL_REASONS`."""
    baselines: dict[str, float | None] = field(default_factory=dict)
    """Mean of each difference over the baseline so far, K."""


class ThermalMonitor:
    """A stream of thermal frames while it arrives: push frames in, take rows, means and events out.

    `shape` is (rows, columns), (1, 1) for a contact probe; the other keywords are those of `plethys.analyze_thermal`. A monitor
    belongs to one thread at a time: a call while another thread is inside raises RuntimeError, and nothing waits.

    >>> import numpy as np, plethys
    >>> monitor = plethys.ThermalMonitor((24, 32), regions={"foot": (8, 16, 4, 12)})
    >>> for i in range(4):
    ...     rows = monitor.push(np.full((24, 32), 31.0 + 0.01 * i), 0.5 * i)
    >>> monitor.snapshot().temperatures
    {'foot': 31.03}
    """

    means: ThermalMeans
    """Windows of 1, 10 and 60 s that the last call ended."""
    differences: ThermalDifferences
    """Differences that the last call settled."""
    difference_means: ThermalDifferenceMeans
    """Windows of differences that the last call ended."""
    events: ThermalEvents
    """What was noticed in the last call."""

    def __init__(
        self,
        shape: tuple[int, int],
        regions: Regions | None = None,
        *,
        unit: Unit = "Cel",
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
    ) -> None:
        try:
            rows, columns = shape
        except (TypeError, ValueError):
            raise TypeError(f"shape must be (rows, columns), got {shape!r}") from None
        self._shape = (whole_of("rows", rows), whole_of("columns", columns))
        self._unit: Unit = unit
        self._config = config_of(
            self._shape,
            unit,
            regions,
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
        self._raw = _plethys.ThermalMonitor(self._config)
        self._nothing = self._tables(self._raw.nothing())
        self._take(None)

    def _tables(
        self, columns: _plethys._ThermalColumns
    ) -> tuple[ThermalRegions, ThermalMeans, ThermalDifferences, ThermalDifferenceMeans, ThermalEvents]:
        regions, means, differences, difference_means, events = columns
        names, pairs = self._config.regions, self._config.differences
        return (
            ThermalRegions(regions, names),
            ThermalMeans(means, names),
            ThermalDifferences(differences, pairs),
            ThermalDifferenceMeans(difference_means, pairs),
            ThermalEvents(events, names),
        )

    def _take(self, columns: _plethys._ThermalColumns | None) -> ThermalRegions:
        tables = self._nothing if columns is None else self._tables(columns)
        regions, self.means, self.differences, self.difference_means, self.events = tables
        return regions

    def push(
        self,
        frames: npt.ArrayLike,
        time: npt.ArrayLike,
        *,
        shutter: npt.ArrayLike | None = None,
        counter: npt.ArrayLike | None = None,
        uptime: npt.ArrayLike | None = None,
    ) -> ThermalRegions:
        """Take a frame (row, column), a stack of them, or readings of a probe, with their stamps (s); give the rows that settled.

        `.means`, `.differences`, `.difference_means` and `.events` are those of this call. `shutter`, `counter` and `uptime` are
        the camera's telemetry, one entry per frame. Raises TypeError for what is no frame, ProcessError for a frame of another
        shape, counts where °C was said or the other way round, stamps that are no numbers, and after `finish()`; a call that
        raises leaves the stream as it was. The global interpreter lock is released during the work.
        """
        stack = stack_of(frames, self._unit)
        count = len(stack)
        return self._take(
            self._raw.push(
                stack,
                stamps_of(time, count, dates=False),
                column_of("shutter", shutter, np.bool_, count),
                column_of("counter", counter, np.uint64, count),
                column_of("uptime", uptime, np.float64, count),
            )
        )

    def finish(self) -> ThermalRegions:
        """End the stream and give the rows that were due; after it only `snapshot` and `reset` are accepted."""
        return self._take(self._raw.finish())

    def reset(self) -> None:
        """Back to the state after construction."""
        self._raw.reset()
        self._take(None)

    def snapshot(self) -> ThermalSnapshot:
        """What the stream is now."""
        return ThermalSnapshot(**self._raw.snapshot())

    @property
    def latency(self) -> float:
        """How long after its frame a row comes, s of stream; one frame is added to it."""
        return self._raw.latency

    @property
    def names(self) -> list[str]:
        """Names of the regions."""
        return self._config.regions

    def __repr__(self) -> str:
        rows, columns = self._shape
        return f"ThermalMonitor({rows} x {columns}, {', '.join(self.names)}): {self.snapshot().state}"
