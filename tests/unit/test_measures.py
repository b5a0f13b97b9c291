"""The table of measures and the headline taken from it."""

import json
import posixpath
import re
from pathlib import Path

import pytest

from stargan.core.measures import MOST, Measure, headline, named, read_measures, united, write_measures
from stargan.data.domains import Attributes
from stargan.errors import Fault
from support.odd_names import ODD


def of(dataset: str, **values: float) -> list[Measure]:
    """Measures over all targets."""
    return [Measure(name, dataset, "", value) for name, value in values.items()]


def test_the_headline_is_rounded_and_in_one_order() -> None:
    found = headline([*of("a", kept_l1=0.123456, error=1.23456, unknown=5), Measure("error", "a", "happy", 99)])
    assert json.dumps(found) == '{"error": 1.23, "kept_l1": 0.1235}'


def test_several_datasets_have_means_and_an_error_each() -> None:
    found = headline([*of("a", error=1, kid=4), *of("b", error=2, kid=5), *of("c", error=6)])
    assert found == {"error": 3, "error_a": 1, "error_b": 2, "error_c": 6, "kid": 4.5}


def test_no_run_has_more_than_twelve_numbers() -> None:
    names = ["error", "preserved_error", "fid", "kid", "changed_ratio", "kept_l1", "cross_error", "wrong_mask_error"]
    for datasets, each in ((4, True), (5, False)):
        found = headline([one for i in range(datasets) for one in of(f"d{i}", **dict.fromkeys(names, 1.0))])
        assert len(found) == len(names) + (datasets if each else 0) <= MOST
        assert ("error_d0" in found) == each


@pytest.mark.parametrize("order", [1, -1])
def test_a_mean_of_fids_of_which_one_is_biased_is_biased(order: int) -> None:
    parts = [of("a", fid_classifier=10), of("b", fid_classifier_biased=20)][::order]
    assert headline([one for part in parts for one in part]) == {"fid_classifier_biased": 15}


def test_a_table_is_read_as_it_was_written(tmp_path: Path) -> None:
    measures = [
        Measure("error", "moods", 'a "quoted", one', 1 / 3, 0.0, 2.5, 7),
        Measure("step", "", "", 5000),
        Measure("error", "faces", "-Male+~Young", 50.0, n=2),
        Measure("cross_sharpness", "moods", "line\nend", -0.0000004),
    ]
    write_measures(tmp_path / "run.csv", measures)
    found = read_measures(tmp_path / "run.csv", "")
    assert [(one.key, one.low, one.high, one.n) for one in found] == [
        (one.key, one.low, one.high, one.n) for one in measures
    ]
    assert [one.value for one in found] == [0.333333, 5000, 50, 0]
    assert (tmp_path / "run.csv").read_text().splitlines()[:3] == [
        "measure,dataset,target,value,low,high,n",
        'error,moods,"a ""quoted"", one",0.333333,0.0,2.5,7',
        "step,,,5000,,,",
    ]


def test_a_measure_is_written_once(tmp_path: Path) -> None:
    twice = [Measure("error", "faces", "~Male", 1), Measure("error", "faces", "", 2), Measure("error", "faces", "~Male", 1)]
    with pytest.raises(ValueError, match="measured twice: error/faces/~Male"):
        write_measures(tmp_path / "run.csv", twice)
    assert not (tmp_path / "run.csv").exists()


def test_a_table_that_has_a_key_twice_is_refused(tmp_path: Path) -> None:
    (tmp_path / "run.csv").write_text(f"{HEAD}error,a,x,1,,,\nfid,a,x,1,,,\nerror,a,x,2,,,\n")
    with pytest.raises(Fault, match="measured twice: error/a/x"):
        read_measures(tmp_path / "run.csv", "")


HEAD = "measure,dataset,target,value,low,high,n\n"


@pytest.mark.parametrize("text", [None, "", "\0", "measure,value\nerror,1\n", f"{HEAD}e,a,,x,,,\n", f"{HEAD}e,a\n"])
def test_what_is_no_table_is_one_line_with_a_remedy(text: str | None, tmp_path: Path) -> None:
    path = tmp_path / "run.csv"
    if text is not None:
        path.write_text(text)
    with pytest.raises(Fault, match=r"run\.csv: no measures there \(.+\); run it") as raised:
        read_measures(path, "run it")
    assert "\n" not in str(raised.value)


def test_names_are_those_that_mlflow_takes() -> None:
    measures = [Measure("error", "faces", "Blond_Hair+~Male", 1), Measure("fid", "faces", "-Male", 2)]
    measures += [Measure("fid", "faces", "", 3), Measure("step", "", "", 4)]
    found = named(measures)
    assert found == {"error/faces Blond_Hair and flip Male": 1, "fid/faces -Male": 2, "fid/faces": 3, "step": 4}
    assert not any(other.startswith(f"{name}/") for name in found for other in found)


MLFLOW = re.compile(r"[/\w.\- :]+")  # its own rule for the names of metrics


def test_no_two_measures_have_one_name() -> None:
    """Catches a name that was made fit for MLflow by leaving something of it out."""
    kind = Attributes(tuple(ODD))
    targets = [
        *ODD,
        *kind.domains(),
        *kind.singles(),
        "a+b",
        "~a+~b",
        "~a and ~b",
        "flip a and flip b",
        " a",
        "a ",
        "flip  x",
    ]
    measures = [Measure(name, "faces", target, 1) for name in ("error", "fid") for target in dict.fromkeys(targets)]
    found = named(measures)
    assert len(found) == len(measures)
    assert all(MLFLOW.fullmatch(name) and posixpath.normpath(name) == name and name.count("/") == 1 for name in found)


def test_a_measure_is_named_once() -> None:
    with pytest.raises(ValueError, match="measured twice: error/faces flip Male"):
        named([Measure("error", "faces", "~Male", 1), Measure("error", "faces", "~Male", 2)])


def test_numbers_of_one_key_are_an_error() -> None:
    assert united({"a": 1}, {"b": 2.5}) == {"a": 1, "b": 2.5}
    with pytest.raises(ValueError, match="measured twice: a"):
        united({"a": 1, "b": 2}, {"a": 1})
