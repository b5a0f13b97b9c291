"""Label tables in every odd and bad form: read by name, or refused with the line's number."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from faults.cells import IDENTICAL, REFUSED, Tell
from faults.raw import SOURCES, STAGES, assert_refused, sound_png, workspace, write_raw
from support.processes import hashes
from support.stages import Stages

NAMES = ("Bald", "Smiling", "Young")
ROWS = {f"{n:06d}.png": (1 if n % 2 else -1, 1 if n > 3 else -1, 1) for n in range(1, 7)}
FORMS = ("txt", "csv")
Lines = list[str]


def lines_of(form: str) -> Lines:
    """Return the lines of a sound table: in the .txt form a row stands one line further down."""
    if form == "csv":
        return [",".join(("image_id", *NAMES)), *(",".join((name, *map(str, row))) for name, row in ROWS.items())]
    return [
        str(len(ROWS)),
        " ".join(NAMES) + " ",
        *(f"{name} {' '.join(f'{value:2d}' for value in row)}" for name, row in ROWS.items()),
    ]


def first_row(form: str) -> int:
    """Return the index of the first row."""
    return 2 if form == "txt" else 1


def content(lines: Lines, end: str = "\n") -> bytes:
    """Return lines as bytes."""
    return "".join(line + end for line in lines).encode()


def columns(form: str, order: tuple[int, ...]) -> Lines:
    """Return the table with its columns in another order."""
    separator = "," if form == "csv" else " "
    head = [NAMES[i] for i in order]
    rows = [separator.join((name, *(str(row[i]) for i in order))) for name, row in ROWS.items()]
    return ([",".join(("image_id", *head))] if form == "csv" else [str(len(ROWS)), " ".join(head)]) + rows


# name -> the table's bytes, whose meaning is the same
ACCEPTED: dict[str, Callable[[str], bytes]] = {
    "CRLF": lambda form: content(lines_of(form), "\r\n"),
    "BOM": lambda form: b"\xef\xbb\xbf" + content(lines_of(form)),
    "BOM and CRLF": lambda form: b"\xef\xbb\xbf" + content(lines_of(form), "\r\n"),
    "uneven blanks": lambda form: content(
        [line.replace("," if form == "csv" else " ", " , " if form == "csv" else " \t  ") for line in lines_of(form)]
    ),
    "blanks at the ends": lambda form: content([f"  {line}  " for line in lines_of(form)]),
    "blank lines": lambda form: content([*lines_of(form), "", "  "]),
    "no newline at the end": lambda form: content(lines_of(form))[:-1],
    "shuffled columns": lambda form: content(columns(form, (2, 0, 1))),
    "mirrored columns": lambda form: content(columns(form, (2, 1, 0))),
}


def replaced(form: str, old: str, new: str, row: int = 1) -> bytes:
    """Return the table with a text in one row replaced."""
    lines = lines_of(form)
    at = first_row(form) + row
    lines[at] = lines[at].replace(old, new)
    return content(lines)


def without(form: str, row: int) -> bytes:
    """Return the table without a row, its count mended."""
    lines = lines_of(form)
    del lines[first_row(form) + row]
    return content([str(len(ROWS) - 1), *lines[1:]] if form == "txt" else lines)


def added(form: str) -> bytes:
    """Return the table with a row more, its count mended."""
    more = lines_of(form)[-1].replace("000006", "000099")
    lines = [*lines_of(form), more]
    return content([str(len(ROWS) + 1), *lines[1:]] if form == "txt" else lines)


def renamed(form: str, old: str, new: str) -> bytes:
    """Return the table with an attribute's name changed."""
    return content([line.replace(old, new) for line in lines_of(form)])


def cut(form: str) -> bytes:
    """Return the table as a broken download leaves it: within its last row."""
    return content(lines_of(form))[:-4]


