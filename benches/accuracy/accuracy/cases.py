"""What is run: each set as it is, and the copies of it that show one weakness each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .recordings import SPECIAL, Recording, Special


@dataclass(frozen=True)
class Case:
    """Recordings that are analysed alike and averaged together."""

    name: str
    recordings: tuple[Recording, ...]
    motion: bool = False  # with the accelerometer
    companion: bool = False  # with the second optical channel
    asked_f1: float | None = None  # of a synthetic set, 0 to 1

    @property
    def takes_helpers(self) -> bool:
        """Whether it hands over what the peers cannot take."""
        return self.motion or self.companion

    @property
    def scored_by(self) -> tuple[str, ...]:
        return self.recordings[0].scored_by

    @property
    def beats(self) -> int:
        return sum(len(recording.reference) for recording in self.recordings)


def make_cases(recordings: Iterable[Recording], quick: bool = False) -> list[Case]:
    """The cases of every set among the recordings. `quick` leaves out the copies."""
    sets: dict[str, list[Recording]] = {}
    for recording in recordings:
        sets.setdefault(recording.set, []).append(recording)
    cases = []
    for name, members in sets.items():
        cases += cases_of(name, tuple(members), SPECIAL.get(name, Special()), quick)
    return cases


def cases_of(
    name: str, recordings: tuple[Recording, ...], special: Special, quick: bool = False
) -> list[Case]:
    cases = [Case(name, recordings)]
    for factor in () if quick else special.stretches:
        cases.append(Case(f"{name} ×{factor:g}", tuple(r.stretched(factor) for r in recordings)))
    if special.motion:
        cases.append(Case(f"{name} + motion", recordings, motion=True))
        for start in () if quick else special.starts:
            later = tuple(r.starting_at(start) for r in recordings)
            cases.append(Case(f"{name} + motion, from {start:g} s", later, motion=True))
    if special.companion:
        cases.append(Case(f"{name} + motion + companion", recordings, motion=True, companion=True))
    return cases
