"""What frames are and what is asked of them, as a caller says it: made into the kernel's configuration."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from . import _convert, _plethys

Unit = str | float | Mapping[str, float]
"""`"Cel"`, `"K"`, `"cK"`, `"dK"`, K per count, or the Planck constants r1, r2, b, f, o."""
Regions = Mapping[str, Any] | Iterable[tuple[str, Any]]
Pairs = Mapping[str, tuple[str, str]]

# K per count of units of counts.
_COUNTS = {"cK": 0.01, "dK": 0.1}
_PLANCK = ("r1", "r2", "b", "f", "o")
_REGION = (
    "(y0, y1, x0, x1), a polygon of corners (x, y), a mask of truth values, None for the whole frame, "
    "{'mirror': name, 'axis': x}, or one of these as {'region': …, 'erode': pixels}"
)


def encoding_of(unit: Unit) -> float | tuple[float, ...] | None:
    """What the kernel makes temperatures of: K per count, Planck constants, or None for °C."""
    if isinstance(unit, Mapping):
        if missing := [name for name in _PLANCK if name not in unit]:
            raise ValueError(f"unit must have the Planck constants {', '.join(_PLANCK)}, {missing[0]} is missing")
        return tuple(_convert.number(f"unit[{name!r}]", unit[name]) for name in _PLANCK)
    if isinstance(unit, str):
        if unit in ("Cel", "K"):
            return None
        if unit in _COUNTS:
            return _COUNTS[unit]
        raise ValueError(
            f"unit must be 'Cel', 'K', 'cK' (counts of 0.01 K), 'dK' (counts of 0.1 K), K per count, "
            f"or the Planck constants, got {unit!r}"
        )
    return _convert.number("unit", unit, "K per count")


def _shape(name: str, given: Any) -> tuple[str, str, Any, int]:
    """A region as the extension takes it: name, kind, shape, pixels taken off its edge."""
    erode = 0
    if isinstance(given, Mapping) and "region" in given:
        if unknown := set(given) - {"region", "erode"}:
            raise TypeError(f"region {name!r} must be {_REGION}, got the key {sorted(map(str, unknown))[0]!r}")
        erode = whole_of(f"regions[{name!r}].erode", given.get("erode", 0))
        given = given["region"]
    if given is None:
        return name, "whole", None, erode
    if isinstance(given, Mapping):
        if set(given) != {"mirror", "axis"}:
            raise TypeError(f"region {name!r} must be {_REGION}, got the keys {sorted(map(str, given))}")
        of = _convert.word(f"regions[{name!r}].mirror", given["mirror"])
        return name, "mirror", (of, _convert.number(f"regions[{name!r}].axis", given["axis"], "pixels")), erode
    try:
        array = np.asarray(given)
    except (ValueError, TypeError):
        array = np.empty(0, object)
    if array.dtype == np.bool_ and array.ndim == 2:
        return name, "mask", np.ascontiguousarray(array), erode
    if array.dtype.kind in "iu" and array.shape == (4,):
        return name, "rectangle", [int(edge) for edge in array], erode
    if array.dtype.kind == "f" and array.shape == (4,) and np.all(array == np.round(array)):
        return name, "rectangle", [int(edge) for edge in array], erode
    if array.dtype.kind in "iuf" and array.ndim == 2 and array.shape[1] == 2:
        return name, "polygon", array.astype(np.float64).tolist(), erode
    got = f"shape {array.shape} of {array.dtype}" if array.dtype != object else type(given).__name__
    raise TypeError(f"region {name!r} must be {_REGION}, got {got}")


def whole_of(argument: str, value: Any) -> int:
    number = _convert.number(argument, value)
    if number != round(number) or number < 0:
        raise ValueError(f"{argument} must be a whole number from 0, got {value}")
    return int(number)


def _pairs(argument: str, given: Pairs | None, is_gradient: bool) -> list[tuple[str, str, str, bool]]:
    pairs = []
    if given is not None and not isinstance(given, Mapping):
        raise TypeError(f"{argument} must be a mapping of name to two names of regions, got {type(given).__name__}")
    for name, pair in (given or {}).items():
        if not isinstance(pair, Sequence) or isinstance(pair, str) or len(pair) != 2:
            raise TypeError(f"{argument}[{name!r}] must be two names of regions, got {pair!r}")
        of, minus = (_convert.word(f"{argument}[{name!r}]", region) for region in pair)
        pairs.append((_convert.word(argument, name), of, minus, is_gradient))
    return pairs


def _two(argument: str, given: Any, what: str) -> tuple[Any, Any]:
    """Two things that come together."""
    if isinstance(given, str) or not isinstance(given, (Sequence, np.ndarray)) or len(given) != 2:
        raise TypeError(f"{argument} must be {what}, got {given!r}")
    return given[0], given[1]


def _each(pixels: Any) -> Iterable[Any]:
    if isinstance(pixels, str) or not isinstance(pixels, Iterable):
        raise TypeError(f"bad_pixels must be (row, column) each, got {pixels!r}")
    return pixels


def config_of(
    shape: tuple[int, int],
    unit: Unit,
    regions: Regions | None,
    *,
    differences: Pairs | None,
    gradients: Pairs | None,
    emissivity: float | str | None,
    reflected: float | None,
    transmission: float,
    air: float | None,
    reference: str | tuple[str, float] | None,
    baseline: tuple[float, float] | None,
    **settings: Any,
) -> _plethys.ThermalConfig:
    told: dict[str, Any] = {name: value for name, value in settings.items() if value is not None}
    if emissivity == "camera":
        told["corrected_by_camera"] = True
    elif emissivity is not None:
        if isinstance(emissivity, str):
            raise ValueError(f"emissivity must be a number from 0.5 to 1, or 'camera', got {emissivity!r}")
        if reflected is None:
            raise ValueError(
                "reflected is missing: an emissivity needs the apparent temperature of what the skin mirrors, °C"
            )
        wall = _convert.number("reflected", reflected, "°C")
        told["emissivity"] = (
            _convert.number("emissivity", emissivity),
            wall,
            _convert.number("transmission", transmission),
            wall if air is None else _convert.number("air", air, "°C"),
        )
    elif reflected is not None:
        raise ValueError("emissivity is missing: a reflected temperature alone corrects nothing")
    if reference is not None:
        name, known = (
            (reference, None) if isinstance(reference, str) else _two("reference", reference, "a region and its °C")
        )
        told["reference"] = (
            _convert.word("reference", name),
            None if known is None else _convert.number("reference", known, "°C"),
        )
    if baseline is not None:
        start, end = _two("baseline", baseline, "its start and end, s")
        told["baseline"] = (_convert.number("baseline", start, "s"), _convert.number("baseline", end, "s"))
    for name in ("warm_up", "cut"):
        if name in told:
            told[name] = _convert.number(name, told[name], "s")
    for name in ("skip_repeated", "find_bad_pixels", "percentiles", "watch_limb", "follow"):
        if name in told:
            told[name] = _convert.flag(name, told[name])
    if "bad_pixels" in told:
        told["bad_pixels"] = [
            (whole_of("row of a bad pixel", row), whole_of("column of a bad pixel", column))
            for row, column in (_two("bad_pixels", pixel, "(row, column) each") for pixel in _each(told["bad_pixels"]))
        ]
    if "shutter_rule" in told:
        told["shutter"] = _convert.word("shutter_rule", told.pop("shutter_rule"))
    if regions is None:
        regions = {"all": None}
    named = list(regions.items()) if isinstance(regions, Mapping) else regions
    if isinstance(named, (str, set, frozenset)) or not isinstance(named, Iterable):
        raise TypeError(f"regions must be a mapping of name to place, or pairs of both, got {type(regions).__name__}")
    pairs = [_two("regions", pair, "pairs of a name and a place") for pair in named]
    return _plethys.ThermalConfig(
        shape[0],
        shape[1],
        encoding_of(unit),
        [_shape(_convert.word("regions", name), given) for name, given in pairs],
        [*_pairs("differences", differences, False), *_pairs("gradients", gradients, True)],
        told,
    )
