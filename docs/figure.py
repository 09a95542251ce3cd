"""Draws docs/figure.png, the figure of the README, on `make docs`.

A synthetic recording, so that its truth is known and it may be passed on: five minutes of a finger at rest whose pulses grow by half after
150 s, with breathing, vasomotion at 0.1 Hz, drift, noise, and two stretches without samples. The figure is what `Analysis.plot` and
`plethys analyze FILE --plot` draw.
"""

from pathlib import Path

import plethys

recording = plethys.datasets.synthetic(
    seconds=300.0,
    sample_rate=125.0,
    seed=3,
    pulse_rate=68.0,
    perfusion_index=2.0,
    inverted=False,
    variability=True,
    respiration=(0.25, 0.06, 0.2),
    vasomotion=(0.1, 0.08, 0.1),
    drift=(0.5, 0.2),
    noise_db=30.0,
    amplitude_steps=[(150.0, 1.5)],
    gaps=[(152.3, 154.2), (230.0, 236.0)],
    quantisation=1.0,
)
result = plethys.analyze(recording)
figure = result.plot(start=142.0, seconds=20.0)
path = Path(__file__).with_name("figure.png")
figure.savefig(path, dpi=90)
print(f"{path}\n{result}\ntrue beats: {int(recording.truth.beats.visible.sum())}")
