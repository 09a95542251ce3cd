"""A study from its files to its report: what is asked of it, and what happens to bad ones."""

from __future__ import annotations

import csv
import json
import re
import shutil
from pathlib import Path

import numpy as np
import pytest

import plethys

SHORT = {"baseline": 150.0, "massage": 60.0, "follow_up": 300.0, "hold": 60.0}


@pytest.fixture(scope="module")
def short(tmp_path_factory) -> Path:
    """A session of eight minutes, as files; its study file."""
    return plethys.datasets.source_study(3, 125.0, **SHORT).write(tmp_path_factory.mktemp("short"))


@pytest.fixture(scope="module")
def report(short) -> plethys.Report:
    return plethys.Study.read(short).run()


@pytest.fixture
def folder(short, tmp_path) -> Path:
    """A copy of the session that a test may spoil."""
    shutil.copytree(short.parent, tmp_path / "study")
    return tmp_path / "study"


def edited(folder: Path, *changes: tuple[str, str]) -> plethys.Report:
    path = folder / "study.toml"
    text = path.read_text()
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    path.write_text(text)
    return plethys.Study.read(path).run()


def rows(report: plethys.Report, table: str, **wanted) -> list[dict]:
    return [r for r in report.tables[table].rows() if all(r[k] == v for k, v in wanted.items())]


# ------------------------------------------------------------------------------------------------ what it is for


@pytest.fixture(scope="module")
def full(tmp_path_factory) -> tuple[plethys.datasets.SourceStudy, plethys.Report]:
    """The source study in full length, through files."""
    study = plethys.datasets.source_study(1)
    return study, plethys.Study.read(study.write(tmp_path_factory.mktemp("full"))).run()


def test_the_source_study_is_answered_from_its_raw_streams(full):
    study, report = full
    assert report.problems == []
    truth = study.recordings["pvr_left_ankle"].truth
    true = {}
    for window in report.tables["windows"].rows():
        inside = (truth.time >= window["start"]) & (truth.time < window["end"])
        true[window["window"]] = float(np.median(truth.amplitude[inside]))
        (level,) = rows(report, "levels", channel="pvr_left_ankle", measure="amplitude", window=window["window"])
        assert level["median"] == pytest.approx(true[window["window"]], rel=0.01), "1 % of the true median"
        assert level["low"] < level["median"] < level["high"]
    assert list(true) == ["baseline", "massage", "follow_up:first", "follow_up:last"]
    for window, planted in (("follow_up:first", 50.6), ("follow_up:last", 101.2)):
        (change,) = rows(report, "changes", channel="pvr_left_ankle", measure="amplitude", window=window)
        realised = 100.0 * (true[window] / true["baseline"] - 1.0)
        assert change["percent"] == pytest.approx(realised, abs=1.5), "points of the realised change"
        assert change["percent_low"] < planted < change["percent_high"]
        assert change["verdict"] == "claimed" and change["scope"] == "session" and change["detectable"] is None
        (finger,) = rows(report, "changes", channel="pvr_finger", measure="amplitude", window=window)
        assert finger["verdict"] == "not_claimed"
    assert any("one baseline" in text for text in report.findings)


def test_the_same_files_give_the_same_bytes_and_other_files_other_hashes(short, folder, report):
    again = plethys.Study.read(short).run()
    assert again.to_json() == report.to_json()
    assert again.to_html() == report.to_html()
    other = edited(folder, ("duration = 300", "duration = 299"))
    assert other.hashes["settings"] != report.hashes["settings"]
    assert other.hashes["input"] == report.hashes["input"]


# ------------------------------------------------------------------------------------------------ what comes out


def test_tables_are_numpy_columns_with_units_and_go_through_arrow(report):
    pyarrow = pytest.importorskip("pyarrow")
    levels = report.tables["levels"]
    assert levels.median.dtype == np.float64 and levels.accepted.dtype == np.uint64 and levels.short.dtype == np.bool_
    assert levels.units["covered"] == "s" and levels.what["median"] == "Median: the level."
    table = pyarrow.table(levels)
    assert table.column("channel").to_pylist() == levels.channel.tolist()
    assert table.column("accepted").to_pylist() == levels.accepted.tolist()
    first = report.tables["changes"].rows()[0]
    assert first["detectable"] is None and np.isnan(report.tables["changes"].detectable[0])
    frame = report.to_pandas()
    assert len(frame) == len(report.table) == len(levels)
    assert len(levels[levels.channel == "pvr_finger"]) == len(rows(report, "levels", channel="pvr_finger"))


