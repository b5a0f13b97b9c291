"""What the documents say is there, and is what the committed pipeline gave."""

import re
from pathlib import Path

import pytest

from stages.report import COMPARISON, END, PAGES, TABLE, shown
from stargan.core.params import leaves, load, read_yaml

ROOT = Path(__file__).parents[2]
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]


@pytest.mark.parametrize(("page", "results"), PAGES.items(), ids=lambda path: path.stem)
def test_a_page_shows_the_committed_results(page: Path, results: Path) -> None:
    def block(begin: str) -> str:
        return (ROOT / page).read_text().split(f"{begin}\n")[1].split(END)[0]

    assert block(TABLE) == f"{shown(load(ROOT / 'params.yaml'), ROOT / results)}\n"
    assert block(COMPARISON) == (ROOT / results / "comparison.md").read_text()


def test_the_readmes_results_are_rows_of_them() -> None:
    rows = (ROOT / "README.md").read_text().split("## Results\n")[1].split("\n## ")[0].splitlines()
    rows = [row for row in rows if row.startswith("|")]
    assert len(rows) == 10
    assert set(rows) <= set(shown(load(ROOT / "params.yaml"), ROOT / [*PAGES.values()][-1]).splitlines())


def test_the_readme_is_read_once() -> None:
    assert len((ROOT / "README.md").read_text().splitlines()) < 150


@pytest.mark.parametrize(("title", "files", "lines"), [("one training step", 8, 700), ("one metric", 6, 350)])
def test_a_path_through_the_code_is_short(title: str, files: int, lines: int) -> None:
    text = (ROOT / "docs/architecture.md").read_text().split(f"## Reading {title}\n")[1].split("\n## ")[0]
    paths = re.findall(r"^\d\. \[.*?\]\(\.\./(.+?)\)", text, re.M)
    assert len(paths) == files
    assert sum(len((ROOT / path).read_text().splitlines()) for path in paths) <= lines


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_and_pictures_lead_somewhere(document: Path) -> None:
    targets = [target for target in re.findall(r"\]\(([^)#]+)\)", document.read_text()) if "://" not in target]
    missing = [target for target in targets if not (document.parent / target).exists()]
    assert not missing


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_params_that_are_named_exist(document: Path) -> None:
    known = {key for key, _ in leaves(read_yaml(ROOT / "params.yaml"))}
    sections = {".".join(key.split(".")[:depth]) for key in known for depth in range(1, 4)}
    roots = "synthesize|datasets|classifier|train|bookkeeping|runs|diat|cyclegan|icgan|compare|study|translate|evaluate"
    named = set(re.findall(rf"(?<![\w./])((?:{roots})(?:\.[a-z_0-9]+)+)(?![\w/(])", document.read_text()))
    named -= {"datasets.mine", "runs.mine"}  # the reader's own
    unknown = {
        name for name in named if name not in known | sections and not re.search(r"\.(py|md|json|yaml|safetensors)$", name)
    }
    assert not unknown


def test_pictures_are_small() -> None:
    pictures = re.findall(r"\]\(([^)]+\.png)\)", (ROOT / "README.md").read_text())
    assert pictures
    assert all((ROOT / picture).stat().st_size < 1_000_000 for picture in pictures)
