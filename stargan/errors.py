"""Faults a user can mend: one line that names the file or key, the value and the remedy."""

import difflib
import os
import sys
from collections.abc import Callable, Iterable


class Fault(Exception):
    """Something a user can mend. The message is one line: what is wrong, where, and what to do."""


def nearest(name: str, names: Iterable[str]) -> str:
    """Return '; nearest: A, B' with up to three names close to `name`, or all of them ('; known: ...')."""
    known = list(names)
    folded = {candidate.lower(): candidate for candidate in known}
    close = [folded[match] for match in difflib.get_close_matches(name.lower(), folded, n=3, cutoff=0.5)]
    return f"; nearest: {', '.join(close)}" if close else f"; known: {', '.join(known)}"


def main(function: Callable[[], None]) -> None:
    """Run a command; a Fault becomes one line on stderr and exit status 1, an interrupt exit status 130."""
    try:
        function()
    except Fault as fault:
        print(f"error: {fault}", file=sys.stderr)
        sys.stderr.flush()
        sys.exit(1)
    except KeyboardInterrupt:
        # The interpreter's own teardown may wait for worker threads; an interrupt should end now.
        print("interrupted", file=sys.stderr)
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(130)
