"""What dvc.yaml names as no dependency of a stage changes no byte of what it writes: each stage does without."""

from support.processes import hashes
from support.repository import Repository

NOTHING = """
class Silent:
    id = ""
    n = 0

    def __init__(self, iterable=()):
        self.iterable = iterable

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return None

    def __iter__(self):
        return iter(self.iterable)

    def __getattr__(self, _):
        return lambda *_args, **_kwargs: None

"""
WITHOUT = {
    "errors.py": """
class Fault(Exception): pass
def nearest(*_): return ""
def main(function, **_): function()
def one_line(*_, **_named): return ""
def stop_signals(): return ()
def show(*_): pass
""",
    "progress.py": NOTHING + "def progress(iterable, *_args, **_kwargs): return Silent(iterable)\n",
    "tracking/__init__.py": NOTHING + "Run = Silent\ndef stage_run(*_args, **_kwargs): return Silent()\n",
}
STAGES = [
    "synthesize rafd",
    "prepare rafd",
    "classifier rafd",
    "plan",
    "train icgan-rafd",
    "translate icgan-rafd",
    "evaluate diat-rafd",
    "study",
    "tally",
    "compare",
    "figures",
]


def outputs(copy: Repository) -> dict[str, str]:
    """Return the hash of each output; a cache of what evaluation measured on real faces is none."""
    found = hashes(copy.path / "data") | hashes(copy.path / "metrics")
    return {name: digest for name, digest in found.items() if not name.startswith("cache/")}


def test_outputs_are_the_same_without_faults_wording_progress_and_tracking(copy: Repository) -> None:
    before = outputs(copy)
    for name, code in WITHOUT.items():
        (copy.path / "stargan" / name).write_text(code)
    copy.sh(
        f'python -c "import runpy, sys\nfor words in {STAGES}:\n'
        "    sys.argv = words.split()\n"
        "    runpy.run_module(f'stages.{sys.argv[0]}', run_name='__main__')\""
    )
    assert outputs(copy) == before
