"""Faults a user can mend: one line that names the file or key, the value and the remedy."""

import difflib
import errno
import os
import signal
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType, TracebackType
from typing import Any, TextIO, cast

REMEDIES = {
    errno.ENOSPC: "free space there",
    errno.EDQUOT: "free space there, or ask for a larger quota",
    errno.EFBIG: "raise the limit on a file's size (ulimit -f), or use a disk that takes larger files",
    errno.EIO: "check the disk",
    errno.EACCES: "permit it to this user",
    errno.EPERM: "permit it to this user",
    errno.EROFS: "make the disk writable, or use another",
    errno.ENAMETOOLONG: "shorten the name",
    errno.ENOENT: "put it there, or wait for a command that has just moved it away",
    errno.ESTALE: "wait for a command that has just moved it away",
    errno.EEXIST: "wait for a command that writes there too",
    errno.ENOTEMPTY: "wait for a command that writes there too",
    errno.EISDIR: "move away the folder that stands where a file should",
    errno.ENOTDIR: "move away the file that stands where a folder should",
    errno.ELOOP: "mend the links, which lead in a circle",
    errno.EMFILE: "raise the limit on open files (ulimit -n)",
    errno.ENFILE: "end other programs: the machine has no more open files to give",
    errno.EAGAIN: "end other programs, or raise the limit on processes (ulimit -u)",
    errno.EPIPE: "keep what reads it running, or write to a file",
    errno.EBUSY: "end what uses it",
}
"""What helps against an error of the system, by its number. What another number needs is not known."""
DENIED = {errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EACCES, errno.EPERM, errno.EROFS, errno.EMFILE, errno.ENFILE}
"""What tells nothing about a file's content: no reader's remedy, such as to make the file again, would help."""
NO_MEMORY = ("out of memory", "allocate memory", "enough memory", "failed to map segment")
"""How torch, and the loader of libraries, tell a want of memory, for which on a CPU they have no class."""


class Fault(Exception):
    """Something a user can mend. The message is one line: what is wrong, where, and what to do."""


def nearest(name: str, names: Iterable[str]) -> str:
    """Return '; nearest: A, B' with up to three names close to `name`, or all of them ('; known: ...')."""
    known, folded = list(names), dict[str, list[str]]()
    for candidate in known:
        folded.setdefault(candidate.lower(), []).append(candidate)
    matches = difflib.get_close_matches(name.lower(), folded, n=3, cutoff=0.5)
    close = [candidate for match in matches for candidate in folded[match]][:3]
    return f"; nearest: {', '.join(close)}" if close else f"; known: {', '.join(known)}"


def remedy(error: OSError) -> str:
    """Return what helps against an error of the system."""
    return REMEDIES.get(error.errno or 0, "check that the disk works and has space")


def one_line(error: BaseException, lower: str = "") -> str:
    """Return what a user can do about an error in a line; "" where it is a bug, which a traceback explains.

    lower: the key of params.yaml that memory goes with, if there is one.
    """
    if isinstance(error, Fault):
        cause = error.__cause__
        denied = isinstance(cause, OSError) and cause.errno in DENIED and cause.filename
        return one_line(cause) if cause and denied else str(error)
    if _wants_memory(error):
        return f"memory ran out; free some{f', or lower {lower}' if lower else ''}, then repeat the command"
    if isinstance(error, OSError):
        reason = error.strerror or " ".join(str(error).split())
        return f"{error.filename2 or error.filename or 'a file'}: {reason}; {remedy(error)}, then repeat the command"
    if isinstance(error, RuntimeError) and "can't start new thread" in str(error):
        return f"no thread can be started; {REMEDIES[errno.EAGAIN]}, then repeat the command"
    if isinstance(error, ModuleNotFoundError) and not (error.name or "").startswith(("stargan", "stages")):
        return f"the package {error.name} is not installed; install what requirements.lock names"
    if type(error).__module__.startswith(("torch._dynamo", "torch._inductor")):
        reason = " ".join(str(error).split())[:200]
        return f"params.yaml: train.compile = true, and torch could not compile it ({reason}); set it to false"
    return ""


