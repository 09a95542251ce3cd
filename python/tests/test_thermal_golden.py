"""The same bytes as Rust: the golden vectors that core/tests/golden_thermal.rs writes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import plethys

FOLDER = Path(__file__).parents[2] / "core" / "tests" / "golden" / "thermal"
NAMES = sorted(path.stem for path in FOLDER.glob("*.json"))
TABLES = ("regions", "means", "differences", "difference_means", "events")


class Golden:
    """A vector: what goes in, and the bytes that come out."""

    def __init__(self, name: str) -> None:
        fields = json.loads((FOLDER / f"{name}.json").read_text())
        integers = np.frombuffer(bytes.fromhex(fields["pixels"]), ">u2")
        self.shape = (fields["rows"], fields["columns"])
        self.frames: np.ndarray = integers.reshape(-1, *self.shape).astype(np.uint16)
        self.told: dict[str, Any] = {"unit": fields["kelvin_per_count"] or "Cel"}
        if fields["kelvin_per_count"] is None:
            self.frames = np.where(self.frames == 65_535, np.nan, self.frames * fields["scale"])
        self.time = np.array(fields["time_ms"]) / 1000.0
        self.shutter = np.isin(np.arange(len(self.time)), fields["shutter"])
        regions: dict[str, Any] = {name: tuple(edges) for name, edges in fields["rectangles"]}
        if fields["mirrored"]:
            name, of, axis = fields["mirrored"]
            regions[name] = {"mirror": of, "axis": axis}
        pair, one, other = fields["difference"]
        self.told |= {"regions": regions, "differences": {pair: (one, other)}}
        if fields["emissivity"]:
            self.told["emissivity"], self.told["reflected"] = fields["emissivity"]
        if fields["reference"]:
            self.told["reference"] = tuple(fields["reference"])
        if fields["baseline"]:
            self.told["baseline"] = tuple(fields["baseline"])
        self.expected = {table: bytes.fromhex(fields[table]) for table in TABLES}

    def check(self, answers: dict[str, bytes]) -> None:
        """Says which table differs from Rust's, and where it begins to."""
        for table, rusts in self.expected.items():
            mine = answers[table]
            differing = [k for k, (a, b) in enumerate(zip(mine, rusts, strict=False)) if a != b]
            assert len(mine) == len(rusts) and not differing, (
                f"{table}: {len(differing)} bytes differ, first {differing[:1]}"
            )


def test_there_are_vectors():
    assert NAMES == ["array", "camera"]


@pytest.mark.parametrize("name", NAMES)
def test_one_call_gives_the_bytes_of_rust(name):
    golden = Golden(name)
    result = plethys.analyze_thermal(golden.frames, golden.time, shutter=golden.shutter, **golden.told)
    golden.check({table: getattr(result, table).to_bytes() for table in TABLES})


@pytest.mark.parametrize("size", [1, 13])
@pytest.mark.parametrize("name", NAMES)
def test_frames_one_by_one_give_the_bytes_of_rust(name, size):
    golden = Golden(name)
    monitor = plethys.ThermalMonitor(golden.shape, **golden.told)
    parts: dict[str, list[plethys.Table]] = {table: [] for table in TABLES}

    def take(rows: plethys.Table) -> None:
        parts["regions"].append(rows)
        for table in TABLES[1:]:
            parts[table].append(getattr(monitor, table))

    for start in range(0, len(golden.frames), size):
        part = slice(start, start + size)
        take(monitor.push(golden.frames[part], golden.time[part], shutter=golden.shutter[part]))
    take(monitor.finish())

    def joined(tables: list[plethys.Table]) -> bytes:
        return b"".join(np.concatenate([t._arrays[name] for t in tables]).tobytes() for name in tables[0].columns)

    golden.check({table: joined(tables) for table, tables in parts.items()})


def test_a_changed_pixel_changes_the_bytes():
    golden = Golden("array")
    golden.frames[1, 2, 1] += 1.0
    result = plethys.analyze_thermal(golden.frames, golden.time, **golden.told)
    assert result.regions.to_bytes() != golden.expected["regions"]
