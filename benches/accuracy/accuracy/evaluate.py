"""One detector on one case: every record scored, then the means over records."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field

import numpy as np

from .cases import Case
from .detectors import LONG_WINDOW_S, Answer, Detector
from .quality import auroc, calibration_error, judged_beats
from .rate import RateScore, Windows, best_half_mae, reference_rate, score_rate
from .recordings import Recording
from .score import BeatScore, chance_f1, flat_intervals, score_beats, score_public

FEWEST_WINDOWS = 5  # of 8 s with a reference: a record with fewer would weigh as much as a whole one


@dataclass(frozen=True)
class RecordResult:
    """All that is known of one detector on one record."""

    record: str
    error: str | None
    seconds: float
    beats: BeatScore
    public: BeatScore
    chance: float  # F1 of a train that knows the mean rate
    onset_error: float  # s, median distance from the onsets' own constant lag
    pulse_rate_error: float  # bpm, of the record's median rate
    rate: dict[str, RateScore]  # 8 s windows, by estimator
    long_rate: dict[str, RateScore]  # 60 s windows
    windows: Windows
    rate_quality: np.ndarray | None = field(repr=False)  # per 8 s window
    quality: np.ndarray = field(repr=False)  # per settled beat that is scored
    right: np.ndarray = field(repr=False)


@dataclass(frozen=True)
class Summary:
    """Means over the records of a case, as the tables show them. Shares are 0 to 1, rates bpm."""

    case: str
    detector: str
    version: str
    records: int
    failed: int
    scored_beats: int
    f1: float
    worst_f1: float
    worst_record: str
    median_f1: float
    sensitivity: float
    ppv: float
    chance: float
    public_f1: float  # median over records
    public_quartiles: tuple[float, float]
    peak_error: float  # s
    onset_error: float  # s
    pulse_rate_error: float  # median over records
    estimator: str
    mae: float
    worst_mae: float
    rmse: float
    mape: float
    answered: float
    long_mae: float
    long_rmse: float
    best_half_mae: float
    calibration_error: float
    auroc: float
    seconds: float  # for all records

    @property
    def above_chance(self) -> float:
        return self.f1 - self.chance

    def as_dict(self) -> dict:
        return asdict(self)


def run_case(detector: Detector, case: Case, chance: Callable[[Recording], float]) -> list[RecordResult]:
    """Every record of the case through the detector, scored."""
    return [
        evaluate(detector.analyze(recording, case.motion, case.companion), recording, chance(recording))
        for recording in case.recordings
    ]


def evaluate(answer: Answer, recording: Recording, chance: float) -> RecordResult:
    """One answer scored against its recording."""
    flat = () if recording.time is not None else flat_intervals(recording.samples, recording.sample_rate)
    beats = score_beats(
        answer.beats, recording.reference, recording.duration, recording.exclude, recording.lag_range
    )
    windows = _windows(recording)
    long_windows = _windows(recording, LONG_WINDOW_S, LONG_WINDOW_S)
    judged = answer.quality is not None and answer.error is None
    quality, right = judged_beats(answer, recording, beats) if judged else (np.empty(0), np.empty(0, bool))
    return RecordResult(
        record=recording.name,
        error=answer.error,
        seconds=answer.seconds,
        beats=beats,
        public=score_public(answer.beats, recording.reference, recording.duration, recording.exclude, flat),
        chance=chance,
        onset_error=_onset_error(answer, recording),
        pulse_rate_error=_pulse_rate_error(answer, recording),
        rate={how: score_rate(e, windows.rate) for how, e in answer.rates(windows).items()},
        long_rate={how: score_rate(e, long_windows.rate) for how, e in answer.rates(long_windows).items()},
        windows=windows,
        rate_quality=answer.rate_quality(windows),
        quality=quality,
        right=right,
    )


def _windows(recording: Recording, *size: float) -> Windows:
    return reference_rate(recording.reference, recording.duration, recording.exclude, *size)


def _onset_error(answer: Answer, recording: Recording) -> float:
    if answer.onsets is None:
        return np.nan
    low, high = recording.lag_range
    onsets = score_beats(
        answer.onsets, recording.reference, recording.duration, recording.exclude, (low - 0.3, high)
    )
    return onsets.timing_error


def _pulse_rate_error(answer: Answer, recording: Recording) -> float:
    """Of the whole record's rate: both are 60 / median interval."""
    if len(answer.beats) < 2:
        return np.nan
    rates = [60.0 / np.median(np.diff(beats)) for beats in (answer.beats, recording.reference)]
    return float(abs(rates[0] - rates[1]))


