"""Figures of what is computed of a temperature, or a flow, over time: oscillations, flow, rewarming."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from ._thermal_plot import COLOURS, FAINT, INK, MAP, MOST_ROWS, broken, new_figure, scale_time, style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from ._thermal_series import FlowSeries, Oscillations, Rewarming


def _what(unit: str) -> str:
    return {"Cel": "temperature [°C]", "K": "ΔT [K]", "1": "relative flow"}.get(unit, f"flow [{unit}]")


def plot_bands(found: Oscillations, path: str | os.PathLike[str] | None) -> Figure:
    """See `Oscillations.plot`."""
    scalogram = found.scalogram()
    is_told = scalogram is not None
    figure = new_figure((11, 7.2 if is_told else 3.6))
    grid = figure.add_gridspec(
        2 if is_told else 1, 2, height_ratios=(1, 1.9) if is_told else None, width_ratios=(3.4, 1)
    )
    series = figure.add_subplot(grid[0, 0] if is_told else grid[0, :])
    series.plot(*broken(found.time, found.values), color=COLOURS[5], linewidth=1.0)
    series.set_ylabel(_what(found.unit), color=INK)
    style(series)
    scale_time(series, found.time)
    series.set_title(
        f"{found.name}: {found.duration / 60:.1f} min without a gap, values every {found.step:.3g} s"
        + ("" if is_told else "; too short, or values too rare, for any band (five cycles of its lower edge)"),
        loc="left",
        fontsize=11,
        color=INK,
    )
    if scalogram is not None:
        picture, bars = figure.add_subplot(grid[1, 0]), figure.add_subplot(grid[1, 1])
        _scalogram(picture, found, scalogram)
        _bands(bars, found, picture.get_ylim())
    if path is not None:
        figure.savefig(path, dpi=150)
    return figure


def _scalogram(axes: Axes, found: Oscillations, scalogram: tuple[npt.NDArray[np.float64], ...]) -> None:
    """Power over time and frequency; what the ends of the record reach into is hatched."""
    frequency, time, power, cone = scalogram
    low, high = np.quantile(power[power > 0], (0.05, 0.999)) if (power > 0).any() else (1e-6, 1.0)
    shown = 10 * np.log10(np.maximum(power, low) / high)
    image = axes.pcolormesh(time, frequency, shown, cmap=MAP, shading="nearest", vmin=-30, vmax=0, rasterized=True)
    axes.set_yscale("log")
    top = float(frequency[-1])
    axes.set_ylim(float(frequency[0]), top)
    reach = np.minimum(cone, top)
    axes.fill_between(
        time, float(frequency[0]), reach, facecolor="white", alpha=0.45, hatch="///", edgecolor="#ffffff", linewidth=0
    )
    axes.plot(time, reach, color="white", linewidth=1.2)
    for band in found.bands:
        if frequency[0] <= band.low <= top:
            axes.axhline(band.low, color="white", linewidth=0.6, linestyle=(0, (2, 3)))
    scale_time(axes, time)
    _plain_frequencies(axes)
    axes.set_ylabel("frequency [Hz]", color=INK)
    axes.figure.colorbar(image, ax=axes, pad=0.01, shrink=0.9).set_label("power [dB of the highest]", color=INK)
    axes.set_title("hatched: cone of influence", loc="right", fontsize=8.5, color=FAINT)


def _plain_frequencies(axes: Axes) -> None:
    """0.01, 0.02, 0.05 in place of powers of ten."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

    axes.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_major_formatter(FuncFormatter(lambda hertz, _: f"{hertz:g}"))


def _bands(axes: Axes, found: Oscillations, limits: tuple[float, float]) -> None:
    """Power of each band at its frequencies, and what red noise stays below."""
    from matplotlib.patheffects import withStroke

    unit = {"Cel": "K²", "K": "K²", "1": ""}.get(found.unit, f"{found.unit}²")
    known = [band for band in found.bands if band.power is not None]
    for band in found.bands:
        middle = float(np.sqrt(band.low * band.high))
        if band.power is None:
            if limits[0] <= middle <= limits[1]:
                axes.text(
                    0.04,
                    middle,
                    str(band.reason),
                    fontsize=8,
                    color=FAINT,
                    va="center",
                    transform=axes.get_yaxis_transform(),
                )
            continue
        ink = COLOURS[5] if band.significant or band.significant is None else FAINT
        axes.fill_betweenx((band.low * 1.03, band.high / 1.03), 0, band.power, color=ink, alpha=0.85, linewidth=0)
        if band.threshold is not None:
            axes.plot((band.threshold,) * 2, (band.low * 1.03, band.high / 1.03), color="#b3261e", linewidth=1.6)
        axes.text(
            0.97,
            middle,
            band.name.replace("endothelial_no", "endothelial (NO)"),
            fontsize=8.5,
            color=INK,
            ha="right",
            va="center",
            transform=axes.get_yaxis_transform(),
            path_effects=[withStroke(linewidth=2.5, foreground="white")],
        )
    axes.set_yscale("log")
    axes.set_ylim(limits)
    _plain_frequencies(axes)
    most = max((max(band.power or 0.0, band.threshold or 0.0) for band in known), default=0.0)
    axes.set_xlim(0, 1.25 * most if most > 0 else 1.0)
    axes.set_xlabel(f"power {f'[{unit}]' if unit else ''}", color=INK)
    axes.tick_params(labelleft=False, which="both")
    axes.locator_params(axis="x", nbins=3)
    style(axes)
    axes.set_title("red: 95 % of red noise", loc="right", fontsize=8.5, color=FAINT)