def _wants_memory(error: BaseException) -> bool:
    if isinstance(error, OSError):
        return error.errno == errno.ENOMEM
    told = isinstance(error, RuntimeError | ImportError) and any(words in str(error) for words in NO_MEMORY)
    return told or isinstance(error, MemoryError)


def show(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Show an error that ends the interpreter, as `sys.excepthook`: a line where one can tell it, else the traceback."""
    line = one_line(error)
    if line:
        print(f"error: {line}", file=sys.stderr)
    else:
        sys.__excepthook__(kind, error, trace)


class Log:
    """stdout or stderr of a command. What can't be written is dropped: no full disk and no closed pipe ends a run."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self.lost: Exception | None = None
        """Why something was dropped, if anything was."""

    def write(self, text: str) -> int:
        """Write text; what the encoding lacks, as in some names of files, is written as an escape. Return its length."""
        encoding = self._stream.encoding or "utf-8"
        self._dare(self._stream.write, text.encode(encoding, "backslashreplace").decode(encoding))
        return len(text)

    def flush(self) -> None:
        """Pass on what was written."""
        self._dare(self._stream.flush)

    def close(self) -> None:
        """Pass on what was written; where that fails leave it to /dev/null, or the interpreter would try again and fail."""
        self.flush()
        if self.lost:
            with suppress(OSError, ValueError), open(os.devnull, "w") as null:
                os.dup2(null.fileno(), self._stream.fileno())

    def _dare(self, act: Callable[..., object], *given: str) -> None:
        try:
            act(*given)
        except (OSError, ValueError) as error:  # a closed stream's is a ValueError
            self.lost = error

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


@contextmanager
def _logs() -> Iterator[Log]:
    """Let stdout, which is yielded, and stderr be logs."""
    # A file that is opened would take the number of a stream that is closed, and what is written there.
    while (number := os.open(os.devnull, os.O_RDWR)) <= 2:
        os.set_inheritable(number, True)
    os.close(number)
    before = sys.stdout, sys.stderr
    out, err = (Log(stream or open(os.devnull, "w")) for stream in before)  # noqa: SIM115
    sys.stdout, sys.stderr = cast(TextIO, out), cast(TextIO, err)
    try:
        yield out
    finally:
        out.close()
        err.close()
        sys.stdout, sys.stderr = before


def stop_signals() -> tuple[signal.Signals, ...]:
    """Return what asks a command to stop besides Ctrl-C: a terminal's end too, unless it is ignored, as by `nohup`."""
    hang_up = signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN
    return (signal.SIGTERM, signal.SIGHUP) if hang_up else (signal.SIGTERM,)


def main(function: Callable[[], None], lower: str = "", answers: bool = False) -> None:
    """Run a command. A Fault, or an error of the system, becomes one line on stderr and exit status 1.

    lower: the key of params.yaml that the command's memory goes with, if there is one. answers: whether what it prints on
    stdout is what it is for, so that it fails where that can't be written.
    Ctrl-C, SIGTERM and SIGHUP become exit status 130, after every `with` and `finally` on the way has cleaned up.
    """
    for number in stop_signals():
        signal.signal(number, _interrupt)
    with _logs() as out:
        try:
            function()
            out.flush()
            if answers and isinstance(out.lost, OSError) and out.lost.errno != errno.EPIPE:  # as of `| head`
                raise OSError(out.lost.errno, out.lost.strerror, "stdout") from out.lost
        except Exception as error:
            line = one_line(error, lower)
            if not line:
                raise
            print(f"error: {line}", file=sys.stderr)
            sys.exit(1)
        except KeyboardInterrupt:
            # The interpreter's own teardown may wait for worker threads; an interrupt should end now.
            print("interrupted", file=sys.stderr)
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(130)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