def test_json_and_csv_hold_the_numbers_of_the_tables(report, tmp_path):
    report.save(tmp_path / "r.json")
    known = json.loads((tmp_path / "r.json").read_text())
    assert known["purpose"] == "estimates from signals, not for diagnosis"
    assert [row["median"] for row in known["levels"]] == [row["median"] for row in report.tables["levels"].rows()]
    assert known["settings_sha256"] == report.hashes["settings"]
    report.save(tmp_path / "r.csv")
    with open(tmp_path / "r.csv", newline="") as file:
        table = list(csv.DictReader(file))
    assert [float(row["median"]) for row in table] == report.table.median.tolist()
    assert {"channel", "window", "percent", "percent_low", "verdict"} <= set(table[0])


def test_the_page_needs_nothing_else_and_says_what_it_must(report, tmp_path):
    report.save(tmp_path / "r.html")
    page = (tmp_path / "r.html").read_text()
    assert page.startswith("<!doctype html>")
    assert not re.search(r'(src|href)="|url\((?!#)|@import|<script', page), "nothing is fetched, nothing runs"
    assert '<html lang="en">' in page
    assert page.count('<svg xmlns="http://www.w3.org/2000/svg" viewBox=') == page.count('role="img"')
    for said in (
        "Not for diagnosis",
        report.hashes["settings"],
        report.hashes["input"],
        plethys.__version__,
        "one baseline",
    ):
        assert said in page, said
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) - len(set(ids)) == 0, "ids are unique"


def test_text_from_the_study_file_cannot_break_the_page(folder):
    page = edited(folder, ('subject = "synthetic"', 'subject = "<b>&</b><script>alert(1)</script>"')).to_html()
    assert "<script>" not in page and "&lt;script&gt;" in page


def test_another_ending_is_refused(report, tmp_path):
    with pytest.raises(ValueError, match=r"ends in \.html, \.pdf, \.json or \.csv, got 'r.docx'"):
        report.save(tmp_path / "r.docx")


def test_a_pdf_is_printed_where_there_is_a_browser(report, tmp_path, monkeypatch):
    from plethys._pdf import find_browser

    if find_browser() is None:
        pytest.skip("no Chromium was found (CHROMIUM names another)")
    report.save(tmp_path / "r.pdf")
    assert (tmp_path / "r.pdf").read_bytes().startswith(b"%PDF")
    monkeypatch.setenv("CHROMIUM", str(tmp_path / "no-such-browser"))
    with pytest.raises(RuntimeError, match="could not print the report"):
        report.save(tmp_path / "s.pdf")


@pytest.mark.parametrize("release", ["R5", "R4B"])
def test_fhir_observations_are_valid_and_hold_the_levels(report, release):
    pytest.importorskip("fhir.resources")
    observations = report.fhir(release)
    levels = report.tables["levels"].rows()
    assert len(observations) == len(levels)
    for observation, level in zip(observations, levels, strict=True):
        known = json.loads(observation.model_dump_json())
        assert known["resourceType"] == "Observation" and known["status"] == "final"
        assert float(known["valueQuantity"]["value"]) == pytest.approx(level["median"], rel=1e-9)
    by_measure = {
        level["measure"]: json.loads(o.model_dump_json()) for level, o in zip(levels, observations, strict=True)
    }
    codes = {m: [(c["system"], c["code"]) for c in o["code"]["coding"]] for m, o in by_measure.items()}
    assert ("http://loinc.org", "61006-3") in codes["perfusion_index"]
    assert ("http://loinc.org", "8889-8") in codes["pulse_rate"]
    first = json.loads(observations[0].model_dump_json())
    assert first["valueQuantity"]["code"] == "mm[Hg]" and first["bodySite"]["text"] == "left ankle"
    with pytest.raises(ValueError, match="R5, R4B, got 'R3'"):
        report.fhir("R3")


