"""The report as one self-contained page: what the template is filled with."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
from jinja2 import Environment, PackageLoader, StrictUndefined

from . import _figures, _words
from ._figures import Average, Course, Trace
from ._study_thermal import Thumbnails

Row = Mapping[str, Any]

# Below so many rows the reasons of rejection are written out in full.
_REASONS_SHOWN = 3
_PRIMARY = {"pvr": "amplitude", "ppg": "perfusion_index", "pressure": "amplitude", "thermal": "temperature"}
_PULSES = ("pvr", "ppg", "pressure")
_ROLES = {"treated": "treated", "contralateral": "contralateral", "remote": "remote reference", "control": "control"}
_VERDICTS = {
    "claimed": ("yes", "Changed"),
    "not_claimed": ("no", "No change shown"),
    "not_established": ("open", "Not established"),
    "unsupported": ("open", "Cannot be answered"),
}


@dataclass
class Pictures:
    """What the figures are drawn from; parts that could not be had are left out."""

    courses: list[Course] = field(default_factory=list)
    course_measures: dict[str, str] = field(default_factory=dict)
    """The measure of each channel's course."""
    traces: list[Trace] = field(default_factory=list)
    averages: list[Average] = field(default_factory=list)
    frames: list[Thumbnails] = field(default_factory=list)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("plethys"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        number=_words.number, percent=_words.percent, clock=_words.clock, span=_words.span, reason=_words.reason,
        unit=_words.unit, measure=_words.measure, title=_figures.measure_title,
    )  # fmt: skip
    return environment


def render(facts: Mapping[str, Any], tables: Mapping[str, Sequence[Row]], pictures: Pictures) -> str:
    """The page."""
    return _environment().get_template("report.html.j2").render(_Page(facts, tables, pictures).view())


def primary_measure(signal: str, measures: Sequence[str]) -> str | None:
    """The measure that a kind of signal is judged by where it is there, else the first."""
    wanted = _PRIMARY.get(signal, "")
    return wanted if wanted in measures else measures[0] if measures else None


def _scaled(row: Row, key: str) -> float | None:
    """A number of the row in the unit in which its measure is shown."""
    value: float | None = row[key]
    return None if value is None else value * _words.shown(row["unit"], row["measure"])[0]


