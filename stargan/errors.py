"""Faults a user can mend: one line that names the file or key, the value and the remedy."""

import difflib
import os
import signal
import sys
from collections.abc import Callable, Iterable
from types import FrameType

NO_MEMORY = ("out of memory", "allocate memory", "enough memory")
"""How torch tells a want of memory, for which on a CPU it has no class."""


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


def one_line(error: Exception) -> str:
    """Return what a user can do about an error in a line; "" where it is a bug, which a traceback explains."""
    if isinstance(error, Fault):
        return str(error)
    if isinstance(error, OSError):  # a full disk, a folder without permission
        return f"{error.filename or 'a file'}: {error.strerror or error}; free space or permit it, then repeat the command"
    if type(error).__module__.startswith(("torch._dynamo", "torch._inductor")):
        reason = " ".join(str(error).split())[:200]
        return f"params.yaml: train.compile = true, and torch could not compile it ({reason}); set it to false"
    no_memory = isinstance(error, RuntimeError) and any(words in str(error) for words in NO_MEMORY)
    if no_memory or isinstance(error, MemoryError):
        return "memory ran out; free some, or lower the batch in params.yaml, then repeat the command"
    return ""


def main(function: Callable[[], None]) -> None:
    """Run a command. A Fault, or an error of the system, becomes one line on stderr and exit status 1.

    Ctrl-C and SIGTERM become exit status 130, after every `with` and `finally` on the way has cleaned up.
    """
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        function()
    except Exception as error:
        line = one_line(error)
        if not line:
            raise
        print(f"error: {line}", file=sys.stderr)
        sys.stderr.flush()
        sys.exit(1)
    except KeyboardInterrupt:
        # The interpreter's own teardown may wait for worker threads; an interrupt should end now.
        print("interrupted", file=sys.stderr)
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(130)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
