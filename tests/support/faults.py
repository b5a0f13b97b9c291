"""Faults that a stage injects into itself: signals, errors of the system and long waits, at a place in its code."""

import ctypes
import importlib
import os
import resource
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any


def place(owner: ModuleType | type, member: Callable[..., Any] | str) -> str:
    """Return `module:name` of a function or value as a module or class has it. Raises AttributeError where it has not."""
    name = member if isinstance(member, str) else member.__name__
    if not isinstance(member, str) and getattr(owner, name) is not member:
        raise AttributeError(f"{owner} has another {name}")
    getattr(owner, name)
    return f"{owner.__name__}:{name}" if isinstance(owner, ModuleType) else f"{owner.__module__}:{owner.__qualname__}.{name}"


def patch(place: str, wrapper: Callable[[Callable[..., Any]], Callable[..., Any]]) -> None:
    """Replace `module:name.name` by what `wrapper` makes of it."""
    module, _, path = place.partition(":")
    owner: Any = importlib.import_module(module)
    *parents, last = path.split(".")
    for parent in parents:
        owner = getattr(owner, parent)
    setattr(owner, last, wrapper(getattr(owner, last)))


def strike(mark: Path, fault: dict[str, Any]) -> None:
    """Do what the fault says, once: a signal to this process or its group, or an error of the system, or a long wait."""
    mark.write_text("yes")
    if "wait" in fault:
        Path(f"{fault['wait']}.reached").touch()
        while not Path(fault["wait"]).exists():
            time.sleep(0.02)
    if "children" in fault:
        for process in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split():
            os.kill(int(process), getattr(signal, fault["children"]))
    if "stuck" in fault:  # a call from which Python's handlers can't be reached
        threading.Timer(0.2, os.kill, (os.getpid(), getattr(signal, fault["signal"]))).start()
        ctypes.CDLL(None).system(f"exec sleep {fault['stuck']}".encode())
    elif "signal" in fault:
        number = getattr(signal, fault["signal"])
        os.killpg(0, number) if fault.get("group") else os.kill(os.getpid(), number)
    if "errno" in fault:
        raise OSError(fault["errno"], os.strerror(fault["errno"]))


def inject(fault: dict[str, Any], mark: Path) -> None:
    """Arm this process with a fault: `at` the nth call of a function, or at a `byte` of the nth file written."""
    count = 0

    def at(function: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*arguments: Any, **named: Any) -> Any:
            nonlocal count
            count += 1
            if count == fault.get("nth", 1) and not fault.get("after"):
                strike(mark, fault)
            value = function(*arguments, **named)
            if count == fault.get("nth", 1) and fault.get("after"):
                strike(mark, fault)
            return value

        return counted

    def cut(opened: Callable[..., Any]) -> Callable[..., Any]:
        def cutting(*arguments: Any, **named: Any) -> Any:
            nonlocal count
            file = opened(*arguments, **named)
            count += 1
            if count == fault.get("nth", 1):
                write = file.write

                class Cut:
                    def __enter__(self) -> "Cut":
                        return self

                    def __exit__(self, *_: object) -> None:
                        file.close()

                    def __getattr__(self, name: str) -> Any:
                        return getattr(file, name)

                    def write(self, content: bytes) -> int:
                        write(content[: int(len(content) * fault["share"])])
                        file.flush()
                        strike(mark, fault)
                        return int(write(content[int(len(content) * fault["share"]) :]))

                return Cut()
            return file

        return cutting

    for place, value in fault.get("set", {}).items():
        module, _, name = place.partition(":")
        setattr(importlib.import_module(module), name, value)
    if "at" in fault:
        patch(fault["at"], at)
    if "share" in fault:
        patch("stargan.core.files:os.fdopen", cut)
    if "file_bytes" in fault:
        resource.setrlimit(resource.RLIMIT_FSIZE, (fault["file_bytes"], fault["file_bytes"]))
    if "memory_bytes" in fault:
        resource.setrlimit(resource.RLIMIT_AS, (fault["memory_bytes"], fault["memory_bytes"]))
    if fault.get("user") == "nobody" and os.getuid() == 0:  # root may write where it likes
        os.setgid(65534)
        os.setuid(65534)
