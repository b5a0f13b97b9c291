"""A mutation: a bug that somebody might write, with the tests that should catch it.

A mutation names a function and an edit, never a line, so that it goes along when code moves.
"""

from dataclasses import dataclass

KILLS, DISK = "tests/faults/test_kills.py", "tests/faults/test_disk.py"
PICTURES, ARCHIVES = "tests/faults/test_bad_pictures.py", "tests/faults/test_archives.py"
WEIGHTS, DAMAGED = "tests/faults/test_weights.py", "tests/faults/test_mutations.py"
TRACKED = "tests/faults/test_tracked_stages.py"
TRAIN, LAUNCHED = "tests/unit/test_train_stage.py", "tests/pipeline/test_launched.py"
JUDGED = "tests/unit/test_judged_training.py"
IMAGE = "tests/unit/test_translate_image.py"
RANKS, PAGE = "tests/ranks/test_ranks.py", "tests/browser/test_study_page.py"


@dataclass(frozen=True)
class Mutation:
    """An edit of one place, `module:name.name` or `file:`, in which `old` stands once.

    tests: the ids that should catch it soonest. slow: whether only stages as processes, faults, several processes or a
    browser show it.
    """

    place: str
    old: str
    new: str
    tests: tuple[str, ...]
    slow: bool


def quick(place: str, old: str, new: str, *tests: str) -> Mutation:
    """Return a mutation that tests within one process catch."""
    return Mutation(place, old, new, tests, slow=False)


def slow(place: str, old: str, new: str, *tests: str) -> Mutation:
    """Return a mutation that only slow tests catch."""
    return Mutation(place, old, new, tests, slow=True)