def plot_flow(series: FlowSeries, path: str | os.PathLike[str] | None) -> Figure:
    """See `FlowSeries.plot`."""
    figure = new_figure((11, 3.6))
    axes = figure.add_subplot()
    style(axes)
    title = series.name
    if len(series.time):
        time, flow = series.time, series.flow
        if len(time) > MOST_ROWS:
            # The lowest and the highest value in each column of the picture: nothing that is there is left out.
            cut = len(time) // (MOST_ROWS // 2)
            count = len(time) // cut * cut
            parts = flow[:count].reshape(-1, cut)
            at = time[:count:cut]
            axes.fill_between(at, parts.min(axis=1), parts.max(axis=1), color=COLOURS[1], alpha=0.55, linewidth=0)
            axes.plot(at, np.median(parts, axis=1), color=COLOURS[5], linewidth=1.1)
            # A spike of the sensor would flatten all else; it is cut off and told.
            low, high = np.quantile(flow, (0.002, 0.998))
            margin = 0.15 * (high - low) or 1.0
            axes.set_ylim(low - margin, high + margin)
            if flow.max() > high + margin:
                title += f", highest {flow.max():.0f} {series.unit} (cut off)"
        else:
            axes.plot(time, flow, color=COLOURS[5], linewidth=1.1)
        scale_time(axes, time)
    axes.set_ylabel(_what(series.unit), color=INK)
    if series.depth is not None:
        title += f": bed {1000 * series.depth:.2f} mm deep"
    if series.fit.get("correlation") is not None:
        title += f", goes with the reference to {series.fit['correlation']:.2f} (temperature {series.fit['raw_correlation']:.2f})"
    if series.reason:
        title += f": {series.reason}"
    axes.set_title(title, loc="left", fontsize=11, color=INK)
    if path is not None:
        figure.savefig(path, dpi=150)
    return figure


def plot_rewarming(fit: Rewarming, path: str | os.PathLike[str] | None) -> Figure:
    """See `Rewarming.plot`."""
    figure = new_figure((11, 4.2))
    axes = figure.add_subplot()
    style(axes)
    axes.plot(fit.time, fit.temperature, color=COLOURS[5], linewidth=1.1)
    axes.axvline(fit.from_time, color=FAINT, linewidth=1.0)
    title = f"{fit.region}: "
    if fit.reason is not None or fit.tau is None or fit.end is None or fit.start is None or fit.lag is None:
        title += str(fit.reason)
    else:
        for level, name in ((fit.start, "T₀"), (fit.end, "T∞")):
            axes.axhspan(level[1], level[2], color=COLOURS[0], alpha=0.25, linewidth=0)
            axes.axhline(level[0], color=COLOURS[0], linewidth=1.0)
            axes.annotate(
                f"{name} {level[0]:.2f} °C", (1.0, level[0]), xycoords=("axes fraction", "data"), xytext=(-4, 3),
                textcoords="offset points", ha="right", fontsize=9, color=INK,
            )  # fmt: skip
        rise = fit.from_time + fit.lag[0]
        for at, name in ((rise, "lag"), (rise + fit.tau[0], "τ")):
            axes.axvline(at, color=COLOURS[2], linewidth=1.0, linestyle=(0, (4, 3)))
            axes.annotate(
                name,
                (at, 0.0),
                xycoords=("data", "axes fraction"),
                xytext=(3, 4),
                textcoords="offset points",
                fontsize=9,
                color=COLOURS[2],
            )
        title += f"lag {fit.lag[0]:.0f} s ({fit.lag[1]:.0f} to {fit.lag[2]:.0f})"
        title += f", τ {fit.tau[0]:.0f} s ({fit.tau[1]:.0f} to {fit.tau[2]:.0f})"
        if fit.max_slope is not None:
            title += f", steepest {fit.max_slope[0]:.2f} K/min"
        if fit.recovered is not None:
            title += f", recovered {fit.recovered[0]:.0f} %"
    axes.set_title(title, loc="left", fontsize=11, color=INK)
    axes.set_ylabel("temperature [°C]", color=INK)
    scale_time(axes, fit.time)
    if path is not None:
        figure.savefig(path, dpi=150)
    return figure
