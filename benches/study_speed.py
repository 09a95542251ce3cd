"""What a study costs beside its streams: `plethys study run`, report included, over reading the files and analysing each channel.

    python benches/study_speed.py            2 h 25 min × 6 channels × 250 Hz, the source study

Both are processes of their own, run in turn; the least of three counts. Issue C asks for a ratio of at most 3.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import plethys

RUNS = 3
STREAMS = """
import sys, plethys
for file, calibration in zip(sys.argv[1::2], sys.argv[2::2]):
    recording = plethys.read(file, channel=0)
    for name in recording.channels:
        plethys.analyze(recording[name], calibration=eval(calibration), signal=name.partition("_")[0])
"""


def cost(command: list[str]) -> tuple[float, float]:
    """Seconds by the clock and of processor time of a command."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    begin = time.perf_counter()
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=os.environ, check=False)
    elapsed = time.perf_counter() - begin
    if done.returncode:
        sys.exit(f"{command[0]} failed: {done.stderr}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return elapsed, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    """Prints the costs and their ratios."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--keep", type=Path, help="folder for the study's files, used again where they are there")
    folder = parser.parse_args().keep
    with tempfile.TemporaryDirectory() as temporary:
        folder = folder or Path(temporary)
        study = folder / "study.toml"
        if not study.exists():
            plethys.datasets.source_study(1).write(folder)
        out = Path(temporary, "report.html")
        streams = [sys.executable, "-c", STREAMS, str(folder / "pvr.npz"), "(0.00229, 0.0, 'mm[Hg]')",
                   str(folder / "ppg.npz"), "None"]  # fmt: skip
        run = [sys.executable, "-m", "plethys", "study", "run", str(study), "--out", str(out)]
        both = [(cost(streams), cost(run)) for _ in range(RUNS)]
        wall = [min(pair[k][0] for pair in both) for k in (0, 1)]
        processor = [min(pair[k][1] for pair in both) for k in (0, 1)]
        size = out.stat().st_size
    print("                             wall s   processor s")
    print(f"read files, analyze each  {wall[0]:9.2f} {processor[0]:13.2f}")
    print(f"plethys study run         {wall[1]:9.2f} {processor[1]:13.2f}")
    print(f"ratio                     {wall[1] / wall[0]:9.2f} {processor[1] / processor[0]:13.2f}   asked: at most 3")
    print(f"the report has {size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