class _Page:
    def __init__(self, facts: Mapping[str, Any], tables: Mapping[str, Sequence[Row]], pictures: Pictures) -> None:
        self.facts, self.tables, self.pictures = facts, tables, pictures
        self.channels = {row["channel"]: row for row in tables["channels"]}
        self.windows = {row["window"]: row for row in tables["windows"]}
        self.labels = {name: self._label(row) for name, row in self.channels.items()}
        self.looks = _figures.looks(tables["channels"], self.labels)
        self.levels = {(r["channel"], r["measure"], r["window"]): r for r in tables["levels"]}
        self.changes: dict[tuple[str, str], list[Row]] = defaultdict(list)
        for row in tables["changes"]:
            self.changes[row["channel"], row["measure"]].append(row)
        self.charts = {(r["channel"], r["window"]): r["chart"] for r in tables["summary"] if r["chart"] is not None}
        self.shapes = {(r["channel"], r["window"]): r for r in tables["shapes"]}
        self.measures: dict[str, list[str]] = defaultdict(list)
        for row in tables["levels"]:
            if row["measure"] not in self.measures[row["channel"]]:
                self.measures[row["channel"]].append(row["measure"])

    # ------------------------------------------------------------------------------------------ names

    def _label(self, row: Row) -> str:
        """Side and site where they are known and tell the channel apart, else its id."""
        place = " ".join(w for w in (row["side"] if row["side"] != "none" else "", row["site"] or "") if w)
        same = [
            r for r in self.tables["channels"]
            if (r["side"], r["site"], r["signal"]) == (row["side"], row["site"], row["signal"])
        ]  # fmt: skip
        return place.replace("_", " ") if place and len(same) == 1 else row["channel"]

    def _full(self, channel: str) -> str:
        """Label with the kind of signal."""
        row = self.channels[channel]
        kind = _words.signal(row["signal"])
        return f"{self.labels[channel]}, {kind}" if kind else self.labels[channel]

    def _window(self, name: str) -> str:
        """A window as a reader says it: `follow_up:first` is the first 10 minutes of the follow-up."""
        phase, _, part = name.partition(":")
        row = self.windows.get(name)
        said = _words.phase(phase)
        if part in ("first", "last") and row is not None:
            return f"{said}, {part} {_words.span(row['end'] - row['start'])}"
        return _words.phase(name)

    def _primary(self, channel: str) -> str | None:
        """The measure that a channel is judged by: its kind's where it has it, else its first."""
        return primary_measure(self.channels[channel]["signal"], self.measures.get(channel, []))

    def _tested(self) -> list[str]:
        """The channels that the question is about: the limbs, by the kind of signal that comes first."""
        tested = [n for n, r in self.channels.items() if r["role"] in ("contralateral", "treated")]
        tested = tested or [n for n, r in self.channels.items() if r["role"] == "other"] or list(self.channels)
        kind = self.channels[tested[0]]["signal"] if tested else ""
        return [n for n in tested if self.channels[n]["signal"] == kind]

    def _beside(self, *, same: bool) -> list[str]:
        """Channels beside those that the question is about: references of the same kind of signal, or all others with a role."""
        tested = self._tested()
        kind = self.channels[tested[0]]["signal"] if tested else ""
        references = [n for n, r in self.channels.items() if r["role"] in ("remote", "control") and n not in tested]
        near = [n for n in references if self.channels[n]["signal"] == kind] or references
        chosen = (
            near
            if same
            else [n for n, r in self.channels.items() if r["role"] != "other" and n not in [*tested, *near]]
        )
        return [n for n in chosen if self._primary(n)]

    # ------------------------------------------------------------------------------------------ the page

    def view(self) -> dict[str, Any]:
        """Everything that the template names."""
        facts = self.facts
        level = f"{100 * (1 - facts['alpha']):g}{_words.THIN}%"
        return {
            "facts": facts,
            "level": level,
            "recorded": _words.span(self._recorded()),
            "asked": self._asked(),
            "answers": [self._answer(c) for c in self._tested() if self._primary(c)],
            "references": [self._answer(c) for c in self._beside(same=True)],
            "beside": [self._answer(c) for c in self._beside(same=False)],
            "problems": [self._said(r["text"]) for r in self.tables["problems"]],
            "findings": self._findings(),
            "course": self._course(),
            "frames": self._frames(),
            "strips": self._strips(),
            "strips_unit": main[0] if (main := self._main_group()) else "",
            "overlays": self._overlays(),
            "levels": self._level_tables(),
            "changes": self._change_rows(primary=True),
            "other_changes": self._change_rows(primary=False),
            "compared": list(dict.fromkeys(r["window"] for r in self.tables["changes"])),
            "one_reference": self._one_reference(),
            "asymmetries": self._asymmetries(),
            "phases": self.tables["phases"],
            "channels": [{**row, "label": self.labels[name]} for name, row in self.channels.items()],
            "sources": self.tables["sources"],
            "window": self._window,
            "full": self._full,
        }

    def _recorded(self) -> float:
        """Study time in which anything was recorded, s."""
        total, until = 0.0, -float("inf")
        for start, end in sorted((r["start"], r["end"]) for r in self.tables["sources"]):
            total += max(0.0, end - max(start, until))
            until = max(until, end)
        return total

    def _asked(self) -> str:
        tested = self._tested()
        parts = [f"{self.labels[c]} ({_ROLES.get(self.channels[c]['role'], self.channels[c]['role'])})" for c in tested]
        measures = dict.fromkeys(
            " ".join(w for w in (_words.signal(self.channels[c]["signal"]), _words.measure(m)) if w)
            for c in tested if (m := self._primary(c))
        )  # fmt: skip
        kinds = {r["kind"] for r in self.tables["phases"]}
        when = (
            "after the intervention"
            if "intervention" in kinds
            else "after the sham"
            if "sham" in kinds
            else "from baseline"
        )
        what = _words.listing(measures) or "what was measured"
        return f"Did {what} change {when}, at {_words.listing(dict.fromkeys(parts))}?"

    def _answer(self, channel: str) -> dict[str, Any]:
        measure = self._primary(channel) or ""
        changes = self.changes[channel, measure]
        levels = [self.levels[channel, measure, w] for w in self.windows if (channel, measure, w) in self.levels]
        digits = _words.decimals(r["median"] for r in levels)
        row = self.channels[channel]
        later = [c for c in changes if self.windows[c["window"]]["kind"] not in ("intervention", "sham")] or changes
        counted = "beats" if row["signal"] in _PULSES else "values"
        steps = [
            r for r in levels if self.windows[r["window"]]["kind"] not in ("intervention", "sham", "other")
        ] or levels
        return {
            "channel": channel,
            "css": self.looks[channel].css,
            "label": self.labels[channel],
            "role": _ROLES.get(row["role"], row["role"]),
            "what": " ".join(w for w in (_words.signal(row["signal"]), _words.measure(measure)) if w),
            "unit": _words.unit(levels[0]["unit"]) if levels else "",
            "steps": [
                {
                    "value": _words.number(r["median"], digits)
                    if _words.known(r["median"])
                    else _words.reason(r["absent"]),
                    "known": _words.known(r["median"]),
                    "window": self._window(r["window"]),
                    "interval": _words.interval(_scaled(r, "low"), _scaled(r, "high"), digits)
                    if _words.known(r["median"])
                    else "",
                    "counted": f"{r['accepted']} {counted}",
                }
                for r in steps
            ],
            "changes": [self._change(c) for c in later],
        }

    def _change(self, row: Row) -> dict[str, Any]:
        css, word = _VERDICTS.get(row["verdict"], ("open", row["verdict"]))
        if row["verdict"] == "claimed":
            up = (row["change"] or 0) > 0
            word = ("Rose" if up else "Fell") + (" within this session" if not _words.known(row["detectable"]) else "")
        if row["why"] == "limb_handled":
            word = "Not judged"
        _, unit = _words.shown(row["unit"], row["measure"])
        before, now, absolute = (_scaled(row, key) for key in ("baseline", "level", "absolute"))
        digits = _words.decimals([before, now])
        ratio = row["scale"] == "ratio"
        close = max(digits, _words.decimals([row["change"]])) if not ratio else digits
        against = [
            d for d in self.tables["differences"]
            if (d["channel"], d["measure"], d["window"]) == (row["channel"], row["measure"], row["window"])
        ]  # fmt: skip
        return {
            **row,
            "css": css,
            "word": word,
            "window_text": self._window(row["window"]),
            "from_to": f"{_words.number(before, digits)} → {_words.number(now, digits)}",
            "unit_text": unit,
            "absolute_text": _words.number(absolute, digits, sign=True),
            "main": _words.percent(row["percent"])
            if ratio
            else f"{_words.number(row['change'], close, True)} {unit}".strip(),
            "interval": _words.interval(row["percent_low"], row["percent_high"], 1, True, f"{_words.THIN}%")
            if ratio
            else _words.interval(row["low"], row["high"], close, True, f" {unit}"),
            "detectable_text": (
                _words.percent(row["detectable_percent"])
                if ratio
                else f"{_words.number(row['detectable'], close)} {unit}"
            )
            if _words.known(row["detectable"])
            else "not established",
            "why_text": _words.reason(row["why"]) if row["verdict"] == "unsupported" else "",
            "differences": [self._difference(d) for d in against],
            "nearest": [self._difference(d) for d in self._nearest(row["channel"], against)],
        }

    def _nearest(self, channel: str, against: Sequence[Row]) -> list[Row]:
        """Differences from references of the same kind of signal, where there are some."""
        own = [
            d
            for d in against
            if self.channels.get(d["reference"], {}).get("signal") == self.channels[channel]["signal"]
        ]
        return own or list(against)

    def _difference(self, row: Row) -> dict[str, Any]:
        ratio = row["scale"] == "ratio"
        digits = _words.decimals([row["change"]])
        unit = _words.unit(row["unit"])
        who = "its sham session" if row["against"] == "sham" else self._full(row["reference"])
        return {
            **row,
            "who": who,
            "main": _words.percent(row["percent"]) if ratio else f"{_words.number(row['change'], digits, True)} {unit}",
            "interval": _words.interval(row["percent_low"], row["percent_high"], 1, True, f"{_words.THIN}%")
            if ratio
            else _words.interval(row["low"], row["high"], digits, True, f" {unit}"),
        }

    def _one_reference(self) -> str:
        """The reference where all differences are against the same."""
        named = {(d["against"], d["reference"]) for d in self.tables["differences"] if not d["absent"]}
        if len(named) != 1:
            return ""
        against, reference = named.pop()
        return self._full(reference) if against == "channel" else "the sham session"

    def _findings(self) -> list[str]:
        """Plain sentences: how long changes lasted, then what may not be concluded."""
        said = []
        durations = [
            r
            for r in self.tables["durations"]
            if r["channel"] in self._tested() and r["measure"] == self._primary(r["channel"])
        ]
        if durations and all(r["outcome"] == "not_established" for r in durations):
            said.append(
                "How long a change lasted is not established, for no minimal detectable change is: the smallest change that "
                "putting the sensors on anew does not explain, known from three baselines or more."
            )
        else:
            said += [r["text"] for r in durations]
        for row in self.tables["findings"]:
            # A unit matters where levels in it are shown up front.
            if row["code"] == "unit_unstated" and self._primary(row["channel"]) not in ("amplitude", "value"):
                continue
            said.append(row["text"])
        return [self._said(text) for text in dict.fromkeys(said)]

    def _said(self, text: str) -> str:
        """A sentence of the kernel with the channels' labels in place of their ids, capitalised."""
        ids = sorted(self.channels, key=len, reverse=True)
        if ids:
            pattern = "|".join(map(re.escape, ids))
            text = re.sub(rf'(?<![\w"])({pattern})(?![\w"])', lambda match: self._full(match[1]), text)
        return text[:1].upper() + text[1:]

    # ------------------------------------------------------------------------------------------ tables

    def _level_tables(self) -> list[dict[str, Any]]:
        """One table for each kind of signal: a block for each channel, a row for each window, a column for each measure."""
        tables = []
        for signal in dict.fromkeys(r["signal"] for r in self.channels.values()):
            channels = [n for n, r in self.channels.items() if r["signal"] == signal]
            measures = list(dict.fromkeys(m for c in channels for m in self.measures.get(c, [])))
            first = _PRIMARY.get(signal, "")
            measures.sort(key=lambda m, first=first: m != first)  # type: ignore[misc]
            if not measures:
                continue
            heads = []
            for m in measures:
                units = {r["unit"] for r in self.tables["levels"] if r["measure"] == m and r["channel"] in channels}
                shown = _words.shown(units.pop(), m)[1] if len(units) == 1 else ""
                heads.append({"measure": m, "unit": shown})
            charted = any((c, w) in self.charts for c in channels for w in self.windows)
            shaped = signal == "pvr" and any((c, w) in self.shapes for c in channels for w in self.windows)
            tables.append(
                {
                    "signal": _words.signal(signal) or "Values",
                    "heads": heads,
                    "charted": charted,
                    "shaped": shaped,
                    "blocks": [
                        {"channel": c, "row": self.channels[c], "rows": self._level_rows(c, measures)} for c in channels
                    ],
                }
            )
        return tables

    def _level_rows(self, channel: str, measures: Sequence[str]) -> list[dict[str, Any]]:
        rows = []
        digits = {
            m: _words.decimals(
                _scaled(self.levels[channel, m, w], "median") for w in self.windows if (channel, m, w) in self.levels
            )
            for m in measures
        }
        first = self._primary(channel)
        for name, window in self.windows.items():
            cells: list[dict[str, Any] | None] = []
            for m in measures:
                level = self.levels.get((channel, m, name))
                cells.append(None if level is None else self._level_cell(level, digits[m]))
            lead = self.levels.get((channel, first or "", name))
            total = (lead["accepted"] + lead["rejected"]) if lead else 0
            rows.append(
                {
                    "window": self._window(name),
                    "start": window["start"],
                    "length": window["end"] - window["start"],
                    "accepted": lead["accepted"] if lead else 0,
                    "left_out": f"{100 * lead['rejected'] / total:.0f}" if lead and total else _words.DASH,
                    "reasons": self._reasons(channel, first or "", name),
                    "short": bool(lead and lead["short"]),
                    "cells": cells,
                    "chart": _words.number(self.charts.get((channel, name)), 1),
                    **self._shape(channel, name),
                }
            )
        return rows

    def _shape(self, channel: str, window: str) -> dict[str, str]:
        """Notch and category of a window, or why there is none."""
        row = self.shapes.get((channel, window))
        if row is None:
            return {"notch": _words.DASH, "category": _words.DASH, "no_category": ""}
        site = self.channels[channel]["site"]
        why = _words.reason(row["absent"])
        if row["absent"] == "NotStated":
            why = f"no limits for {site}" if site and site not in ("thigh", "calf", "ankle") else "grounds not stated"
        known = row["category"] is not None
        return {
            "notch": _words.reason(row["notch"]) or _words.DASH,
            "category": f"{row['category']:.0f}" if known else "",
            "no_category": "" if known else why,
        }

    def _level_cell(self, row: Row, digits: int) -> dict[str, Any]:
        known = _words.known(row["median"])
        median, lower, upper, low, high = (
            _scaled(row, key) for key in ("median", "quartile_1", "quartile_3", "low", "high")
        )
        return {
            "known": known,
            "median": _words.number(median, digits),
            "quartiles": f"{_words.number(lower, digits)}–{_words.number(upper, digits)}" if known else "",
            "interval": _words.interval(low, high, digits) if known else "",
            "why": _words.reason(row["absent"]),
        }

    def _reasons(self, channel: str, measure: str, window: str) -> str:
        own = [
            r for r in self.tables["rejections"]
            if (r["channel"], r["measure"], r["window"]) == (channel, measure, window) and r["count"]
        ]  # fmt: skip
        own.sort(key=lambda r: -r["count"])
        said = [f"{_words.reason(r['reason'])} {r['count']}" for r in own[:_REASONS_SHOWN]]
        rest = sum(r["count"] for r in own[_REASONS_SHOWN:])
        return ", ".join([*said, f"other {rest}"] if rest else said)

    def _change_rows(self, *, primary: bool) -> list[dict[str, Any]]:
        rows = []
        for (channel, measure), changes in self.changes.items():
            if (measure == self._primary(channel)) == primary and changes:
                rows.append({"channel": channel, "measure": measure, "rows": [self._change(c) for c in changes]})
        return rows

    def _asymmetries(self) -> list[dict[str, Any]]:
        rows = []
        for row in self.tables["asymmetries"]:
            if row["measure"] != self._primary(row["right"]):
                continue
            ratio = row["scale"] == "ratio"
            digits = _words.decimals([row["difference"]])
            unit = "" if ratio else f" {_words.unit(row['unit'])}"
            rows.append(
                {
                    **row,
                    "pair": f"{self.labels[row['right']]} against {self.labels[row['left']]}",
                    "window_text": self._window(row["window"]),
                    "main": _words.percent(row["index"])
                    if ratio
                    else _words.number(row["difference"], digits, True) + unit,
                    "interval": _words.interval(row["index_low"], row["index_high"], 1, True, f"{_words.THIN}%")
                    if ratio
                    else _words.interval(row["low"], row["high"], digits, True, unit),
                    "ratio_text": _words.number(row["ratio"], 2) if ratio else "",
                    "why": _words.reason(row["absent"]),
                }
            )
        return rows

    # ------------------------------------------------------------------------------------------ figures

    def _groups(self) -> list[tuple[str, str, list[str]]]:
        """Channels that share an axis: `(measure, unit, channels)`, tested ones first."""
        groups: dict[tuple[str, str, str], list[str]] = defaultdict(list)
        for name, row in self.channels.items():
            if measure := self._primary(name):
                levels = [r for r in self.tables["levels"] if (r["channel"], r["measure"]) == (name, measure)]
                unit = levels[0]["unit"] if levels else ""
                # Raw units of different sensors have no common scale.
                alone = name if unit == "unstated" else ""
                groups[row["signal"] + alone, measure, unit].append(name)
        tested = set(self._tested())
        ordered = sorted(groups.items(), key=lambda item: not any(c in tested for c in item[1]))
        return [(measure, unit, channels) for (_, measure, unit), channels in ordered]

    def _course(self) -> str:
        by_channel = {c.channel: c for c in self.pictures.courses}
        panels = []
        for measure, unit, channels in self._groups():
            courses = [
                by_channel[c] for c in channels
                if c in by_channel and self.pictures.course_measures.get(c) == measure
            ]  # fmt: skip
            if courses:
                panels.append((measure, unit, courses))
        if not panels:
            return ""
        tables = self.tables
        return _figures.course(
            panels, tables["levels"], tables["phases"], tables["windows"], tables["sources"], self.looks
        )

    def _main_group(self) -> tuple[str, list[str]] | None:
        """Unit and channels of the first group of pulse streams."""
        for _, unit, channels in self._groups():
            if self.channels[channels[0]]["signal"] in _PULSES:
                return _words.unit(unit), channels
        return None

    def _limbs(self, channels: list[str]) -> list[str]:
        """Those that the question is about, which share one scale by eye; all where it is about none of them."""
        return [c for c in channels if c in self._tested()] or channels

    def _frames(self) -> list[dict[str, str]]:
        """Thermal frames of each window, one picture for each recording."""
        titles = {name: self._window(name).capitalize() for name in self.windows}
        drawn = [(own.recording, own.png(titles, self.labels)) for own in self.pictures.frames]
        return [{"recording": recording, "image": image} for recording, image in drawn if image is not None]

    def _strips(self) -> list[dict[str, str]]:
        main = self._main_group()
        if main is None:
            return []
        unit, channels = main[0], self._limbs(main[1])
        own = [t for t in self.pictures.traces if t.channel in channels and len(t.values)]
        if not own:
            return []
        quiet = [t for t in own if self.windows[t.window]["kind"] not in ("intervention", "sham")] or own
        heights = [float(np.nanquantile(t.values, 0.98) - np.nanquantile(t.values, 0.01)) for t in quiet]
        span = 1.25 * max(heights) or 1.0
        seconds = round(max(len(t.values) / t.rate for t in own))
        strips = []
        for name in self.windows:
            group = [t for t in own if t.window == name]
            if group:
                label = self._window(name)
                figure = _figures.traces(group, channels, label, float(seconds), span, unit, self.looks)
                at = group[0].start
                strips.append({"label": label, "at": _words.clock(at), "figure": figure})
        return strips

    def _overlays(self) -> list[dict[str, str]]:
        main = self._main_group()
        if main is None:
            return []
        unit, channels = main[0], self._limbs(main[1])
        own = [a for a in self.pictures.averages if a.channel in channels and len(a.time)]
        if not own:
            return []
        # Hands on a limb are no pulse, and would set the scale.
        own = [a for a in own if self.windows[a.window]["kind"] not in ("intervention", "sham")] or own
        ceiling = 1.06 * max(float(np.nanmax(a.high)) for a in own)
        seconds = min(max(float(a.time[-1]) for a in own), 1.2)
        labels = {name: self._window(name) for name in self.windows}
        overlays = []
        for channel in channels:
            averages = [a for w in self.windows for a in own if (a.channel, a.window) == (channel, w)]
            if averages:
                # More than four lines no longer tell apart: the first, and the last three.
                shown = averages if len(averages) <= 4 else [averages[0], *averages[-3:]]
                figure = _figures.overlay(shown, labels, self.labels[channel], ceiling, seconds, unit)
                overlays.append({"label": self._full(channel), "css": self.looks[channel].css, "figure": figure})
        return overlays
