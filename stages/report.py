"""Print docs/results.md's table of results from metrics/: `python -m stages.report`.

With `--write` it puts the table and metrics/comparison.md into docs/results.md, those of docs/showcase/ into
docs/showcase.md, and rows of the latter's table into the README. Not a DVC stage. A test holds the pages to it.
"""

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path

from stargan.core.files import write_bytes
from stargan.core.measures import MEASURES, Measure, by_key, read_measures
from stargan.core.params import Params, load
from stargan.errors import Fault, main

README = Path("README.md")
PAGES = {Path("docs/results.md"): Path("metrics"), Path("docs/showcase.md"): Path("docs/showcase")}
"""Each page with the folder of the results that it shows; the README shows the last one's."""

TABLE, COMPARISON, END = "<!-- results: python -m stages.report -->", "<!-- comparison -->", "<!-- end -->"

REMEDY = "run dvc repro; docs/showcase.md says how docs/showcase is made"

Measures = Mapping[str, Measure]
"""A run's measures by their keys."""

ROWS = (  # label, measure, digits, whether each target has a row
    ("error, %", "error", 1, True),
    ("error on attributes not asked for, %", "preserved_error", 1, False),
    ("error on real test images (the classifier's own), %", "classifier_error", 1, False),
    ("FID on classifier features", "fid_classifier", 1, False),
    ("FID on classifier features, biased: fewer images than features", "fid_classifier_biased", 1, False),
    ("KID on classifier features", "kid_classifier", 2, False),
    ("L1 to the truth on the pixels that change", "changed_l1", 3, False),
    ("the same of no edit", "no_edit_changed_l1", 3, False),
    ("L1 on the pixels that change, no edit being 1", "changed_ratio", 2, True),
    ("L1 to the truth on the pixels that stay", "kept_l1", 3, False),
    ("noise on the pixels that stay, their own detail being 1", "noise", 2, False),
    ("reconstruction, PSNR in dB", "reconstruction_psnr", 1, False),
    ("reconstruction, SSIM", "reconstruction_ssim", 3, False),
    ("on faces of another dataset: error, %", "cross_error", 1, False),
    ("the same under the wrong mask vector, %", "wrong_mask_error", 1, False),
    ("on faces of another dataset: L1 on the pixels that change, no edit being 1", "cross_changed_ratio", 2, False),
    ("on faces of another dataset: L1 to the truth on the pixels that stay", "cross_kept_l1", 3, False),
)


def cell(one: Measure | None, digits: int) -> str:
    """Return a value with its 95 % interval and n where it has them, '-' where it does not apply."""
    if one is None:
        return "-"
    interval = ""
    if one.low is not None:
        interval = f" [{one.low:.{digits}f}, {one.high:.{digits}f}], n {one.n}"
    return f"{one.value:.{digits}f}{interval}"


def table(runs: Mapping[str, Sequence[Measure]]) -> str:
    """Return the Markdown table of runs (columns) and measures (rows), dataset by dataset."""
    found = {name: by_key(measures) for name, measures in runs.items()}
    every = [one for measures in runs.values() for one in measures]
    lines = [f"| | {' | '.join(runs)} |", f"|---|{'---|' * len(runs)}"]
    for dataset in dict.fromkeys(one.dataset for one in every if one.dataset):
        for label, measure, digits, each in ROWS:
            targets = dict.fromkeys(one.target for one in every if (one.measure, one.dataset) == (measure, dataset))
            for target in [one for one in targets if each or not one]:
                key = Measure(measure, dataset, target, 0).key
                cells = [cell(measures.get(key), digits) for measures in found.values()]
                name = f"{dataset}: {label}" if not target else f"{dataset}, {target}: {label}"
                lines.append(f"| {name.replace('|', '&#124;')} | {' | '.join(cells)} |")
    return "\n".join(lines)


def shown(params: Params, results: Path) -> str:
    """Return a table of results: of the runs that others are measured with, which have a length of their own."""
    names = [name for name, run in params.runs.items() if run.like is None]
    return table({name: read_measures(results / MEASURES.name / f"{name}.csv", REMEDY) for name in names})


def put(path: Path, blocks: Mapping[str, str]) -> None:
    """Put into a page other lines between each line that begins a block and END. Raises Fault where it lacks one of them."""
    page = path.read_text(encoding="utf-8")
    for begin, block in blocks.items():
        before, begun, rest = page.partition(f"{begin}\n")
        _, ended, after = rest.partition(f"{END}\n")
        if not ended:
            raise Fault(f"{path}: it lacks {begin if not begun else f'{END} below {begin}'!r}; restore that line from git")
        page = f"{before}{begun}{block}{ended}{after}"
    write_bytes(path, page.encode())


def with_rows(page: str, table: str) -> str:
    """Return a page whose rows that begin as one of the table's are the table's."""
    rows = {row.split(" | ")[0]: row for row in table.splitlines() if not row.startswith(("| |", "|-"))}
    return "".join(f"{rows.get(line.split(' | ')[0], line)}\n" for line in page.splitlines())


def command() -> None:
    """Read the command line and do it."""
    parser = argparse.ArgumentParser(prog="python -m stages.report", description=__doc__.split("\n")[0])
    parser.add_argument("--write", action="store_true", help="put it, and the showcase's, into the pages instead")
    if not parser.parse_args().write:
        print(shown(load(), Path("metrics")))
        return
    for page, results in PAGES.items():
        table = shown(load(), results)
        put(page, {TABLE: f"{table}\n", COMPARISON: (results / "comparison.md").read_text(encoding="utf-8")})
    write_bytes(README, with_rows(README.read_text(encoding="utf-8"), table).encode())


if __name__ == "__main__":
    main(command, answers=True)
