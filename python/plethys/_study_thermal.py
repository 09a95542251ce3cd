"""Thermal channels of a study: frames from a file, a region for each channel."""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from . import _plethys
from ._thermal import analyze_thermal
from ._thermal_analysis import ThermalAnalysis
from ._thermal_read import read_thermal
from .recording import ReadError


@dataclass
class Framed:
    """The frames of one recording, with a region for each of its thermal channels; kept for the figures."""

    recording: str
    analysis: ThermalAnalysis
    regions: dict[str, str]
    """Name of the region by channel."""


def is_framed(channel: Mapping[str, Any]) -> bool:
    """Whether a channel is a region of thermal frames."""
    return channel["signal"] == "thermal" and channel["region"] is not None


def measure(recording: Mapping[str, Any], channels: Sequence[Mapping[str, Any]], path: Path) -> Framed:
    """Reads the frames of a recording and measures the regions of all its channels in one go.

    The unit of the frames is the file's, or what the first channel says ("Cel", "K", "cK", "dK").
    """
    said = next((c["unit"] for c in channels if c["unit"] not in (None, "unstated")), None)
    frames = read_thermal(path)
    if frames.is_flow:
        raise ReadError(f"{path}: expected thermal frames, got a stream of flow ({frames.unit})")
    rate = frames.sample_rate or recording["sample_rate"]
    # Names of regions are short in the kernel, ids of channels need not be.
    regions = {channel["id"]: f"r{place}" for place, channel in enumerate(channels)}
    places = {regions[channel["id"]]: tuple(channel["region"]) for channel in channels}
    reference: str | tuple[str, float] | None = None
    if recording["reference_region"] is not None:
        places["reference"] = tuple(recording["reference_region"])
        known = recording["reference_temperature"]
        reference = "reference" if known is None else ("reference", known)
    analysis = analyze_thermal(
        frames,
        frames.time,
        places,
        sample_rate=None if frames.time is not None else rate,
        unit=frames.unit if frames.unit is not None else said,
        reference=reference,
    )
    return Framed(recording["id"], analysis, regions)


def take(
    data: _plethys.Measurements, study: _plethys.Study, framed: Framed, channel: Mapping[str, Any], digest: str
) -> None:
    """Takes the region of a channel into the data of a study."""
    region = framed.regions[channel["id"]]
    data.add_thermal(study, channel["id"], framed.recording, framed.analysis._raw, region, digest)


@dataclass
class Thumbnails:
    """A frame from the middle of each window of a recording, °C, with the regions of its channels."""

    recording: str
    windows: list[tuple[str, npt.NDArray[np.float64]]]
    """Id of the window, and the frame."""
    masks: dict[str, npt.NDArray[np.bool_]]
    """Pixels of the region by channel."""

    def png(self, title: Mapping[str, str], label: Mapping[str, str]) -> str | None:
        """The picture as a `data:` address, under the words of a page; None without matplotlib."""
        from ._thermal_plot import thumbnails

        buffer = io.BytesIO()
        try:
            thumbnails(
                [(title[window], frame) for window, frame in self.windows],
                {label[channel]: mask for channel, mask in self.masks.items()},
                buffer,
            )
        except ImportError:
            return None
        return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode("ascii")


def thumbnails_of(study: _plethys.Study, framed: Framed, windows: Sequence[Mapping[str, Any]]) -> Thumbnails:
    """Of the windows in which the recording has a frame that was accepted."""
    regions = framed.analysis.regions
    times = np.unique(regions.time[regions.accepted])
    found = []
    for window in windows:
        low, high = (study.recording_time(framed.recording, window[edge]) for edge in ("start", "end"))
        inside = times[(times >= low) & (times < high)]
        if len(inside):
            middle = inside[np.abs(inside - 0.5 * (low + high)).argmin()]
            place = int(np.abs(framed.analysis.time - middle).argmin())
            found.append((str(window["window"]), framed.analysis.celsius(place)))
    masks = {channel: framed.analysis.mask(region) for channel, region in framed.regions.items()}
    return Thumbnails(framed.recording, found, masks)
