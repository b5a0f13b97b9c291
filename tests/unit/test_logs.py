"""What a command prints is a log: that it can't be written ends no run, unless it is what the command is for."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from support.processes import ROOT

COMMAND = r"""
import contextlib, os, sys
from stargan.errors import main

def work():
    for _ in range(20000):  # more than a pipe or a buffer holds
        print("told on stdout")
        print("told on stderr", file=sys.stderr)
    with open("output", "w") as file:
        with contextlib.suppress(OSError):
            os.write(2, b"told by a library\n")
        print("told once more", file=sys.stderr)
        file.write("done")

main(work{})
"""


def run(folder: Path, streams: str, options: str = "", command: str = COMMAND) -> subprocess.CompletedProcess[str]:
    """Run a command in a folder, its streams redirected by a shell."""
    (folder / "command.py").write_text(command.replace("{}", options))
    line = f"{sys.executable} command.py {streams}"
    environment = {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1", "LC_ALL": "C.UTF-8"}
    return subprocess.run(["bash", "-c", line], cwd=folder, capture_output=True, text=True, env=environment, timeout=60)


STREAMS = ["> /dev/full", "2> /dev/full", "> /dev/full 2>&1", ">&-", "2>&-", ">&- 2>&-", "<&- >&- 2>&-"]


@pytest.mark.parametrize("streams", STREAMS)
def test_a_log_that_can_t_be_written_ends_no_run(tmp_path: Path, streams: str) -> None:
    ended = run(tmp_path, streams)
    assert ended.returncode == 0
    assert (tmp_path / "output").read_text() == "done"  # nor does the log get into the output
    assert {*ended.stdout.splitlines(), *ended.stderr.splitlines()} <= {
        "told on stdout",
        "told on stderr",
        "told by a library",
        "told once more",
    }


@pytest.mark.parametrize("streams", ["| head -1", "2>&1 >/dev/null | head -1"])
def test_a_reader_that_has_gone_ends_no_run(tmp_path: Path, streams: str) -> None:
    ended = run(tmp_path, f"{streams}; exit ${{PIPESTATUS[0]}}", ", answers=True")
    assert ended.returncode == 0
    assert (tmp_path / "output").read_text() == "done"
    assert "Error" not in ended.stderr


def test_what_a_command_is_for_must_be_written(tmp_path: Path) -> None:
    ended = run(tmp_path, "> /dev/full", ", answers=True")
    assert ended.returncode == 1
    last = "error: stdout: No space left on device; free space there, then repeat the command"
    assert ended.stderr.splitlines()[-1] == last


def test_a_name_that_stdout_can_t_print_is_printed_as_an_escape(tmp_path: Path) -> None:
    command = "from stargan.errors import main\nmain(lambda: print('a\\udcff.png'))"
    ended = run(tmp_path, "", command=command)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "a\\udcff.png\n", "")


HANG_UP = """
import os, signal
from stargan.errors import main

def work():
    os.kill(os.getpid(), signal.SIGHUP)
    print("goes on")

main(work)
"""


@pytest.mark.parametrize(("before", "status", "said"), [("", 130, "interrupted"), ("trap '' HUP; ", 0, "goes on")])
def test_a_terminal_s_end_interrupts_unless_it_is_ignored(tmp_path: Path, before: str, status: int, said: str) -> None:
    """As `nohup` has it ignored."""
    (tmp_path / "command.py").write_text(HANG_UP)
    ended = subprocess.run(
        ["bash", "-c", f"{before}{sys.executable} command.py"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        env={"PYTHONPATH": str(ROOT)},
        preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_DFL),  # whatever the tests run under
    )
    assert (ended.returncode, ended.stdout + ended.stderr) == (status, f"{said}\n")
