"""The tally stage: the user study's votes, as the numbers of Tables 1 and 2.

    python -m stages.tally                       counts data/votes/*.csv into metrics/votes.json
    python -m stages.tally one.csv two.csv       prints these files' votes as a table and writes nothing

What each vote was for is found in data/study/key.json alone.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from stargan import tracking
from stargan.core.files import write_json
from stargan.core.measures import rounded, united
from stargan.errors import main
from stargan.study.key import read_key
from stargan.study.tally import markdown, of_this_page, read_votes, tally


def run(files: Sequence[Path]) -> None:
    """Print the table of the votes in `files`; without files, write metrics/votes.json of those in data/votes."""
    key = read_key(Path("data/study/key.json"))
    if files:
        print(markdown(rounded(tally(read_votes(files, key), key)), key), end="")
        return
    # A retrained model makes a new page: old votes are told, and stop nothing.
    mine, others = of_this_page(sorted(Path("data/votes").glob("*.csv")), key)
    metrics = rounded(united(tally(read_votes(mine, key), key), {"files_of_other_pages": len(others)}))
    with tracking.stage_run("tally", {"page": key.page}) as tracker:
        write_json(Path("metrics/votes.json"), metrics)
        tracker.log_results({key: metrics[key] for key in ("raters", "raters_discarded")}, metrics)
    print(f"raters: {metrics['raters']}; discarded: {metrics['raters_discarded']}")
    if others:
        print(f"not counted, of another page: {', '.join(map(str, others))}", file=sys.stderr)


def command() -> None:
    """Read the command line and do it."""
    parser = argparse.ArgumentParser(
        prog="python -m stages.tally", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("files", nargs="*", type=Path, help="files that the page gave its raters")
    run(parser.parse_args().files)


if __name__ == "__main__":
    main(command, answers=True)
