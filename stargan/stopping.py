"""A training that is asked to stop by SIGINT or SIGTERM: within half a minute it has saved where it stands.

It stops after the iteration under way. One that takes long is given up instead, and its start is saved, of which a copy
was kept. The main thread may be inside one call of torch for longer than that: then another thread saves, and ends it.
"""

import copy
import math
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from stargan.engine import State, Training

INTERRUPTED = 130
LONG_SECONDS = 5.0
"""An iteration that takes longer is given up when the training is asked to stop."""
PATIENCE_SECONDS = 10.0
"""So long a call of torch may go on before the other thread saves."""


class Stopped(Exception):
    """The training was asked to stop, and stands at the end of an iteration."""


class Stop:
    """Notes the signals from its making on. `save` writes a state as the checkpoint that is gone on from."""

    def __init__(self) -> None:
        self.asked = False
        self._seconds = math.inf  # of the last iteration: how long the first one takes is not known
        self._start: State | None = None  # of the iteration under way, where it may be given up
        # Python's handlers wait for the main thread, a byte on this pair does not.
        self._signalled, writer = socket.socketpair()
        writer.setblocking(False)
        self._writer = writer
        signal.set_wakeup_fd(writer.fileno(), warn_on_full_buffer=False)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._note)

    def watch(self, save: Callable[[State], None]) -> None:
        """Let another thread save the start of an iteration that can't be given up in time."""
        threading.Thread(target=self._watch, args=(save,), daemon=True).start()

    @contextmanager
    def iteration(self, training: Training) -> Iterator[None]:
        """Take one iteration in this block. Raises Stopped, `training` being at its start, where a long one is given up."""
        start = _copied(training.state()) if self._seconds > LONG_SECONDS else None
        begun = time.monotonic()
        try:
            self._start = start
            if start and self.asked:
                raise Stopped
            yield
        except Stopped:
            assert start is not None
            training.restore(*start)
            raise
        finally:
            self._start = None
            self._seconds = time.monotonic() - begun

    def _note(self, _number: int, _frame: FrameType | None) -> None:
        self.asked = True
        if self._start:
            self._start = None
            raise Stopped

    def _watch(self, save: Callable[[State], None]) -> None:
        while self._signalled.recv(1)[0] not in (signal.SIGINT, signal.SIGTERM):
            pass
        time.sleep(PATIENCE_SECONDS)
        start = self._start
        if start:  # no handler ran: the main thread has not come back from torch
            save(start)
            sys.stderr.flush()
            os._exit(INTERRUPTED)


def _copied(state: State) -> State:
    tensors, header = state
    return {name: tensor.detach().to("cpu", copy=True) for name, tensor in tensors.items()}, copy.deepcopy(header)
