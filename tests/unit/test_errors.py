"""What a command shows of an error: one line and status 1, or a traceback where it is a bug."""

import signal
from collections.abc import Callable, Iterator

import pytest
import torch

from stargan.errors import Fault, main


@pytest.fixture(autouse=True)
def handler() -> Iterator[None]:
    """Give back the handler of SIGTERM that `main` replaces."""
    before = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, before)


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


@pytest.mark.parametrize(
    ("work", "said"),
    [
        (fault, "error: a.csv: no such column 'x'; name one that is there"),
        (file_that_is_not_there, "error: /nowhere/a.csv: No such file or directory; free space or permit it"),
        (too_much_for_torch, "error: memory ran out; free some, or lower the batch in params.yaml"),
        (too_much_for_python, "error: memory ran out; free some, or lower the batch in params.yaml"),
    ],
)
def test_what_a_user_can_mend_is_one_line(work: Callable[[], None], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(work)
    assert end.value.code == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(said)


def test_a_bug_keeps_its_traceback() -> None:
    """Of torch's errors only a want of memory is the user's."""
    with pytest.raises(RuntimeError, match="Sizes of tensors"):
        main(sizes_that_do_not_fit)
