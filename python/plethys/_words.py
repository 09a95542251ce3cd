"""How the report says numbers, units, times and codes. Rounding for the eye only: files carry full precision."""

from __future__ import annotations

import math
from collections.abc import Iterable

MINUS, DASH, THIN = "−", "–", "\u202f"

_UNITS = {"mm[Hg]": "mmHg", "Cel": "°C", "1": "", "unstated": "units", "/min": "/min", "K": "K"}

_MEASURES = {
    "amplitude": "amplitude",
    "amplitude_corrected": "amplitude",
    "pulse_rate": "pulse rate",
    "perfusion_index": "perfusion index",
    "upstroke_time": "upstroke time",
    "mean_height": "%MAP",
    "temperature": "temperature",
}
_SIGNALS = {"pvr": "PVR", "ppg": "PPG", "pressure": "pressure", "thermal": "thermography", "values": ""}
_KINDS = {
    "baseline": "baseline",
    "intervention": "intervention",
    "sham": "sham",
    "follow_up": "follow-up",
    "visit": "visit",
    "other": "other",
}
_REASONS = {
    "not_recorded": "not recorded then",
    "no_beats": "no beats found",
    "all_rejected": "every beat left out",
    "too_few_beats": "too few accepted beats",
    "no_variation": "values do not vary",
    "limb_handled": "limb being treated",
    "unreferenced": "camera recalibrated itself",
    "no_baseline": "no baseline before it",
    "baseline_absent": "baseline has no level",
    "too_few_pairs": "too few pairs",
}


def known(value: float | None) -> bool:
    """Whether there is a number."""
    return value is not None and math.isfinite(value)


def unit(code: str) -> str:
    """A UCUM unit as a reader writes it."""
    return _UNITS.get(code, code.replace("mm[Hg]", "mmHg"))


def measure(name: str) -> str:
    """A measure's name."""
    return _MEASURES.get(name, name.replace("_", " "))


def phase(name: str) -> str:
    """A phase's name without underscores."""
    return _KINDS.get(name, name.replace("_", " "))


def shown(unit_code: str, measure_name: str) -> tuple[float, str]:
    """Factor and unit with which a measure is shown: times of a beat are said in ms."""
    if unit_code == "s" and measure_name not in ("duration",):
        return 1000.0, "ms"
    return 1.0, unit(unit_code)


def signal(name: str) -> str:
    """A kind of signal."""
    return _SIGNALS.get(name, name)


def kind(name: str) -> str:
    """A kind of phase."""
    return _KINDS.get(name, name.replace("_", " "))


def reason(code: str | None) -> str:
    """Why something is absent; CamelCase codes of beats become words."""
    if not code:
        return ""
    if code in _REASONS:
        return _REASONS[code]
    spaced = "".join(f" {c.lower()}" if c.isupper() else c for c in code).strip()
    return spaced.replace("_", " ").replace(" dc", " DC")


def decimals(values: Iterable[float | None]) -> int:
    """Decimals with which values of one quantity are shown side by side: three digits that count from 1 up, two below."""
    sizes = sorted(abs(v) for v in values if v is not None and math.isfinite(v) and v != 0)
    if not sizes:
        return 2
    return max(0, min(5, 2 - math.floor(math.log10(sizes[len(sizes) // 2]) + 1e-9) - (sizes[len(sizes) // 2] < 1)))


def number(value: float | None, digits: int = 2, sign: bool = False) -> str:
    """A number with so many decimals; a dash where there is none."""
    if value is None or not math.isfinite(value):
        return DASH
    text = f"{abs(value):.{digits}f}"
    if float(text) == 0:
        return ("±" if sign else "") + text
    return (MINUS if value < 0 else "+" if sign else "") + text


def percent(value: float | None, sign: bool = True) -> str:
    """A percentage with one decimal, or none from 1000 on."""
    if value is None or not math.isfinite(value):
        return DASH
    return f"{number(value, 1 if abs(value) < 999.5 else 0, sign)}{THIN}%"


def interval(low: float | None, high: float | None, digits: int = 2, sign: bool = False, after: str = "") -> str:
    """An interval in words; a dash where there is none."""
    if not (known(low) and known(high)):
        return DASH
    return f"{number(low, digits, sign)} to {number(high, digits, sign)}{after}"


def clock(seconds: float | None) -> str:
    """A time of the study: min and s, or h and min from an hour on, or days."""
    if seconds is None or not math.isfinite(seconds):
        return DASH
    minus, rest = (MINUS if seconds < -0.5 else ""), abs(round(seconds))
    if rest >= 2 * 86_400:
        return f"{minus}{rest // 86_400}{THIN}d {rest % 86_400 // 3600:02d}:{rest % 3600 // 60:02d}"
    return f"{minus}{rest // 3600}:{rest % 3600 // 60:02d}:{rest % 60:02d}"


def span(seconds: float | None) -> str:
    """A length of time."""
    if seconds is None or not math.isfinite(seconds):
        return DASH
    if seconds >= 7200:
        return f"{seconds / 3600:.1f}".removesuffix(".0") + f"{THIN}h"
    if seconds >= 120:
        return f"{seconds / 60:.1f}".removesuffix(".0") + f"{THIN}min"
    return f"{seconds:.0f}{THIN}s"


def listing(items: Iterable[str]) -> str:
    """One, two and three."""
    texts = [item for item in items if item]
    if len(texts) < 2:
        return "".join(texts)
    return ", ".join(texts[:-1]) + " and " + texts[-1]
