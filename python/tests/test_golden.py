"""The same bytes as Rust: the golden vectors that core/tests/golden.rs writes."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import plethys

FOLDER = Path(__file__).parents[2] / "core" / "tests" / "golden"
NAMES = sorted(path.stem for path in FOLDER.glob("*.json"))


class Golden:
    """A vector: what goes in, and the bytes that come out."""

    def __init__(self, name: str) -> None:
        fields = json.loads((FOLDER / f"{name}.json").read_text())
        samples = [np.nan if x is None else x for x in fields["samples"]]
        self.samples = np.array(samples, np.float64) * fields["scale"]
        self.told = {"sample_rate": fields["sample_rate"], "signal": fields["signal"]}
        if fields["calibration"]:
            self.told["calibration"] = tuple(fields["calibration"])
        self.alongside = {}
        if fields["time_ms"] is not None:
            self.alongside["time"] = np.array(fields["time_ms"]) / 1000.0
        if fields["motion_1024"] is not None:
            self.alongside["motion"] = np.array(fields["motion_1024"]) / 1024.0
        self.expected = tuple(bytes.fromhex(fields[name]) for name in ("beats", "rates", "pulses"))

    def check(self, *answers: bytes) -> None:
        """Compares beats, rates and pulses, and says where they begin to differ."""
        for table, mine, rusts in zip(("beats", "rates", "pulses"), answers, self.expected, strict=True):
            differing = [k for k, (a, b) in enumerate(zip(mine, rusts, strict=False)) if a != b]
            if len(mine) != len(rusts) or differing:
                pytest.fail(
                    f"{table}: {len(mine)} bytes against {len(rusts)} of Rust, "
                    f"{len(differing)} differ, first {differing[:1]}"
                )


def test_there_are_vectors():
    assert len(NAMES) >= 5


@pytest.mark.parametrize("name", NAMES)
def test_one_call_gives_the_bytes_of_rust(name):
    golden = Golden(name)
    result = plethys.analyze(golden.samples, **golden.told, **golden.alongside)
    pulses = result.pulses.astype("<f8").tobytes()
    golden.check(result.beats.to_bytes(), result.rates.to_bytes(), pulses)


@pytest.mark.parametrize("size", [1, 77])
@pytest.mark.parametrize("name", NAMES)
def test_chunks_give_the_bytes_of_rust(name, size):
    golden = Golden(name)
    monitor = plethys.Monitor(**golden.told, motion="motion" in golden.alongside)
    beats, rates, pulses = [], [], []
    for start in range(0, len(golden.samples), size):
        part = slice(start, start + size)
        beats.append(monitor.push(golden.samples[part], **{k: v[part] for k, v in golden.alongside.items()}))
        rates.append(monitor.rates)
        pulses.append(monitor.pulses)
    beats.append(monitor.finish())
    rates.append(monitor.rates)
    pulses.append(monitor.pulses)

    def joined(tables: list[plethys.Table]) -> bytes:
        return b"".join(np.concatenate([t._arrays[name] for t in tables]).tobytes() for name in tables[0].columns)

    golden.check(joined(beats), joined(rates), np.concatenate(pulses).tobytes())


def test_a_changed_sample_changes_the_bytes():
    golden = Golden(NAMES[0])
    golden.samples[len(golden.samples) // 2] += 1.0
    assert plethys.analyze(golden.samples, **golden.told).beats.to_bytes() != golden.expected[0]


def test_what_is_read_of_a_pulse_volume_recording_is_what_rust_reads():
    """The answers that core/tests/golden/laboratory.rs writes, to the last bit."""
    stored = json.loads((FOLDER / "pvr-laboratory" / "answers.json").read_text())

    def floats(values: list[float | None]) -> np.ndarray:
        return np.array([np.nan if value is None else value for value in values], np.float64)

    golden = Golden("pvr")
    beat = plethys.analyze(golden.samples, **golden.told).ensemble(*stored["window"])
    assert beat is not None
    for name, expected in stored["ensemble"].items():
        if isinstance(expected, list):
            np.testing.assert_array_equal(getattr(beat, name), floats(expected), err_msg=name)
        else:
            assert getattr(beat, name) == expected, name
    cuff = stored["cuff"]
    readings = plethys.cuff_readings(
        floats(cuff["thousandths"]) / 1000.0, cuff["sample_rate"], cuff["target"], cuff["tolerance"]
    )
    for name, expected in cuff["readings"].items():
        np.testing.assert_array_equal(getattr(readings, name), floats(expected), err_msg=name)
    for row in stored["categories"]:
        told = (row["height"], row["noise"], row["notch"], row["site"], row["cuff_on_target"])
        assert plethys.pvr_category(*told) == (row["category"], row["reason"]), told
    points = stored["two_point"]
    assert plethys.two_point(points["first"], points["second"])[:2] == (points["scale"], points["offset"])
    volume = stored["millilitres"]
    assert plethys.millilitres(volume["height"], tuple(volume["injection"])) == (volume["volume"], None)