# name -> the table's bytes, and what is said (LINE: the number of the second row's line)
BAD: dict[str, Callable[[str], tuple[bytes, str]]] = {
    "short row": lambda form: (short(form), "table:LINE: .*2 values"),
    "long row": lambda form: (replaced(form, ".png", ".png,1" if form == "csv" else ".png 1"), "table:LINE: .*4 values"),
    "duplicate name": lambda form: (replaced(form, "000002", "000001"), "table:LINE: .*already"),
    "value 0": lambda form: (value(form, "0"), "table:LINE: Young = '0' is not 1 or -1"),
    "value 2": lambda form: (value(form, "2"), "table:LINE: Young = '2' is not 1 or -1"),
    "value 1.0": lambda form: (value(form, "1.0"), "table:LINE: Young = '1.0' is not 1 or -1"),
    "value yes": lambda form: (value(form, "yes"), "table:LINE: Young = 'yes' is not 1 or -1"),
    "value in other digits": lambda form: (value(form, "\u0661"), "table:LINE: Young = .* is not 1 or -1"),
    "missing attribute": lambda form: (renamed(form, "Young", "Yuong"), "attribute 'Young' is not in .*table"),
    "repeated attribute": lambda form: (renamed(form, "Smiling", "Young"), f"table:{first_row(form)}: .*repeated"),
    "file without a row": lambda form: (without(form, 1), r"000002\.png has no row in table"),
    "row without a file": lambda form: (added(form), rf"000099\.png has no file, only line {first_row(form) + 7} of table"),
    "NUL": lambda form: (replaced(form, "000002", "00\x0002"), "table:LINE: holds a NUL"),
    "not UTF-8": lambda form: (replaced(form, "000002", "00#02").replace(b"#", b"\xff"), "table:LINE: is not UTF-8"),
    "UTF-16": lambda form: (content(lines_of(form)).decode().encode("utf-16"), "table:1: "),
    "empty": lambda _: (b"", "table: is empty"),
    "blank lines alone": lambda _: (b"\n \n", "table: is empty"),
    "HTML": lambda _: (b"<!doctype html>\n<p>quota</p>\n", "table:[12]: |table: "),
    "header alone": lambda form: (content(["0", " ".join(NAMES)] if form == "txt" else lines_of(form)[:1]), "no row"),
    "cut within the last row": lambda form: (cut(form), f"table:{first_row(form) + 6}: "),
    "carriage returns alone": lambda form: (content(lines_of(form), "\r"), "table:1: |no row below"),
}


def short(form: str) -> bytes:
    """Return the table with a value of the second row missing."""
    lines = lines_of(form)
    at = first_row(form) + 1
    lines[at] = lines[at].rsplit("," if form == "csv" else None, 1)[0]
    return content(lines)


def value(form: str, text: str) -> bytes:
    """Return the table with the last value of the second row replaced."""
    lines = lines_of(form)
    at = first_row(form) + 1
    lines[at] = lines[at].rsplit("," if form == "csv" else None, 1)[0] + ("," if form == "csv" else " ") + text
    return content(lines)


COUNTS = {"count too high": "7", "count too low": "5", "count missing": "", "count in words": "six", "count negative": "-6"}


def labels_of(work: Path) -> dict[str, list[int]]:
    """Return what `prepare` made of the table: each picture's labels."""
    made = work / "data/prepared/celeba/16"
    rows = pd.read_csv(made / "rows.csv", dtype=str, keep_default_na=False)
    return dict(zip(rows["source"], np.load(made / "labels.npy").tolist(), strict=True))


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("kind", ACCEPTED)
def test_an_odd_table_means_the_same(
    stages: Stages, params: Path, tmp_path: Path, tell: Tell, kind: str, form: str, source: str
) -> None:
    """Catch labels taken by position, and a form that Windows or a spreadsheet leaves taken for damage."""
    table = ACCEPTED[kind](form)
    assert table != content(lines_of(form))
    work = workspace(params, tmp_path)
    write_raw(work, source, dict.fromkeys(ROWS, sound_png()), table)
    ended = stages.run(work, "prepare celeba")
    assert ended.status == 0, ended
    assert labels_of(work) == {name: [int(bald == 1), int(young == 1)] for name, (bald, _, young) in ROWS.items()}
    tell("label tables", f"{kind} (.{form})", STAGES[source], IDENTICAL)


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("kind", BAD)
def test_a_bad_table_is_refused_with_its_line(
    stages: Stages, params: Path, tmp_path: Path, tell: Tell, kind: str, form: str, source: str
) -> None:
    """Catch a row that moves all labels below it, and a value that silently becomes a label."""
    table, said = BAD[kind](form)
    assert table != content(lines_of(form))
    refused(stages, params, tmp_path, source, table, said.replace("LINE", str(first_row(form) + 2)))
    tell("label tables", f"{kind} (.{form})", STAGES[source], REFUSED)


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("kind", COUNTS)
def test_a_wrong_count_is_refused(stages: Stages, params: Path, tmp_path: Path, tell: Tell, kind: str, source: str) -> None:
    """Catch a cut table, which only its first line tells."""
    count = [COUNTS[kind]] if COUNTS[kind] else []
    refused(stages, params, tmp_path, source, content(count + lines_of("txt")[1:]), "table:1: ")
    tell("label tables", f"{kind} (.txt)", STAGES[source], REFUSED)


def refused(stages: Stages, params: Path, folder: Path, source: str, table: bytes, said: str) -> None:
    """Assert that a table is refused and what is said of it."""
    work = workspace(params, folder)
    write_raw(work, source, dict.fromkeys(ROWS, sound_png()), table)
    before = hashes(work)
    assert_refused(stages.run(work, "prepare celeba"), work, before, said)
