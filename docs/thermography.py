"""Draws the pictures of docs/thermography.md from synthetic frames: `python docs/thermography.py`."""

from pathlib import Path

import numpy as np

import plethys

FOLDER = Path(__file__).parent / "thermography"
RATE = 1.0


def feet() -> plethys.ThermalAnalysis:
    """Twenty minutes of two feet, 60 x 80 pixels, noise 50 mK, a shutter every three minutes; the right one warms by 0.8 K."""
    rng = np.random.default_rng(7)
    time = np.arange(1200 * RATE) / RATE
    rows, columns = np.mgrid[0:60, 0:80]
    level = 0.35 * rng.standard_normal(8)[(time // 180).astype(int)] + 0.0002 * time
    frames = np.empty((len(time), 60, 80), np.float32)
    for k, second in enumerate(time):
        scene = np.full((60, 80), 22.0)
        for side, (middle, warm) in enumerate(((22, 0.8 * min(max(second - 500, 0) / 400, 1)), (58, 0.0))):
            body = ((columns - middle) / 12.0) ** 2 + ((rows - 33) / 23.0) ** 2
            wave = 0.12 * np.sin(2 * np.pi * 0.012 * second + side) + 0.07 * np.sin(2 * np.pi * 0.04 * second)
            skin = 31.0 + warm + wave - 2.2 * ((rows < 20) * (20 - rows) / 20.0) - 0.8 * body
            scene = np.where(body < 1.0, skin, scene)
        frames[k] = scene + level[k] + 0.05 * rng.standard_normal((60, 80))
    return plethys.analyze_thermal(
        frames,
        time,
        {"right": (25, 45, 16, 29), "left": {"mirror": "right", "axis": 40}},
        differences={"right − left": ("right", "left")},
        baseline=(0.0, 480.0),
        warm_up=0.0,
    )


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    result = feet()
    result.plot(FOLDER / "feet.png")
    result.bands("right − left").plot(FOLDER / "bands.png")
    time = np.arange(1500.0)
    rng = np.random.default_rng(3)
    finger = 33.0 - 10.0 * np.exp(-np.maximum(time - 110.0, 0.0) / 320.0)
    finger += 0.15 * np.sin(2 * np.pi * 0.015 * time) + 0.03 * rng.standard_normal(1500)
    fit = plethys.analyze_thermal(finger, time, {"finger": None}).rewarming("finger", before=33.5)
    fit.plot(FOLDER / "rewarming.png")
    print(result)
    print(fit.lag, fit.tau, fit.end)


if __name__ == "__main__":
    main()
