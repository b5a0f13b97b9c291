"""Run the tests on one mutation after another and tell which test catches it.

`PYTHONPATH=.:tests python -m mutation.run` goes on where the results end; `--check` only holds the edits to the code.
"""

import argparse
import json
import os
import queue
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import suppress
from pathlib import Path
from typing import Any

from mutation.edits import ROOT, faults, file_of, mutated
from mutation.mutation import Mutation
from mutation.mutations import MUTATIONS

HERE = Path(__file__).parent
TIERS = {
    "test": ("tests/unit", "tests/property", "tests/golden", "tests/engine", "tests/ranks", "tests/static"),
    "pipeline": ("tests/pipeline", "tests/browser"),
    "faults": ("tests/faults",),
}
SECONDS, TIER_SECONDS = 600, 1800
"""So long no test may end, of a mutation's own tests and of a tier, whose fixtures take longer: then something hangs."""
LEFT_OUT = ("tests/mutation/", "tests/static/test_mutation.py")
"""What would see a mutation by its text alone."""
ERROR = "error: "
WIDTH = 70

Result = dict[str, Any]
Key = tuple[str, str, str]


def copied(folder: Path) -> Path:
    """Return a copy of the repository's files, a repository too: tests ask git for the files."""
    command = ["git", "ls-files", "-co", "--exclude-standard"]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    for name in names:
        if (ROOT / name).is_file() and not name.startswith(LEFT_OUT):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    subprocess.run(["git", "init", "-q"], cwd=folder, check=True)
    return folder


def ended(process: "subprocess.Popen[bytes]", log: Path, seconds: float) -> int | None:
    """Return the exit status of pytest, None where it is silent for so long; nothing of its group lives on."""
    size, since = 0, time.monotonic()
    try:
        while process.poll() is None and time.monotonic() - since < seconds:
            if log.stat().st_size != size:
                size, since = log.stat().st_size, time.monotonic()
            time.sleep(0.2)
        return process.poll()
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def tested(folder: Path, tests: Sequence[str], seconds: float) -> str:
    """Return the first test that fails, "timeout", or "" where all pass. Raises ValueError where they can't be run."""
    log = folder.with_name(f"{folder.name}.log")
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"} | {"OMP_NUM_THREADS": "1"}
    options = ["-x", "-q", "-p", "no:cacheprovider", "--basetemp", str(folder.with_name(f"{folder.name}.tmp"))]
    with log.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-u", "-m", "pytest", *options, *tests],
            cwd=folder,
            env=environment,
            stdout=file,
            stderr=file,
            start_new_session=True,
        )
    status = ended(process, log, seconds)
    if status is None:
        return "timeout"
    if status not in (0, 1):
        raise ValueError(f"pytest ended with {status}")
    failed = re.search(r"^(?:FAILED|ERROR) (tests/.+?)(?: - .*)?$", log.read_text(errors="replace"), re.M)
    return "" if status == 0 else failed[1] if failed else "a test without a name"


def tried(folder: Path, one: Mutation) -> Result:
    """Return what the tests say of a mutation: first its own, then all of their tier."""
    begun, by, where = time.monotonic(), "", ""
    file = folder / file_of(one.place)
    kept = file.read_text()
    tier = next(name for name, folders in TIERS.items() if one.tests[0].startswith(folders))
    try:
        file.write_text(mutated(one, folder))
        for name, tests, seconds in (("its tests", one.tests, SECONDS), (tier, TIERS[tier], TIER_SECONDS)):
            by = tested(folder, tests, seconds)
            if by:
                where = name
                break
    except ValueError as error:
        by = f"{ERROR}{error}"
    finally:
        file.write_text(kept)
    told = {"place": one.place, "old": one.old, "new": one.new, "slow": one.slow}
    return told | {"caught": bool(where), "by": by, "where": where, "seconds": round(time.monotonic() - begun)}


def run(chosen: Sequence[Mutation], results: Path, jobs: int, minutes: float) -> None:
    """Try mutations, each job on a copy of its own, and add a line of results for each; begin none after so many minutes."""
    end, copies = time.monotonic() + 60 * minutes, queue.SimpleQueue[Path]()

    def work(one: Mutation) -> Result | None:
        if time.monotonic() > end:
            return None
        folder = copies.get()
        try:
            return tried(folder, one)
        finally:
            copies.put(folder)

    with tempfile.TemporaryDirectory(prefix="mutation-", ignore_cleanup_errors=True) as place:
        Path(place).chmod(0o755)  # some tests run as a user without rights
        for number in range(jobs):
            copies.put(copied(Path(place, str(number))))
        with ThreadPoolExecutor(jobs) as pool, results.open("a") as file:
            for future in as_completed([pool.submit(work, one) for one in chosen]):
                result = future.result()
                if result:
                    print(json.dumps(result), file=file, flush=True)
                    print(f"{result['place']}: {result['by'] or 'NOT CAUGHT'} ({result['seconds']} s)", flush=True)


def key_of(told: Mapping[str, Any]) -> Key:
    """Return what tells a mutation from others, of its own values or of a result's."""
    return told["place"], told["old"], told["new"]


def read(results: Path) -> dict[Key, Result]:
    """Return the results there are, the last of each mutation."""
    lines = results.read_text().splitlines() if results.exists() else []
    return {key_of(result): result for result in map(json.loads, lines)}


def short(text: str) -> str:
    """Return code on one line for a cell of the table."""
    line = " ".join(text.split()).replace("|", "\\|")
    return f"`{line if len(line) <= WIDTH else line[: WIDTH - 3] + '...'}`" if line else "nothing"


def table(rows: Sequence[Result]) -> str:
    """Return the table of results."""
    slow, caught = sum(row["slow"] for row in rows), sum(row["caught"] for row in rows)
    lines = [
        f"{len(rows)} mutations, {slow} of them slow; {caught} caught.",
        "",
        "| where | edit | caught by |",
        "|---|---|---|",
    ]
    for row in rows:
        by = row["by"].replace("|", "\\|") or "**nothing**"
        lines.append(f"| `{row['place']}` | {short(row['old'])} -> {short(row['new'])} | {by} |")
    return "\n".join(lines) + "\n"


def main() -> int:
    """Check, or try what has no result yet and write the table; exit status 1 where something is wrong or not caught."""
    parser = argparse.ArgumentParser(prog="python -m mutation.run", description=__doc__)
    parser.add_argument("--check", action="store_true", help="hold the edits to the code, and run nothing")
    parser.add_argument("--jobs", type=int, default=1, help="copies that are tested at once")
    parser.add_argument("--only", default="", help="those whose place holds this text")
    parser.add_argument("--minutes", type=float, default=60, help="begin none after so long")
    parser.add_argument("--results", type=Path, default=HERE / "results.jsonl", help="a line of JSON for each mutation")
    given = parser.parse_args()
    wrong = list(faults())
    print("".join(f"{line}\n" for line in wrong), end="")
    if given.check or wrong:
        return int(bool(wrong))
    done = {key for key, result in read(given.results).items() if not result["by"].startswith(ERROR)}
    left = [one for one in MUTATIONS if given.only in one.place and key_of(vars(one)) not in done]
    run(left, given.results, given.jobs, given.minutes)
    found = read(given.results)
    rows = [found[key] for key in (key_of(vars(one)) for one in MUTATIONS) if key in found]
    given.results.with_name("table.md").write_text(table(rows))
    return int(not all(row["caught"] for row in rows))


if __name__ == "__main__":
    sys.exit(main())