def summarise(case: Case, detector: Detector, results: list[RecordResult]) -> Summary:
    f1 = np.array([r.beats.f1 for r in results])
    public = np.array([r.public.f1 for r in results])
    worst = int(np.argmin(np.nan_to_num(f1, nan=np.inf)))
    estimator = best_estimator(results)
    by_rate = [r for r in results if len(r.windows.rate) >= FEWEST_WINDOWS]
    rate = [r.rate[estimator] for r in by_rate]
    long_rate = [r.long_rate.get(estimator, next(iter(r.long_rate.values()))) for r in by_rate]
    quality = np.concatenate([r.quality for r in results])
    right = np.concatenate([r.right for r in results])
    return Summary(
        case=case.name,
        detector=detector.name,
        version=detector.version,
        records=len(results),
        failed=sum(r.error is not None for r in results),
        scored_beats=sum(r.beats.reference for r in results),
        f1=_mean(f1),
        worst_f1=float(f1[worst]),
        worst_record=results[worst].record,
        median_f1=float(np.median(f1)),
        sensitivity=_mean([r.beats.sensitivity for r in results]),
        ppv=_mean([r.beats.ppv for r in results]),
        chance=_mean([r.chance for r in results]),
        public_f1=float(np.median(public)),
        public_quartiles=tuple(float(q) for q in np.quantile(public, [0.25, 0.75])),
        peak_error=_mean([r.beats.timing_error for r in results]),
        onset_error=_mean([r.onset_error for r in results]),
        pulse_rate_error=_median([r.pulse_rate_error for r in results]),
        estimator=estimator,
        mae=_mean([s.mae for s in rate]),
        worst_mae=_largest([s.mae for s in rate]),
        rmse=_mean([s.rmse for s in rate]),
        mape=_mean([s.mape for s in rate]),
        answered=_mean([s.answered for s in rate]),
        long_mae=_mean([s.mae for s in long_rate]),
        long_rmse=_mean([s.rmse for s in long_rate]),
        best_half_mae=pooled_best_half(results, estimator),
        calibration_error=calibration_error(quality, right),
        auroc=auroc(quality, right),
        seconds=float(np.nansum([r.seconds for r in results])),
    )


def best_estimator(results: list[RecordResult]) -> str:
    """The estimator with the lowest mean error: a peer is shown by its better one."""
    by_rate = [r for r in results if len(r.windows.rate) >= FEWEST_WINDOWS]
    means = {how: _mean([r.rate[how].mae for r in by_rate]) for how in results[0].rate}
    return min(means, key=lambda how: np.nan_to_num(means[how], nan=np.inf))


def pooled_best_half(results: list[RecordResult], estimator: str) -> float:
    if any(r.rate_quality is None for r in results):
        return np.nan
    error = np.concatenate([r.rate[estimator].error for r in results])
    return best_half_mae(error, np.concatenate([r.rate_quality for r in results]))


class Chance:
    """The chance score of each recording, computed once."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], float] = {}

    def __call__(self, recording: Recording) -> float:
        key = (recording.set, recording.name)
        if key not in self._known:
            self._known[key] = chance_f1(
                recording.reference, recording.duration, recording.exclude, recording.lag_range
            )
        return self._known[key]


def _mean(values) -> float:
    values = _known(values)
    return float(values.mean()) if values.size else np.nan


def _median(values) -> float:
    values = _known(values)
    return float(np.median(values)) if values.size else np.nan


def _largest(values) -> float:
    values = _known(values)
    return float(values.max()) if values.size else np.nan


def _known(values) -> np.ndarray:
    values = np.asarray(values, dtype=float)
    return values[np.isfinite(values)]