def test_progress_is_told(short):
    said = []
    plethys.Study.read(short).run(progress=lambda what, done, total: said.append((what, done, total)))
    assert said[0][0].startswith("reading") and said[-1] == ("comparing", 6, 6)
    assert all(0 <= done <= total == 6 for _, done, total in said)


# ------------------------------------------------------------------------------------------------ markers and other files


def test_markers_come_from_bids_csv_and_edf_alike(folder, report):
    plain = rows(report, "phases")
    (folder / "marks.csv").write_text("time;label\n0;baseline\n150;intervention\n210;follow_up\n")
    assert rows(edited(folder, ('events = "events.tsv"', 'events = "marks.csv"')), "phases") == plain


def test_edf_files_bring_their_own_rates_and_markers(folder, report):
    pyedflib = pytest.importorskip("pyedflib")
    arrays = np.load(folder / "pvr.npz")
    names = [n for n in arrays.files if n != "fs"]
    with pyedflib.EdfWriter(str(folder / "pvr.edf"), len(names), pyedflib.FILETYPE_BDFPLUS) as writer:
        for k, name in enumerate(names):
            writer.setSignalHeader(
                k,
                {"label": name, "dimension": "counts", "sample_frequency": 125, "physical_min": -8388608,
                 "physical_max": 8388607, "digital_min": -8388608, "digital_max": 8388607, "prefilter": "", "transducer": ""},
            )  # fmt: skip
        writer.writeSamples([np.ascontiguousarray(arrays[n].astype(np.float64)) for n in names])
        for onset, label in ((0.0, "baseline"), (150.0, "intervention"), (210.0, "follow_up")):
            writer.writeAnnotation(onset, -1, label)
    from_edf = edited(folder, ('file = "pvr.npz"', 'file = "pvr.edf"'), ('events = "events.tsv"\n', ""))
    assert from_edf.problems == []
    assert rows(from_edf, "phases") == rows(report, "phases")
    before, after = (rows(r, "levels", channel="pvr_left_ankle", measure="amplitude") for r in (report, from_edf))
    assert [r["median"] for r in after] == pytest.approx([r["median"] for r in before], rel=1e-6)


def test_values_over_time_are_compared_as_they_are(folder):
    time = np.arange(0.0, 510.0, 2.0)
    room = np.where(time < 210.0, 22.0, 23.0) + 0.1 * np.sin(time / 7.0)
    lines = [f"{t:.1f},{v:.3f}" for t, v in zip(time, room, strict=True)]
    (folder / "room.csv").write_text("time_s,room\n" + "\n".join(lines))
    text = (folder / "study.toml").read_text()
    (folder / "study.toml").write_text(
        text + '\n[[recording]]\nid = "room"\nfile = "room.csv"\nvisit = "1"\n'
        '[[channel]]\nid = "room"\nsignal = "values"\nunit = "Cel"\nmeasures = ["temperature"]\nrecordings = ["room"]\n'
    )
    (change,) = rows(plethys.Study.read(folder / "study.toml").run(), "changes", channel="room", window="follow_up")
    assert change["scale"] == "difference" and change["change"] == pytest.approx(1.0, abs=0.03)


# ------------------------------------------------------------------------------------------------ bad studies


def levels_of_others(report: plethys.Report, *without: str) -> list[dict]:
    return [r for r in rows(report, "levels") if r["channel"] not in without]


def test_a_missing_file_is_a_row_and_nothing_else_is_lost(folder, report):
    (folder / "ppg.npz").unlink()
    now = plethys.Study.read(folder / "study.toml").run()
    (problem,) = rows(now, "problems", code="missing_file")
    assert problem["recording"] == "ppg" and "ppg.npz: No such file" in problem["text"]
    lost = ("ppg_left_toe", "ppg_right_toe", "ppg_finger")
    assert levels_of_others(now, *lost) == levels_of_others(report, *lost)
    assert "No such file" in now.to_html()


def test_a_broken_file_and_a_missing_column_name_what_and_where(folder, report):
    (folder / "ppg.npz").write_bytes(b"PK\x03\x04 no zip")
    now = edited(folder, ('id = "pvr_finger"', 'id = "pvr_thumb"'))
    (broken,) = rows(now, "problems", code="unreadable_file")
    assert broken["recording"] == "ppg" and "ppg.npz" in broken["text"]
    (missing,) = rows(now, "problems", code="missing_column")
    assert missing["channel"] == "pvr_thumb" and "has no column 'pvr_thumb'; it has" in missing["text"]
    assert [r["median"] for r in rows(now, "levels", channel="pvr_left_ankle")] == [
        r["median"] for r in rows(report, "levels", channel="pvr_left_ankle")
    ]


