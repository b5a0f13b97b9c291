"""A training that is asked to stop by SIGINT, SIGTERM or SIGHUP: within half a minute it has saved where it stands.

It stops after the iteration under way. One that takes long is given up instead, and its start is saved, of which a copy
was kept. The main thread may be inside one call of torch for longer than that: then another thread saves, and ends it.
"""

import math
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Hashable
from types import FrameType
from typing import TypeVar

from stargan.errors import stop_signals
from stargan.training.engine import Training
from stargan.training.state import State, copied, restore, state_of

T = TypeVar("T")
INTERRUPTED = 130
LONG_SECONDS = 5.0
"""An iteration that takes longer is given up when the training is asked to stop."""
PATIENCE_SECONDS = 10.0
"""So long a call of torch may go on before the other thread saves."""


class Stopped(BaseException):
    """The training was asked to stop, and what it was at is given up. No Exception: a compiler would take it for its own."""


class Stop:
    """Notes the signals from its making on."""

    def __init__(self) -> None:
        self.asked = False
        self._seconds: dict[Hashable, float] = {}  # that the last iteration took, by what tells its kind
        self._start: State | None = None  # what to save where the work under way is given up
        self._claim = threading.Lock()  # one thread alone saves
        # Python's handlers wait for the main thread, a byte on this pair does not.
        self._signalled, self._writer = socket.socketpair()
        self._writer.setblocking(False)
        signal.set_wakeup_fd(self._writer.fileno(), warn_on_full_buffer=False)
        self._numbers = (signal.SIGINT, *stop_signals())
        for number in self._numbers:
            signal.signal(number, self._note)

    def watch(self, save: Callable[[State], None]) -> None:
        """Let another thread write, by `save`, the checkpoint of work that can't be given up in time."""
        threading.Thread(target=self._watch, args=(save,), daemon=True).start()

    def guard(self, training: Training, work: Callable[[], T]) -> T:
        """Return what `work` gives: an iteration of a training, or several at once.

        Raises Stopped, `training` being as it was before, where it is given up.
        """
        kind = training.method.phase(training.done)
        # How long the first of a kind takes is not known. Processes that share it can't give it up alone.
        may_give_up = training.ranks.alone and self._seconds.get(kind, math.inf) > LONG_SECONDS
        start = copied(state_of(training)) if may_give_up else None
        begun = time.monotonic()
        try:
            return self.give_up_from(start, work)
        except Stopped:
            assert start is not None
            restore(training, *start)
            raise
        finally:
            self._seconds[kind] = time.monotonic() - begun

    def give_up_from(self, start: State | None, work: Callable[[], T]) -> T:
        """Do work that may be given up where there is a state that it can be done again from. Raises Stopped then."""
        try:
            self._start = start
            if start and self.asked:
                raise Stopped
            return work()
        finally:
            self._start = None

    def _note(self, _number: int, _frame: FrameType | None) -> None:
        self.asked = True
        if self._start:
            self._claim.acquire()  # the other thread has it only to end the process
            self._start = None
            raise Stopped

    def _watch(self, save: Callable[[State], None]) -> None:
        while self._signalled.recv(1)[0] not in self._numbers:
            pass
        time.sleep(PATIENCE_SECONDS)
        start = self._start  # still there: no handler ran, the main thread has not come back from torch
        if start and self._claim.acquire(blocking=False):
            try:
                save(start)
                sys.stderr.flush()
                os._exit(INTERRUPTED)
            except OSError as fault:  # the main thread tries again, and says it
                print(f"warning: not saved yet: {fault}", file=sys.stderr)
            finally:
                self._claim.release()
