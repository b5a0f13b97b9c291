"""The table of results and the pages that it is put into."""

from pathlib import Path

import pytest

from stages.report import COMPARISON, END, TABLE, put, table, with_rows
from stargan.core.measures import Measure
from stargan.errors import Fault

PAGE = f"# Results\n{TABLE}\nold\nolder\n{END}\nHow to read it.\n{COMPARISON}\n{END}\n"


def test_a_run_is_a_column_and_a_measure_a_row() -> None:
    runs = {"one": [Measure("error", "mine", "a|b", 12.345, 10, 15, 200)], "two": [Measure("noise", "mine", "", 0.5)]}
    assert table(runs).splitlines() == [
        "| | one | two |",
        "|---|---|---|",
        "| mine, a&#124;b: error, % | 12.3 [10.0, 15.0], n 200 | - |",
        "| mine: noise on the pixels that stay, their own detail being 1 | - | 0.50 |",
    ]


def test_a_block_is_replaced_and_the_rest_of_the_page_stays(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(PAGE)
    for _ in range(2):
        put(page, {TABLE: "new\n", COMPARISON: "compared\n"})
        assert page.read_text() == f"# Results\n{TABLE}\nnew\n{END}\nHow to read it.\n{COMPARISON}\ncompared\n{END}\n"


@pytest.mark.parametrize(
    ("text", "lacks"),
    [("# Results\n", TABLE), (f"{COMPARISON}\n{END}\n", TABLE), (f"{TABLE}\nold\n", END), (f"{END}\n{TABLE}\nold\n", END)],
)
def test_a_page_without_the_lines_of_a_block_is_named_and_stays(tmp_path: Path, text: str, lacks: str) -> None:
    page = tmp_path / "page.md"
    page.write_text(text)
    with pytest.raises(Fault, match=f"page.md: it lacks .{lacks}"):
        put(page, {TABLE: "new\n"})
    assert page.read_text() == text


def test_a_page_that_lacks_its_second_block_keeps_its_first(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"{COMPARISON}\nold\n{END}\n")
    with pytest.raises(Fault):
        put(page, {COMPARISON: "new\n", TABLE: "new\n"})
    assert page.read_text() == f"{COMPARISON}\nold\n{END}\n"


def test_rows_of_a_page_are_the_tables_by_their_first_cell() -> None:
    page = "A row:\n\n| | one |\n|---|---|\n| b: error | old |\n| unknown | stays |\n"
    made = with_rows(page, "| | one |\n|---|---|\n| a: error | 1 |\n| b: error | 2 |\n| b: error of | 3 |")
    assert made == "A row:\n\n| | one |\n|---|---|\n| b: error | 2 |\n| unknown | stays |\n"
