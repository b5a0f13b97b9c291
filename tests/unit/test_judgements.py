"""The table of single judgements, written out by hand."""

import json
from dataclasses import replace
from pathlib import Path
from typing import cast

import numpy as np
import pandas as pd

from stargan.data.domains import Classes, LabelKind
from stargan.data.prepared import Prepared
from stargan.judge.classifier import Classifier
from stargan.judge.judge import Judge
from stargan.results.judged import COLUMNS, judged
from stargan.results.judgements import Judgements, described, judgements_of, write_judgements
from stargan.results.translations import Translations
from support.sets import LOOKS, NO_RECORD

MOODS = Classes(("angry", "neutral"), "mood")
JUDGE = Judge(cast(Classifier, None), MOODS, 4, "", weights_sha256="weights")


def bits(*rows: str) -> np.ndarray:
    return np.array([[int(bit) for bit in row] for row in rows], dtype=np.uint8)


def prepared(name: str, kind: LabelKind, labels: np.ndarray, people: list[str]) -> Prepared:
    n = len(labels)
    rows = pd.DataFrame({"source": "", "person": people, "split": ["train"] + ["test"] * (n - 1)})
    return Prepared(
        name,
        4,
        kind,
        np.zeros((n, 4, 4, 3), np.uint8),
        labels,
        rows,
        {"kind": "files"},
        {"kind": "whole"},
        "",
        f"digest of {name}",
    )


CELEBS = prepared("celebs", LOOKS, bits("100", "101", "000"), ["", "", "007"])
ACTORS = prepared("actors", MOODS, bits("10", "01", "10"), ["ann", "ann", "bob"])
SETS = {"celebs": CELEBS, "actors": ACTORS}


def index(dataset: str, rows: dict[int, tuple[int, str]]) -> pd.DataFrame:
    """Own translations: {position in the images: (face, target)}."""
    table = pd.DataFrame(list(rows.values()), columns=["image", "target"], index=list(rows))
    return table.assign(faces=dataset, labels=dataset, set="own", mask=dataset)


def celebs() -> pd.DataFrame:
    own = index("celebs", {0: (1, "Blond"), 1: (2, "Blond"), 4: (1, "Black"), 5: (2, "Blond+~Male")})
    # Blond but Black not cleared; all well and Male lost, which Blond did not ask; Black already; Male missing.
    return judged("celebs", SETS, own, bits("111", "011", "001", "010"))


def actors() -> pd.DataFrame:
    return judged("actors", SETS, index("actors", {2: (1, "angry"), 3: (2, "angry")}), bits("10", "01"))


def guests() -> pd.DataFrame:
    """Faces of celebs given the classes of actors, whose labels nobody knows."""
    rows = index("celebs", {6: (1, "angry"), 7: (2, "angry")}).assign(labels="actors", set="cross")
    return judged("actors", SETS, rows, bits("10", "01"))


def about(tables: list[pd.DataFrame]) -> Judgements:
    made = Translations(
        "both",
        "stargan",
        "0" * 32,
        7,
        4,
        ("celebs", "actors"),
        ("celebs", "actors"),
        (),
        {"parameters": 5},
        {"seed": 1},
        np.zeros(0),
        pd.DataFrame(),
        replace(NO_RECORD, digest="translations"),
    )
    wrong = {"celebs": np.array([[True, False, False]] * 2), "actors": np.array([False, False, True])}
    return judgements_of(
        made,
        tables,
        {name: described(SETS[name], JUDGE, wrong[name]) for name in SETS},
        {"actors": "neutral", "others": "calm"},
    )


def test_the_table_as_it_is_written(tmp_path: Path) -> None:
    write_judgements(tmp_path / "both", about([celebs(), pd.concat([actors(), guests()])]))
    assert (tmp_path / "both/judgements.csv").read_text().splitlines() == [
        "set,faces,image,person,labels,source,target,predicted,counts,wrong,others,others_wrong",
        "own,celebs,1,image 1,celebs,Black+Male,Blond,Black+Blond+Male,1,1,1,0",
        "own,celebs,2,007,celebs,,Blond,Blond+Male,1,0,1,1",
        "own,actors,1,ann,actors,neutral,angry,angry,1,0,0,0",
        "own,actors,2,bob,actors,angry,angry,neutral,0,1,0,0",
        "own,celebs,1,image 1,celebs,Black+Male,Black,Male,0,1,1,0",
        "own,celebs,2,007,celebs,,Blond+~Male,Blond,1,1,0,0",
        "cross,celebs,1,image 1,actors,,angry,angry,1,0,0,0",
        "cross,celebs,2,007,actors,,angry,neutral,1,1,0,0",
    ]


def test_what_is_told_of_the_run_and_its_datasets(tmp_path: Path) -> None:
    write_judgements(tmp_path / "both", about([celebs(), actors()]))
    told = json.loads((tmp_path / "both/judgements.json").read_text())
    datasets = told.pop("datasets")
    record = {key: told.pop(key) for key in ("form", "schema", "files", "made_from", "digest")}
    assert record["made_from"] == {"data/translations/both": "translations"}
    assert told == {
        "run": "both",
        "method": "stargan",
        "step": 7,
        "image_size": 4,
        "sizes": {"parameters": 5},
        "settings": {"seed": 1},
        "neutral": {"actors": "neutral"},
    }
    assert datasets["actors"] == {
        "synthetic": False,
        "origin": {"kind": "files"},
        "crop": {"kind": "whole"},
        "kind": MOODS.as_dict(),
        "images": {"train": 1, "test": 2},
        "real_error_percent": 33.333333,
        "real_n": 3,
        "real_wrong": 1,
        "prepared": "digest of actors",
        "judge": "weights",
    }
    # Of attributes bits are counted.
    assert (datasets["celebs"]["real_error_percent"], datasets["celebs"]["real_n"]) == (33.333333, 6)
    assert datasets["celebs"]["kind"]["names"] == ["Black", "Blond", "Male"]


def test_no_translations_leave_a_table_of_no_rows(tmp_path: Path) -> None:
    nothing = judged("actors", SETS, index("actors", {2: (1, "angry")})[:0], bits("10")[:0])
    write_judgements(tmp_path / "both", about([nothing, nothing]))
    assert (tmp_path / "both/judgements.csv").read_text() == ",".join(COLUMNS) + "\n"
