"""A folder of thermal recordings laid out like the recorded ones, with their quirks, and with a truth that is known.

The same four folders, files, columns and units as the package of recorded data: what is asked of one is asked of the other.
"""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

PHASES = (
    (0, 842, 1828),
    (1, 1895, 2525),
    (2, 2565, 3205),
    (3, 3240, 3855),
    (4, 3910, 4543),
    (5, 4590, 5217),
    (6, 5255, 5687),
)
SITES = {"neck_back": 0.0, "l_calf": 14.0, "r_foot_top": 10.0, "l_middle_finger": 12.0}
"""How far each site falls in the cold, K."""


def make(folder: Path) -> Path:
    rng = np.random.default_rng(7)
    for name in ("cooling_skin_temperature", "e4_wrist_temperature", "amg8833_hand", "laser_doppler_hand"):
        (folder / name).mkdir()
    _cooling(folder / "cooling_skin_temperature")
    _wrist(folder / "e4_wrist_temperature", rng)
    _hand(folder / "amg8833_hand", rng)
    _flux(folder / "laser_doppler_hand", rng)
    return folder


def _cooling(folder: Path) -> None:
    """A reading each minute: sensors that are put on (22 °C before), a warm baseline, cold from 1850 s on, sensors that stop."""
    time = np.arange(0, 7200, 60)
    columns = {}
    for site, fall in SITES.items():
        warm = 34.0 - 12.0 * np.exp(-np.maximum(time - 120, 0) / 150.0)
        columns[site] = warm - fall * np.clip((time - 1850) / 3900, 0, 1)
    with open(folder / "s0001_skin_temperature_18site.csv", "w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["t_s", *(f"{site}_C" for site in SITES)])
        for k, at in enumerate(time):
            cells = [f"{columns[site][k]:.3f}" for site in SITES]
            for place in range(len(SITES)):
                if at >= 6000 + 300 * place or (place == 1 and 3000 <= at < 3180):
                    cells[place] = ""
            table.writerow([float(at), *cells])
    with open(folder / "s0001_phases.csv", "w", newline="") as file:
        csv.writer(file).writerows([("phase", "start_s", "stop_s"), *PHASES])


def _wrist(folder: Path, rng: np.random.Generator) -> None:
    """Sessions at 4 Hz in steps of 0.02 °C beside a pulse at 64 Hz; vasomotion of 0.15 K."""
    for name, frequency in (("e4_uniba", 0.012), ("e4_flirt", 0.03), ("e4_groupcps_a", 0.1)):
        time = np.arange(4 * 1250) / 4
        celsius = 32.0 + 0.15 * np.sin(2 * np.pi * frequency * time) + 0.2 * time / time[-1]
        celsius = (np.round(celsius / 0.02) * 0.02).astype(np.float32)
        bvp = rng.standard_normal(64 * 100).astype(np.float32)
        np.savez(folder / f"{name}.npz", fs=64.0, bvp=bvp, bvp_fs=64.0, temp=celsius, temp_fs=4.0, temp_offset_s=0.0)


def _hand(folder: Path, rng: np.random.Generator) -> None:
    """Single frames of a hand that makes shapes, seconds apart, stored by shape and not by time."""
    time = np.cumsum(rng.integers(3, 7, 60)).astype(float)
    time[30:] += 25.0
    labels = np.array(["rock"] * 20 + ["paper"] * 20 + ["scissors"] * 20)
    frames = np.full((60, 8, 8), 17.0)
    frames[:, 2:6, 1:5] = 27.0
    frames[labels == "paper", 1:7, 0:6] = 26.0
    frames = (np.round((frames + 0.16 * rng.standard_normal(frames.shape)) / 0.25) * 0.25).astype(np.float32)
    order = np.argsort(labels, kind="stable")
    np.savez(folder / "amg8833_hand.npz", frames_C=frames[order])
    with open(folder / "frames.csv", "w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["frame", "label", "t_rel_s"])
        table.writerows((k, labels[place], time[place] - time[0]) for k, place in enumerate(order))


def _flux(folder: Path, rng: np.random.Generator) -> None:
    """Laser Doppler flux at 1000 Hz: a pulse of 1.2 Hz on a level, the same warmed, with a cuff, and a site without pulse."""

    def write(name: str, level: float, pulse: float, seconds: float, blocked: float = np.inf) -> None:
        time = np.arange(int(1000 * seconds)) / 1000
        open_ = np.where(time < blocked, 1.0, 0.3)
        flux = open_ * (level + pulse * np.sin(2 * np.pi * 1.2 * time)) + 0.5 * rng.standard_normal(len(time))
        np.savez(folder / f"{name}.npz", fs=1000.0, perfusion_pu=flux.astype(np.float32))

    write("ldf_fingertip", 610.0, 25.0, 36.0)
    write("ldf_finger_after_ir_heat", 720.0, 50.0, 80.0)
    write("ldf_finger_forearm_cuff", 600.0, 150.0, 41.0, blocked=21.0)
    write("ldf_hand_dorsum", -10.5, 0.1, 34.0)
