"""Phase values as FHIR Observations, through fhir.resources: one for each level of a measure in a window."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from . import _words

if TYPE_CHECKING:
    from .study import Report

_LOINC, _UCUM = "http://loinc.org", "http://unitsofmeasure.org"
LOCAL = "urn:plethys:measure"
"""Code system of what LOINC has no code for."""
_MODULES = {"R5": "fhir.resources.observation", "R4B": "fhir.resources.R4B.observation"}

# LOINC codes where the measure is exactly what the code says.
_CODES = {
    ("pulse_rate", "ppg"): ("8889-8", "Heart rate by Pulse oximetry"),
    ("pulse_rate", ""): ("8867-4", "Heart rate"),
    ("perfusion_index", "ppg"): ("61006-3", "Perfusion index Tissue by Pulse oximetry"),
}


def observations(report: Report, release: str) -> list[Any]:
    """See `Report.fhir`."""
    if release not in _MODULES:
        raise ValueError(f"release must be one of {', '.join(_MODULES)}, got {release!r}")
    try:
        observation = importlib.import_module(_MODULES[release]).Observation
    except ImportError as error:
        raise ImportError("FHIR needs fhir.resources: pip install 'plethys[fhir]'") from error
    channels = {row["channel"]: row for row in report.tables["channels"].rows()}
    windows = {row["window"]: row for row in report.tables["windows"].rows()}
    changes = {(r["channel"], r["measure"], r["window"]): r for r in report.tables["changes"].rows()}
    facts = report.facts
    made = []
    for level in report.tables["levels"].rows():
        channel, window = channels[level["channel"]], windows[level["window"]]
        change = changes.get((level["channel"], level["measure"], level["window"]))
        made.append(observation.model_validate(_resource(facts, channel, window, level, change)))
    return made


def _resource(
    facts: Mapping[str, Any],
    channel: Mapping[str, Any],
    window: Mapping[str, Any],
    level: Mapping[str, Any],
    change: Mapping[str, Any] | None,
) -> dict[str, Any]:
    measure, unit = level["measure"], level["unit"]
    resource: dict[str, Any] = {
        "resourceType": "Observation",
        "status": "final",
        "code": _code(measure, channel["signal"]),
        "bodySite": {"text": " ".join(w for w in (_side(channel), channel["site"] or "") if w) or channel["channel"]},
        "method": {"text": f"plethys {facts['version']}: median of accepted beats, {window['window']}"},
        "device": {"display": f"plethys {facts['version']}, channel {channel['channel']}"},
        "note": [{"text": "Not for diagnosis."}],
        "component": _components(facts, window, level, change),
    }
    if facts["subject"]:
        resource["subject"] = {"display": facts["subject"]}
    if (period := _period(facts["start"], window)) is not None:
        resource["effectivePeriod"] = period
    if level["median"] is None:
        resource["dataAbsentReason"] = {"text": _words.reason(level["absent"]) or "unknown"}
    else:
        resource["valueQuantity"] = _quantity(level["median"], unit)
    if change is not None:
        resource["note"].append({"text": change["text"]})
    return resource


def _side(channel: Mapping[str, Any]) -> str:
    return "" if channel["side"] == "none" else str(channel["side"])


def _code(measure: str, signal: str) -> dict[str, Any]:
    title = f"{_words.signal(signal)} {_words.measure(measure)}".strip()
    codings = [{"system": LOCAL, "code": f"{signal}-{measure}".replace("_", "-"), "display": title}]
    known = _CODES.get((measure, signal)) or _CODES.get((measure, ""))
    if known is not None:
        codings.insert(0, {"system": _LOINC, "code": known[0], "display": known[1]})
    return {"coding": codings, "text": title}


def _quantity(value: float, unit: str) -> dict[str, Any]:
    if unit == "unstated":
        return {"value": value, "unit": "unstated"}
    return {"value": value, "unit": _words.unit(unit) or "1", "system": _UCUM, "code": unit}


def _components(
    facts: Mapping[str, Any], window: Mapping[str, Any], level: Mapping[str, Any], change: Mapping[str, Any] | None
) -> list[dict[str, Any]]:
    unit, share = level["unit"], f"{100 * (1 - facts['alpha']):g} %"
    numbers = [
        ("low", f"lower end of the {share} interval of the level", level["low"], unit),
        ("high", f"upper end of the {share} interval of the level", level["high"], unit),
        ("quartile-1", "first quartile of the beats", level["quartile_1"], unit),
        ("quartile-3", "third quartile of the beats", level["quartile_3"], unit),
        ("accepted", "values accepted", level["accepted"], "1"),
        ("rejected", "values left out", level["rejected"], "1"),
        ("window-start", "start of the window, study time", window["start"], "s"),
        ("window-end", "end of the window, study time", window["end"], "s"),
    ]
    if change is not None:
        numbers += [
            ("change", "change from baseline", change["percent"], "%"),
            ("change-low", f"lower end of its {share} interval", change["percent_low"], "%"),
            ("change-high", f"upper end of its {share} interval", change["percent_high"], "%"),
            ("minimal-detectable-change", "minimal detectable change", change["detectable_percent"], "%"),
        ]
    return [
        {"code": {"coding": [{"system": LOCAL, "code": code}], "text": text}, "valueQuantity": _quantity(value, its)}
        for code, text, value, its in numbers
        if value is not None
    ]


def _period(start: str | None, window: Mapping[str, Any]) -> dict[str, str] | None:
    """Calendar time of the window; days only where the study names no time zone, for FHIR allows no hour without."""
    if not start:
        return None
    try:
        zero = datetime.fromisoformat(start.replace("Z", "+00:00"))
    except ValueError:
        return None
    ends = [zero + timedelta(seconds=float(window[edge])) for edge in ("start", "end")]
    texts = [(end if end.tzinfo else end.date()).isoformat() for end in ends]
    return dict(zip(("start", "end"), texts, strict=True))
