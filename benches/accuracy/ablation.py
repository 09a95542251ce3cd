"""F1 of the settled finder with constants of core/src/beat/settled/tuning.rs changed, as a Markdown table.

    PLETHYS_DATA=… python benches/accuracy/ablation.py       # the table of core/src/beat/settled/mod.rs
    PLETHYS_DATA=… python benches/accuracy/ablation.py smooth_share=0 "hump_reach=0 shadow_weight=0"

Everything found, before acceptance: mean (worst) F1 in % by set.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))

from accuracy.explained import Explained, run_example

COLUMNS = {
    "BIDMC": "bidmc",
    "÷ 1.5": "bidmc_x1.5",
    "÷ 0.7": "bidmc_x0.7",
    "TROIKA": "troika",
    "phones": "welltory_phone_ppg",
    "bigeminy": "bigeminy-",
    "deep notch": "deep_dicrotic_notch-",
    "slow": "slow",
}
VARIANTS = (
    "",
    "smooth_share=0",
    "smooth_from=-1 smooth_full=0",
    "hump_reach=0",
    "neutral_height=0.1",
    "neutral_height=0.3",
    "rhythm_weight=0",
    "rhythm_weight=6",
    "short_weight=0",
    "short_cap=9",
    "over_share=0",
    "over_share=1",
    "shadow_weight=0",
    "side_weight=0",
    "floor=0",
    "band_high=5",
    "band_high=12",
    "future=1.2",
)


def cell(streams: list[Explained], family: str) -> str:
    own = [
        s for s in streams if s.family == family or (s.family == "synthetic" and s.name.startswith(family))
    ]
    f1 = [100 * s.f1(np.ones(len(s.peak), bool)) for s in own]
    return f"{np.mean(f1):.2f} ({min(f1):.1f})" if f1 else ""


def main() -> None:
    print("| variant | " + " | ".join(COLUMNS) + " |")
    print("|---" * (len(COLUMNS) + 1) + "|")
    for variant in sys.argv[1:] or VARIANTS:
        streams = run_example(variant.split())
        cells = [cell(streams, family) for family in COLUMNS.values()]
        print(f"| {variant or 'as it is'} | " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main()