def test_a_text_file_at_fault_names_its_line(folder):
    (folder / "ppg.csv").write_text("ppg_left_toe,ppg_finger\n1,2\nx,3\n4,5\n")
    now = edited(folder, ('file = "ppg.npz"', 'file = "ppg.csv"\nsample_rate = 125'))
    (toe,) = rows(now, "problems", code="unusable_channel", channel="ppg_left_toe")
    assert "line 3: expected a number in column 'ppg_left_toe', got 'x'" in toe["text"]


def test_a_rate_that_nobody_knows_is_said(folder):
    np.savez(folder / "ppg.npz", **{n: np.zeros(1000) for n in ("ppg_left_toe", "ppg_right_toe", "ppg_finger")})
    now = plethys.Study.read(folder / "study.toml").run()
    found = rows(now, "problems", code="unusable_channel")
    assert len(found) == 3 and all("give sample_rate in the study file" in p["text"] for p in found)


def test_different_rates_and_a_clock_elsewhere_are_said(folder, report):
    now = edited(
        folder,
        ('file = "ppg.npz"', 'file = "ppg.npz"\nclock_offset = 86400'),
        ('file = "pvr.npz"', 'file = "pvr.npz"\nsample_rate = 250'),
    )
    (apart,) = rows(now, "problems", code="clocks_apart", channel="pvr_left_ankle")
    assert "they share no moment; check start and clock_offset" in apart["text"]
    assert len(rows(now, "problems", code="phase_outside", channel="ppg_left_toe")) == 3
    (rate,) = rows(now, "problems", code="rate_differs", channel="pvr_left_ankle")
    assert "the study says 250 Hz, the file has 125 Hz" in rate["text"]
    medians = [r["median"] for r in rows(now, "levels", channel="pvr_left_ankle")]
    assert medians == [r["median"] for r in rows(report, "levels", channel="pvr_left_ankle")], "the file's rate counts"


def test_a_visit_without_beats_is_a_row(folder):
    arrays = dict(np.load(folder / "pvr.npz"))
    arrays["pvr_left_ankle"] = np.full_like(arrays["pvr_left_ankle"], 30000)
    np.savez(folder / "pvr.npz", **arrays)
    now = plethys.Study.read(folder / "study.toml").run()
    level = rows(now, "levels", channel="pvr_left_ankle", measure="amplitude", window="baseline")[0]
    assert (level["median"], level["absent"]) == (None, "no_beats")
    assert any("pvr_left_ankle" in text for text in now.problems)
    assert "no beats found" in now.to_html()


def test_a_phase_outside_the_recording_and_a_marker_that_was_never_set_are_rows(folder):
    now = edited(
        folder,
        ("duration = 300", "duration = 3000"),
        ('start = { marker = "intervention" }', 'start = { marker = "rub" }'),
    )
    codes = {p["code"] for p in rows(now, "problems")}
    assert {"phase_partly_outside", "unknown_marker"} <= codes
    assert rows(now, "levels", channel="pvr_left_ankle", window="baseline")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("duration = 60\n", "duration = 500\n", None),
        ('start = { marker = "baseline" }', "start = 100\n", None),
        ('recordings = ["ppg"]', 'recordings = ["pgp"]', r'line \d+, column \d+: channel \d, recordings: .*"pgp"'),
        ('signal = "ppg"', 'signal = "pgp"', r"line \d+, column \d+: channel \d, signal: expected one of"),
        ('side = "left"', "side = 3", r"line \d+, column \d+: channel 1, side: "),
        ("duration = 300", "duration = -1", r"line \d+, column \d+: phase 3, duration: .*positive"),
        ('kind = "follow_up"', 'kind = "afterwards"', r"line \d+.*phase 3, kind: expected one of"),
        ("[[channel]]", "[[chanel]]", r"line \d+.*chanel"),
        ('title = "', "title = ", r"line 3"),
    ],
)
def test_a_study_file_at_fault_names_line_and_key(folder, old, new, said):
    path = folder / "study.toml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    if said is None:  # found only when the markers are there: a row, not an error
        assert rows(plethys.Study.read(path).run(), "problems")
        return
    with pytest.raises(plethys.StudyError) as error:
        plethys.Study.read(path)
    assert re.search(said, str(error.value)), str(error.value)
    assert str(path) in str(error.value)
    line, column, *_ = error.value.faults[0]
    assert line > 0 and column > 0


