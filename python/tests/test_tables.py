"""Tables: columns, rows, words, Arrow."""

from __future__ import annotations

import csv
import gc
import pickle

import numpy as np
import pytest

import plethys
from plethys import _plethys


@pytest.fixture(scope="module")
def beats() -> plethys.Beats:
    stream = plethys.datasets.synthetic(seconds=40.0, noise_db=30.0, gaps=[(20.0, 24.0)], spikes=[(10.0, 8.0)], seed=4)
    found = plethys.analyze(stream).beats
    assert not found.accepted.all() or np.isnan(found.end).any()
    return found


def test_columns_are_attributes_and_items_in_the_kernels_order(beats):
    assert beats.columns == [name for name, _, _ in _plethys.BEATS]
    assert set(beats.columns) <= set(dir(beats))
    for name in beats.columns:
        assert beats[name] is getattr(beats, name)
        assert len(beats[name]) == len(beats)
        assert name in beats
    assert dict(beats).keys() == set(beats.columns)
    with pytest.raises(AttributeError, match="no column or attribute 'peek'"):
        beats.peek  # noqa: B018
    with pytest.raises(KeyError, match="there are onset, peak"):
        beats["peek"]
    with pytest.raises(TypeError, match="not iterable"):
        iter(beats)


def test_types_and_units(beats):
    kinds = {name: beats[name].dtype.kind for name in beats.columns}
    for name, unit, _ in _plethys.BEATS:
        assert kinds[name] == {"bool": "b", "code": "O"}.get(unit, "f")
    assert beats.units["onset"] == "s" and beats.units["quality"] == "1" and "accepted" not in beats.units
    assert set(beats.reason) <= set(plethys.REASONS)
    assert [plethys.REASONS[code] for code in beats.codes("reason")] == list(beats.reason)
    with pytest.raises(KeyError, match="no column of words"):
        beats.codes("peak")


@pytest.mark.parametrize("table", [plethys.Beats, plethys.Rates, plethys.Trend, plethys.datasets.TrueBeats])
def test_the_columns_that_type_checkers_know_are_the_kernels(table):
    kinds = {"bool": "Bools", "code": "Texts"}
    assert table.__annotations__ == {name: kinds.get(unit, "Floats") for name, unit, _ in table._layout}
    assert not set(table.__annotations__) & set(vars(table)), "a class attribute hides a column"


def test_columns_cannot_be_written(beats):
    for name in ("peak", "accepted", "reason"):
        with pytest.raises(ValueError, match="read-only"):
            beats[name][0] = 0


def test_rows_are_chosen_by_mask_indices_and_slice(beats):
    good = beats[beats.accepted]
    assert isinstance(good, plethys.Beats) and len(good) == beats.accepted.sum()
    assert good.accepted.all()
    np.testing.assert_array_equal(beats[2:5].peak, beats.peak[2:5])
    np.testing.assert_array_equal(beats[[3, 1]].peak, beats.peak[[3, 1]])
    assert len(beats[:0]) == 0
    with pytest.raises(TypeError, match="a table takes"):
        beats[0]


def test_tables_are_equal_when_every_bit_is(beats):
    assert beats == pickle.loads(pickle.dumps(beats))
    assert beats != beats[1:]
    assert beats != "beats"


def test_bytes_are_the_columns_in_order(beats):
    numbers = sum(unit not in ("bool", "code") for _, unit, _ in _plethys.BEATS)
    assert len(beats.to_bytes()) == len(beats) * (8 * numbers + len(_plethys.BEATS) - numbers)
    assert beats.to_bytes().startswith(np.ascontiguousarray(beats.onset, "<f8").tobytes())


def check_frame(beats: plethys.Beats, column, is_missing) -> None:
    """Compares a frame with the table, value by value."""
    for name in beats.columns:
        values = column(name)
        assert len(values) == len(beats)
        for mine, theirs in zip(beats[name].tolist(), values, strict=True):
            if mine is None or mine != mine:
                assert is_missing(theirs), name
            else:
                assert mine == theirs, name


def test_pandas_reads_a_table(beats):
    pandas = pytest.importorskip("pandas")
    frame = beats.to_pandas()
    assert list(frame.columns) == beats.columns
    assert frame.attrs["units"]["peak"] == "s"
    check_frame(beats, lambda name: frame[name].tolist(), pandas.isna)
    frame.loc[0, "peak"] = -1.0  # a frame is the caller's own
    assert beats.peak[0] != -1.0
    assert pandas.DataFrame(dict(beats)).equals(beats.to_pandas())


def test_polars_reads_a_table(beats):
    polars = pytest.importorskip("polars")
    for frame in (beats.to_polars(), polars.DataFrame(beats)):
        check_frame(beats, lambda name, frame=frame: frame[name].to_list(), lambda value: value is None)


def test_pyarrow_reads_a_table_with_its_units(beats):
    pyarrow = pytest.importorskip("pyarrow")
    table = pyarrow.table(beats)
    check_frame(beats, lambda name: table[name].to_pylist(), lambda value: value is None)
    assert table.schema.field("peak").metadata == {b"unit": b"s"}
    assert pyarrow.schema(beats) == table.schema
    assert pyarrow.record_batch(beats).num_rows == len(beats)
    with pyarrow.RecordBatchReader.from_stream(beats) as reader:
        assert reader.read_all() == table


def test_duckdb_queries_a_table(beats):
    duckdb = pytest.importorskip("duckdb")
    pytest.importorskip("pyarrow")
    with duckdb.connect() as connection:
        count, rate = connection.execute("select count(*), avg(rate) from beats where accepted").fetchone()
    assert count == beats.accepted.sum()
    assert rate == pytest.approx(np.nanmean(beats.rate[beats.accepted]))


def test_an_empty_table_goes_through_arrow_too():
    pyarrow = pytest.importorskip("pyarrow")
    empty = plethys.Monitor(100.0).push(np.zeros(1))
    assert pyarrow.table(empty).num_rows == 0
    assert "0 rows" in repr(empty)
    assert empty.to_polars().height == 0


def test_arrow_capsules_that_nobody_takes_are_released(beats):
    for _ in range(20):
        beats.__arrow_c_stream__(), beats.__arrow_c_array__(), beats.__arrow_c_schema__()
    gc.collect()
    before = resident()
    for _ in range(3000):
        beats.__arrow_c_stream__(), beats.__arrow_c_array__(), beats.__arrow_c_schema__()
    gc.collect()
    # 3000 leaked exports of this table would be more than 50 MB.
    assert resident() - before < 20e6


def resident() -> float:
    """Bytes of memory that the process holds."""
    import resource

    try:
        with open("/proc/self/statm") as file:
            return int(file.read().split()[1]) * resource.getpagesize()
    except OSError:
        pytest.skip("no /proc here to read the memory from")


def test_csv_is_full_precision_with_empty_cells(beats, tmp_path):
    beats.to_csv(tmp_path / "beats.csv")
    with open(tmp_path / "beats.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == beats.columns
    assert [float(row["peak"]) for row in rows] == beats.peak.tolist()
    assert [row["reason"] or None for row in rows] == beats.reason.tolist()
    assert [row["end"] == "" for row in rows] == np.isnan(beats.end).tolist()


def test_representations(beats):
    assert f"Beats: {len(beats)} rows" in repr(beats) and "onset [s]" in repr(beats)
    assert "<th>onset [s]</th>" in beats._repr_html_()
    assert len(repr(beats).splitlines()) < 20
