"""A program: loads TensorFlow once, then forks a Python that has it loaded for whoever asks.

warm.py starts it, with a socket that listens; it ends when its stdin does. Of this project it
imports two modules and forgets them: a fork reads our files when it imports them.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import runpy
import selectors
import signal
import socket
import sys
import tempfile
from contextlib import suppress
from typing import Any

from .warm import REFUSED
from .warm_modules import preload, settings

STDIN = 0
LONGEST_REQUEST = 1 << 18
PATIENCE_SECONDS = 5  # for an asker that connects and says nothing


def serve(listener: socket.socket, environment: dict[str, str]) -> dict[str, Any]:
    """Answer until the run is over. Returns only in a fork: what that was asked for.

    Args:
        environment: the settings of this process before it loaded anything.
    """
    events = selectors.PollSelector()  # has no descriptor, which forks would share
    events.register(listener, selectors.EVENT_READ)
    events.register(STDIN, selectors.EVENT_READ)
    signal.signal(signal.SIGTERM, lambda *_: end(events))
    while True:
        for key, _ in events.select():
            if key.fileobj == STDIN:
                end(events)
            elif key.fileobj is not listener:
                watch(events, key)
            elif request := answer(events, listener.accept()[0], environment):
                return request


def answer(
    events: selectors.PollSelector, asker: socket.socket, environment: dict[str, str]
) -> dict[str, Any] | None:
    """Fork, or say why not. The request in the fork; nothing in this process."""
    asker.settimeout(PATIENCE_SECONDS)
    try:
        message, descriptors, *_ = socket.recv_fds(asker, LONGEST_REQUEST, 3)
        request = json.loads(message)
    except (OSError, ValueError):  # it went away, or never said what it wants
        asker.close()
        return None
    if why := unsafe() or differs(request["environment"], environment):
        print(REFUSED, why, file=sys.stderr, flush=True)
        asker.close()
    elif pid := os.fork():
        child = (pid, os.pidfd_open(pid), asker)
        events.register(child[1], selectors.EVENT_READ, child)
        events.register(asker, selectors.EVENT_READ, child)
    else:
        os.setsid()  # signals for this kernel go to its group
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        tell(asker, pid=os.getpid())
        for key in [*events.get_map().values()]:
            close(key.fileobj)
        asker.close()
        return {**request, "descriptors": descriptors}
    for descriptor in descriptors:
        os.close(descriptor)
    return None


def unsafe() -> str:
    """Why this process must not fork; empty if it may.

    A lock that another thread holds stays locked in the fork. TensorFlow starts threads at its
    first operation, and none when it is imported.
    """
    threads = len(os.listdir("/proc/self/task"))
    return "" if threads == 1 else f"{threads} threads run in the warm process"


def differs(wanted: dict[str, str], loaded: dict[str, str]) -> str:
    """Which variables had another value when the modules were loaded; empty if none."""
    pairs = settings(wanted).items() ^ loaded.items()
    names = sorted({name for name, _ in pairs})
    return f"{', '.join(names)} had another value when TensorFlow was loaded" if names else ""


def watch(events: selectors.PollSelector, key: selectors.SelectorKey) -> None:
    """A fork has ended: tell its asker. Or the asker is gone: end its fork."""
    pid, ended, asker = key.data
    with suppress(KeyError, ValueError):  # when both happen at once, the other came first
        events.unregister(asker)
    if key.fileobj is asker:
        kill(pid)
        return
    events.unregister(ended)
    os.close(ended)
    tell(asker, code=os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
    asker.close()


def end(events: selectors.PollSelector) -> None:
    """The run is over, and no fork outlives it."""
    for key in events.get_map().values():
        if key.data:
            kill(key.data[0])
    os._exit(0)


def tell(asker: socket.socket, **words: Any) -> None:
    """Send one message, if there is still somebody to read it."""
    with suppress(OSError):
        asker.send(json.dumps(words).encode())


def kill(pid: int) -> None:
    """End a fork and the processes that it started."""
    with suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)


def close(thing: Any) -> None:
    """Close a descriptor, or the object that owns one."""
    if isinstance(thing, int):
        os.close(thing)
    else:
        thing.close()


def become(request: dict[str, Any]) -> None:
    """Be `python -m MODULE ARGUMENTS` in the folder and with the environment asked for."""
    for target, descriptor in enumerate(request["descriptors"]):
        os.dup2(descriptor, target)
        os.close(descriptor)
    os.environ.clear()
    os.environ.update(request["environment"])
    os.chdir(request["folder"])
    tempfile.tempdir = None
    sys.path.insert(0, os.getcwd())
    importlib.invalidate_caches()
    sys.modules["numpy"].random.seed()  # else all forks draw the same numbers
    for name in [name for name in sys.modules if name.partition(".")[0] == "tfl_helpers"]:
        del sys.modules[name]
    gc.enable()
    sys.argv = request["arguments"]
    if sys.argv[0] == "ipykernel_launcher":  # it ends when this process is no more
        sys.argv.append(f"--IPKernelApp.parent_handle={os.getppid()}")
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    del sys.path[0]  # the folder of this process; a fork gets its own
    loaded_with = settings(os.environ)
    preload()
    become(serve(socket.socket(fileno=int(sys.argv[1])), loaded_with))