def test_overlapping_phases_are_an_error_with_both_names(folder):
    path = folder / "study.toml"
    text = re.sub(r'start = \{ marker = "\w+" \}', "start = 10", path.read_text())
    path.write_text(text)
    with pytest.raises(plethys.StudyError, match=r'overlaps the phase "baseline"'):
        plethys.Study.read(path)


def test_a_file_that_is_no_text_is_said(tmp_path):
    (tmp_path / "s.toml").write_bytes(b"\xff\xfe\x00\x80")
    with pytest.raises(plethys.StudyError, match="byte 0 is not UTF-8"):
        plethys.Study.read(tmp_path / "s.toml")
    with pytest.raises(FileNotFoundError):
        plethys.Study.read(tmp_path / "gone.toml")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "the file is empty"),
        ("when,what\n1,a\n", "line 1: expected a column of times"),
        ("onset\ttrial_type\nsoon\tbaseline\n", "line 2: expected a time in seconds, got 'soon'"),
        ("onset\ttrial_type\n1\n", "line 2: expected 2 cells, got 1"),
    ],
)
def test_a_table_of_markers_at_fault_is_a_row(folder, text, said):
    (folder / "events.tsv").write_text(text)
    now = plethys.Study.read(folder / "study.toml").run()
    (problem,) = rows(now, "problems", code="unreadable_events")
    assert said in problem["text"]


# ------------------------------------------------------------------------------------------------ cuffs and shapes


def test_windows_have_averaged_beats_and_pvr_a_category_or_the_reason(report):
    shapes = rows(report, "shapes", window="follow_up")
    assert [row["channel"] for row in shapes] == [row["channel"] for row in report.tables["channels"].rows()]
    ankle, finger = (
        rows(report, "shapes", channel="pvr_left_ankle")[-1],
        rows(report, "shapes", channel="pvr_finger")[-1],
    )
    assert ankle["category"] == 1.0 and ankle["absent"] is None and ankle["notch"] == "clear"
    assert finger["category"] is None and finger["absent"] == "NotStated"
    (level,) = rows(report, "levels", channel="pvr_left_ankle", measure="amplitude", window="follow_up")
    assert ankle["amplitude"] == pytest.approx(level["median"], rel=0.03)
    page = report.to_html()
    assert "Averaged beats" in page and "no limits for finger" in page
    assert json.loads(report.to_json())["shapes"] == report.tables["shapes"].rows()


def test_a_cuff_off_its_target_leaves_beats_out_with_the_reason(folder, report):
    arrays = dict(np.load(folder / "pvr.npz"))
    seconds = np.arange(len(arrays["pvr_left_ankle"])) / 125.0
    arrays["cuff"] = np.where((seconds > 250.0) & (seconds < 400.0), 40.0, 65.0)
    np.savez(folder / "pvr.npz", **arrays)
    now = edited(folder, ('id = "pvr_left_ankle"', 'id = "pvr_left_ankle"\ncuff_column = "cuff"'))
    reasons = {r["reason"]: r["count"] for r in rows(now, "rejections", channel="pvr_left_ankle", measure="amplitude",
                                                     window="follow_up")}  # fmt: skip
    assert 130 < reasons["CuffPressure"] < 180
    before = rows(report, "levels", channel="pvr_left_ankle", measure="amplitude", window="follow_up")[0]
    after = rows(now, "levels", channel="pvr_left_ankle", measure="amplitude", window="follow_up")[0]
    assert after["accepted"] < before["accepted"] - 100
    gone = edited(folder, ('cuff_column = "cuff"', 'cuff_column = "vent"'))
    assert "no column 'vent' of the cuff's pressure" in rows(gone, "problems", code="missing_column")[0]["text"]
