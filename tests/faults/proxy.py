"""A door before a server on the loopback, which can be made to fail and to work again while a stage is at work."""

import contextlib
import socket
import socketserver
import threading
import time
from collections.abc import Iterator

HANG_SECONDS = 60.0
SLOW_SECONDS = 1.0
ANSWERS = {
    "answers 500": b"HTTP/1.1 500 Broken\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
    "answers 401": b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
    "answers HTML": b"HTTP/1.1 200 OK\r\nContent-Length: 13\r\nConnection: close\r\n\r\n<html></html>",
    "cuts its answer": b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n{",
    "closes the connection": b"",
}
WORKS = "works"


class Proxy(socketserver.ThreadingTCPServer):
    """Passes requests on to a port while it `behaves` well; `failed` is set by the first one that met a fault."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, port: int) -> None:
        super().__init__(("127.0.0.1", 0), Relay)
        self.port = port
        self.failed = threading.Event()
        self._behaviour = WORKS

    @property
    def uri(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def behave(self, behaviour: str) -> None:
        """Work, fail in one way, or work again: from the next request on, on connections that stand too."""
        if behaviour != WORKS:
            self.failed.clear()
        self._behaviour = behaviour

    def passes(self, client: socket.socket) -> bool:
        """Say whether a request may pass; answer it otherwise."""
        behaviour = self._behaviour
        if behaviour == WORKS:
            return True
        self.failed.set()
        if behaviour == "is slow":
            time.sleep(SLOW_SECONDS)
            return True
        if behaviour == "hangs":
            end = time.monotonic() + HANG_SECONDS
            while self._behaviour == "hangs" and time.monotonic() < end:
                time.sleep(0.05)
            return False
        client.sendall(ANSWERS[behaviour])
        return False

    def handle_error(self, *_: object) -> None:
        """A client that has gone is no news."""


class Relay(socketserver.BaseRequestHandler):
    """One connection."""

    server: Proxy

    def handle(self) -> None:
        """Pass both ways until a fault or either's end."""
        with contextlib.ExitStack() as stack:
            behind = None
            while (content := self.request.recv(1 << 16)) and self.server.passes(self.request):
                if behind is None:
                    behind = stack.enter_context(socket.create_connection(("127.0.0.1", self.server.port)))
                    threading.Thread(target=_pump, args=(behind, self.request), daemon=True).start()
                behind.sendall(content)


def _pump(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while content := source.recv(1 << 16):
            target.sendall(content)


@contextlib.contextmanager
def proxy_before(port: int) -> Iterator[Proxy]:
    """Run a proxy."""
    with Proxy(port) as served:
        thread = threading.Thread(target=served.serve_forever, daemon=True)
        thread.start()
        try:
            yield served
        finally:
            served.behave(WORKS)  # lets go what hangs
            served.shutdown()
            thread.join()


def free_port() -> int:
    """Return a port where nobody listens."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        return int(closed.getsockname()[1])
