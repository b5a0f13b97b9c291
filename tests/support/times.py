"""`python -m support.times PAGE` runs each tier of tests and writes how long it takes, and its ten slowest tests."""

import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from xml.etree import ElementTree

TIERS = {"check": 40, "test": 420, "test-pipeline": 540, "test-faults": 600}
"""The make targets, and the seconds that each may take on two cores."""
SLOWEST = 10
CACHES = (".mypy_cache", ".ruff_cache", ".pytest_cache")


def run(tier: str, folder: Path) -> tuple[float, dict[str, float], int]:
    """Run a tier; return the seconds it took, those of each of its tests with what it was set up for, and how many ran.

    No tier finds what an earlier run left in caches.
    """
    for cache in CACHES:
        shutil.rmtree(cache, ignore_errors=True)
    begun = time.monotonic()
    subprocess.run(["make", tier, f"TIMES={folder}"], check=True)
    seconds = time.monotonic() - begun
    tests: dict[str, float] = defaultdict(float)
    cases = list(ElementTree.parse(folder / f"{tier}.xml").iter("testcase"))
    for case in cases:
        tests[f"{case.get('classname', '').removeprefix('tests.')}::{case.get('name')}"] += float(case.get("time", 0))
    return seconds, tests, sum(case.find("skipped") is None for case in cases)


def page(found: dict[str, tuple[float, dict[str, float], int]]) -> str:
    """Return the page: a row a tier, then the slowest tests of each."""
    lines = [
        "# How long the tests take",
        "",
        f"Measured by `make times` on {os.cpu_count()} cores ({platform.machine()}), one thread a process, without caches, "
        "the install apart. What each tier holds: CONTRIBUTING.md.",
        "",
        "| tier | tests run | wall time, s | may take, s |",
        "|---|---:|---:|---:|",
        *(f"| `make {tier}` | {count} | {seconds:.0f} | {TIERS[tier]} |" for tier, (seconds, _, count) in found.items()),
        f"| `make test-all` | {sum(count for *_, count in found.values())} | "
        f"{sum(seconds for seconds, *_ in found.values()):.0f} | 1620 |",
    ]
    for tier, (_, tests, _) in found.items():
        lines += ["", f"The slowest of `make {tier}`, with what they alone set up:", "", "| test | s |", "|---|---:|"]
        slowest = sorted(tests.items(), key=lambda test: -test[1])[:SLOWEST]
        lines += [f"| {name.replace('|', ' ')} | {seconds:.1f} |" for name, seconds in slowest]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        found = {tier: run(tier, Path(folder)) for tier in TIERS}
    Path(sys.argv[1]).write_text(page(found))
