"""What a command shows of an error: one line and status 1, or a traceback where it is a bug."""

import errno
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch

from stargan.errors import Fault, main, one_line
from support.processes import ROOT


@pytest.fixture(autouse=True)
def handlers() -> Iterator[None]:
    """Give back the handlers of signals that `main` replaces."""
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def fault() -> None:
    raise Fault("a.csv: no such column 'x'; name one that is there")


def file_that_is_not_there() -> None:
    open("/nowhere/a.csv")  # noqa: SIM115


def too_much_for_torch() -> None:
    torch.empty(1 << 50)  # torch raises a RuntimeError, not a MemoryError


def too_much_for_python() -> None:
    bytearray(1 << 60)


def sizes_that_do_not_fit() -> None:
    torch.cat([torch.zeros(2, 3), torch.zeros(3, 2)])


def import_short_of_memory() -> None:
    raise ImportError("libtorch_cpu.so: failed to map segment from shared object")  # by `ulimit -v 1500000`


def package_that_is_not_there() -> None:
    import no_such_package  # type: ignore[import-not-found]  # noqa: F401


def no_thread_more() -> None:
    raise RuntimeError("can't start new thread")


def full_disk() -> None:
    with open("/dev/full", "w") as file:
        file.write("x")


def name_too_long() -> None:
    Path("/tmp", "x" * 300).touch()


def folder_for_a_file() -> None:
    Path("/tmp").read_text()


def file_for_a_folder() -> None:
    Path("/dev/null/a.csv").touch()


def closed_pipe() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    try:
        os.write(writer, b"x")
    finally:
        os.close(writer)


def too_many_files() -> None:
    raise OSError(errno.EMFILE, os.strerror(errno.EMFILE), "a.csv")


def no_number() -> None:
    raise OSError("1024 requested and 0 written")  # numpy's words for a full disk


MEMORY = "error: memory ran out; free some, then repeat the command"


@pytest.mark.parametrize(
    ("work", "said"),
    [
        (fault, "error: a.csv: no such column 'x'; name one that is there"),
        (file_that_is_not_there, "error: /nowhere/a.csv: No such file or directory; put it there, or wait for a command"),
        (full_disk, "error: a file: No space left on device; free space there, then repeat the command"),
        (name_too_long, f"error: /tmp/{'x' * 300}: File name too long; shorten the name, then"),
        (folder_for_a_file, "error: /tmp: Is a directory; move away the folder"),
        (file_for_a_folder, "error: /dev/null/a.csv: Not a directory; move away the file"),
        (closed_pipe, "error: a file: Broken pipe; keep what reads it running"),
        (too_many_files, "error: a.csv: Too many open files; raise the limit on open files (ulimit -n), then"),
        (no_number, "error: a file: 1024 requested and 0 written; check that the disk works and has space, then"),
        (too_much_for_torch, MEMORY),
        (too_much_for_python, MEMORY),
        (import_short_of_memory, MEMORY),
        (no_thread_more, "error: no thread can be started; end other programs, or raise the limit on processes"),
        (package_that_is_not_there, "error: the package no_such_package is not installed; install what requirements.lock"),
    ],
)
def test_what_a_user_can_mend_is_one_line(work: Callable[[], None], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(work)
    assert end.value.code == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(said)


def test_only_a_stage_whose_memory_goes_with_its_batch_is_told_to_lower_it() -> None:
    error = MemoryError()
    assert one_line(error, lower="train.batch") == "memory ran out; free some, or lower train.batch, then repeat the command"
    assert "batch" not in one_line(error)


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (errno.EMFILE, "a.json: Too many open files; raise the limit"),
        (errno.EACCES, "a.json: Permission denied; permit it"),
        (errno.EIO, "a.json: Input/output error; check the disk"),
        (errno.ENOENT, "a.json: no judge there; make it again"),
        (errno.EISDIR, "a.json: no judge there; make it again"),
    ],
)
def test_a_reader_s_remedy_stands_where_it_is_about_the_file(number: int, said: str) -> None:
    """To make a file again helps where it is another or missing, not where the system denies to read it."""
    with pytest.raises(Fault) as raised:
        try:
            raise OSError(number, os.strerror(number), "a.json")
        except OSError as error:
            raise Fault("a.json: no judge there; make it again") from error
    assert one_line(raised.value).startswith(said)


LIMITED = """
import resource, sys
import numpy
resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
import stages.train
"""


def test_imports_short_of_memory_are_one_line() -> None:
    """They happen before a stage's `main`: Python's own last word is replaced."""
    ended = subprocess.run([sys.executable, "-c", LIMITED], cwd=ROOT, capture_output=True, text=True)
    assert (ended.returncode, ended.stderr) == (1, f"{MEMORY}\n")


def test_a_bug_keeps_its_traceback() -> None:
    """Of torch's errors only a want of memory is the user's."""
    with pytest.raises(RuntimeError, match="Sizes of tensors"):
        main(sizes_that_do_not_fit)
