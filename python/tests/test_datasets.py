"""The catalogue, fetching, synthetic recordings."""

from __future__ import annotations

import functools
import hashlib
import http.server
import json
import threading

import numpy as np
import pytest

import plethys
from plethys import datasets


@pytest.fixture
def server(tmp_path):
    """A server on localhost with one file, and how often it was asked."""
    folder = tmp_path / "served"
    folder.mkdir()
    asked: list[str] = []

    class Handler(http.server.SimpleHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            super().do_GET()

        def log_message(self, *_):
            pass

    httpd = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, directory=str(folder)))
    thread = threading.Thread(target=httpd.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{httpd.server_port}", folder, asked
    httpd.shutdown()
    httpd.server_close()
    thread.join()


@pytest.fixture
def catalogue(monkeypatch, tmp_path):
    """A catalogue of one dataset with these files, and a cache of its own."""
    monkeypatch.setenv("PLETHYS_CACHE", str(tmp_path / "cache"))

    def with_files(*files: datasets.RemoteFile) -> None:
        entry = datasets.Dataset("local", "Local", "", None, None, None, None, None, "", "https://example.org", files)
        monkeypatch.setattr(datasets, "_catalogue", lambda: [entry])

    return with_files


CONTENT = b"t_s,ppg\n0.00,1\n0.01,2\n0.02,3\n"


def test_fetch_downloads_once_records_the_digest_and_enforces_it(server, catalogue, tmp_path):
    url, folder, asked = server
    (folder / "a.csv").write_bytes(CONTENT)
    catalogue(datasets.RemoteFile("sub/a.csv", f"{url}/a.csv", None))
    (path,) = datasets.fetch("local")
    assert path == tmp_path / "cache" / "local" / "sub" / "a.csv"
    assert path.read_bytes() == CONTENT
    assert len(plethys.read(path)) == 3
    recorded = json.loads((tmp_path / "cache" / "local" / "sha256.json").read_text())
    assert recorded == {"sub/a.csv": hashlib.sha256(CONTENT).hexdigest()}
    assert datasets.fetch("local") == [path]
    assert asked == ["/a.csv"]

    path.write_bytes(CONTENT + b"0.03,4\n")  # changed on disk
    with pytest.raises(datasets.FetchError, match=r"a\.csv is not the file it was: sha256 .* expected"):
        datasets.fetch("local")
    path.unlink()
    (folder / "a.csv").write_bytes(b"something else")  # changed at the source
    with pytest.raises(datasets.FetchError, match="is not the file it was"):
        datasets.fetch("local")
    assert not path.exists()
    (folder / "a.csv").write_bytes(CONTENT)
    assert datasets.fetch("local") == [path]


def test_a_stated_digest_is_enforced_from_the_first_fetch(server, catalogue, tmp_path):
    url, folder, _ = server
    (folder / "a.csv").write_bytes(CONTENT)
    catalogue(datasets.RemoteFile("a.csv", f"{url}/a.csv", "0" * 64))
    with pytest.raises(datasets.FetchError, match="is not the file it was"):
        datasets.fetch("local")
    catalogue(datasets.RemoteFile("a.csv", f"{url}/a.csv", hashlib.sha256(CONTENT).hexdigest()))
    assert datasets.fetch("local")[0].read_bytes() == CONTENT


def test_fetch_shows_progress_when_asked(server, catalogue, capfd):
    url, folder, _ = server
    (folder / "big.bin").write_bytes(bytes(3_000_000))
    catalogue(datasets.RemoteFile("big.bin", f"{url}/big.bin", None))
    datasets.fetch("local", progress=True)
    out, err = capfd.readouterr()
    assert out == "" and "big.bin" in err


def test_what_cannot_be_fetched_is_said(server, catalogue):
    url, _, _ = server
    catalogue(datasets.RemoteFile("gone.csv", f"{url}/gone.csv", None))
    with pytest.raises(datasets.FetchError, match=r"local: .*gone\.csv could not be fetched: 404"):
        datasets.fetch("local")
    catalogue(datasets.RemoteFile("a.csv", "http://127.0.0.1:9/a.csv", None))
    with pytest.raises(datasets.FetchError, match="could not be fetched"):
        datasets.fetch("local")
    catalogue()
    with pytest.raises(datasets.FetchError, match=r"by hand from https://example\.org"):
        datasets.fetch("local")
    with pytest.raises(KeyError, match="no dataset is named 'locale'; there are local"):
        datasets.fetch("locale")


def test_the_catalogue_lists_the_fields_datasets():
    entries = {entry.name: entry for entry in datasets.list()}
    assert {"bidmc", "capnobase", "ppg_dalia", "wesad", "troika", "welltory", "heartpy"} <= set(entries)
    assert entries["bidmc"].rate_hz == 125.0 and entries["bidmc"].fetchable
    assert not entries["capnobase"].fetchable
    assert all(entry.citation and entry.source.startswith("https://") for entry in entries.values())
    from plethys import _plethys

    assert all(f'name = "{name}"' in _plethys.catalogue_toml() for name in entries)


def test_heartpys_recordings_are_read_from_its_package_without_importing_it(heartpy):
    import sys

    assert [recording.name for recording in heartpy] == ["data", "data2", "data3"]
    assert [len(recording) for recording in heartpy] == [2483, 15000, 68476]
    assert heartpy[0].sample_rate == 100.0
    assert heartpy[1].sample_rate == pytest.approx(116.99, abs=0.01)
    assert heartpy[2].time is not None  # bursts of equal stamps
    assert "heartpy" not in sys.modules


def test_a_package_that_is_not_installed_is_said(monkeypatch):
    package = datasets.Package("nowhere", "1.0", ("nowhere/data/a.csv",))
    with pytest.raises(datasets.FetchError, match=r"pip install nowhere==1\.0"):
        datasets._installed(package)
    package = datasets.Package("numpy", "1.0", ("numpy/data/a.csv",))
    with pytest.raises(datasets.FetchError, match=r"a\.csv is not in numpy"):
        datasets._installed(package)


# ------------------------------------------------------------------------------------------ synthetic


def test_synthetic_streams_are_what_was_asked_for():
    stream = datasets.synthetic(seconds=30.0, sample_rate=200.0, pulse_rate=90.0, perfusion_index=1.0, dc=1e5, seed=1)
    assert stream.samples.shape == (6000,)
    assert stream.samples.mean() == pytest.approx(1e5, rel=0.01)
    visible = stream.truth.beats[stream.truth.beats.visible]
    np.testing.assert_allclose(visible.rate[:-1], 90.0, rtol=1e-6)
    np.testing.assert_allclose(visible.perfusion_index[:-1], 1.0, rtol=0.02)
    np.testing.assert_allclose(visible.amplitude, 1000.0, rtol=0.01)
    assert visible.units["amplitude"] == stream.unit == "counts"


def test_the_same_arguments_give_the_same_bits_and_another_seed_others():
    one, two, three = (datasets.synthetic(seconds=5.0, noise_db=20.0, seed=seed).samples for seed in (1, 1, 2))
    assert one.tobytes() == two.tobytes() != three.tobytes()


def test_disturbances_arrive_and_are_part_of_the_truth():
    stream = datasets.synthetic(
        seconds=30.0, gaps=[(5.0, 6.0)], flats=[(10.0, 11.0)], motion=[(15.0, 20.0)], clip=(0.0, 0.1)
    )
    assert np.isnan(stream.samples[625:750]).all() and not np.isnan(stream.samples[:625]).any()
    assert np.ptp(stream.samples[1251:1375]) == 0.0
    assert stream.motion.shape == (3750, 3)
    assert stream.motion[2000:2400].std() > 5 * stream.motion[:1000, 0].std()
    truth = stream.truth
    assert (truth.gaps, truth.flats, truth.motion) == ([(5.0, 6.0)], [(10.0, 11.0)], [(15.0, 20.0)])
    assert np.nanmax(stream.samples) <= truth.rails[1]
    assert not truth.beats.visible.all() and truth.beats.disturbed.any()


@pytest.mark.parametrize("rhythm", ["regular", "atrial_fibrillation", "bigeminy", "ectopics", "alternans", "pauses"])
def test_rhythms(rhythm):
    beats = datasets.synthetic(seconds=60.0, rhythm=rhythm, seed=2).truth.beats
    assert len(beats) > 40
    assert beats.ectopic.any() == (rhythm in {"bigeminy", "ectopics"})


@pytest.mark.parametrize(
    ("keywords", "said"),
    [
        ({"signal": "ecg"}, "signal must be one of"),
        ({"rhythm": "waltz"}, 'rhythm must be one of "regular"'),
        ({"sample_rate": 0.0}, "sample_rate must be within"),
        ({"perfusion_index": -1.0}, "perfusion_index must be within"),
    ],
)
def test_what_cannot_be_made_is_said(keywords, said):
    with pytest.raises(ValueError, match=said):
        datasets.synthetic(**keywords)


def test_stress_sets_come_with_what_is_asked():
    sets = {one.name: one for one in datasets.stress_sets()}
    assert len(sets) > 15
    stream = sets["deep_dicrotic_notch"].make(1, seconds=20.0)
    assert len(stream) == 20 * stream.sample_rate
    assert stream.truth.beats.visible.sum() > 12
    assert any(one.least_f1 for one in sets.values()) and any(
        one.most_beats_per_minute is not None for one in sets.values()
    )
    assert stream.samples.tobytes() != sets["deep_dicrotic_notch"].make(2, seconds=20.0).samples.tobytes()


def test_the_source_study_shows_its_planted_change_through_the_raw_streams():
    study = plethys.datasets.source_study(seed=2, baseline=180, massage=60, follow_up=400, hold=180)
    assert [kind for kind, _, _ in study.phases] == ["baseline", "intervention", "follow_up"]
    assert study.recordings["pvr_finger"].inverted and study.recordings["ppg_left_toe"].inverted
    leg = study.recordings["pvr_left_ankle"]
    result = plethys.analyze(leg)
    assert result.units["amplitude"] == "mm[Hg]"
    for start, end in ((0, 180), (460, 640)):
        seen = (result.beats.peak >= start) & (result.beats.peak < end) & result.beats.accepted
        true = (leg.truth.time >= start) & (leg.truth.time < end)
        median = np.median(leg.truth.amplitude[true])
        assert np.nanmedian(result.beats.amplitude_corrected[seen]) == pytest.approx(median, rel=0.02)
    beats = plethys.datasets.source_study(seed=2, waveforms=False).recordings["pvr_left_ankle"].truth
    assert set(beats.level[beats.time < 600]) == {0.81}
