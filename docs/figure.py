"""Draws docs/figure.png, the figure of the README: `make docs`.

The recording is one of HeartPy's examples (MIT licence), the figure is what `plethys analyze FILE --plot` draws.
"""

from pathlib import Path

import plethys

RECORDING = "data3"

recording = next(each for each in plethys.datasets.heartpy() if each.name.endswith(RECORDING))
result = plethys.analyze(recording)
figure = result.plot()
figure.savefig(Path(__file__).with_name("figure.png"), dpi=90)
print(result)
