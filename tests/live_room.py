"""A real hub with its proxy, and learners who come in over HTTP as a browser does."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import requests
import websocket
from live_lab import wait_until
from needs import demand_hub

from tfl_helpers.setup.errors import IS_ROOT
from tfl_helpers.setup.lessons import ROOT

CODE = "pure-bumi"
_START = """
import sys
from pathlib import Path
from tfl_helpers import __main__ as m
from tfl_helpers.workshop.start import run_room

sys.exit(run_room(m.parse(sys.argv[2:]), m._OFFLINE, Path(sys.argv[1])))
"""
# On a machine whose Python lies in root's closed home: a view of our own in which one may pass.
_OPENED = """
keep=$(mktemp -d); mount --bind "$1" "$keep"; mount -t tmpfs -o mode=0711 tmpfs "$1"
mkdir "$1/$2"; mount --bind "$keep/$2" "$1/$2"; umount -l "$keep"; rmdir "$keep"
shift 2; exec "$@"
"""


def through() -> list[str]:
    """What stands before a command so that learners reach its Python."""
    base = Path(sys.base_prefix)
    for parent in reversed(base.parents):
        if IS_ROOT and not parent.stat().st_mode & 0o001:
            below = base.relative_to(parent).parts[0]
            return ["unshare", "--mount", "sh", "-ec", _OPENED, "sh", str(parent), below]
    return []


@dataclass
class RunningRoom:
    """A hub that was started with a folder of its own."""

    folder: Path
    port: int
    process: subprocess.Popen[str] | None = None
    said: str = ""

    @property
    def url(self) -> str:
        """Where a browser begins."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def password(self) -> str:
        """The teacher's."""
        return json.loads((self.folder / "room.json").read_text())["password"]

    def start(self) -> None:
        """As `workshop` does; returns when it says how to come in."""
        options = ["workshop", "--join", CODE, "--port", str(self.port), "--memory", "1G"]
        options += [] if IS_ROOT else ["--shared-user"]
        command = [*through(), sys.executable, "-c", _START, str(self.folder), *options]
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8"}
        self.process = subprocess.Popen(
            command, env=environment, text=True, stdout=subprocess.PIPE, start_new_session=True
        )
        lines = []
        for line in self.process.stdout:
            lines.append(line)
            if "Ctrl-C" in line:
                break
        self.said = "".join(lines)
        assert "Ctrl-C" in self.said, self.log()[-3000:]

    def log(self) -> str:
        """What the hub and the servers wrote."""
        return (self.folder / "hub.log").read_text("utf-8", "replace")

    def hub_id(self) -> int:
        """The process of the hub alone."""
        ran = subprocess.run(
            ["pgrep", "-P", str(self.process.pid)], capture_output=True, text=True, check=True
        )
        return int(ran.stdout.split()[0])

    def interrupt(self) -> int:
        """Ctrl-C, which reaches all that stand in the foreground."""
        os.killpg(self.process.pid, signal.SIGINT)
        return self.process.wait(60)


@contextmanager
def running_room(folder: Path) -> Iterator[RunningRoom]:
    """A room on free ports, stopped at the end with all its servers."""
    demand_hub()
    room = RunningRoom(folder, _free_block())
    room.start()
    try:
        yield room
    finally:
        if room.process.poll() is None:
            room.interrupt()


def _free_block() -> int:
    """The first of four free ports in a row."""
    for first in range(18_000, 19_000, 4):
        try:
            for port in range(first, first + 4):
                with socket.socket() as tried:
                    tried.bind(("127.0.0.1", port))
            return first
        except OSError:
            continue
    raise AssertionError("no four free ports in a row")


@dataclass
class Learner:
    """One browser without a window: its cookies, and what it may do with them."""

    room: RunningRoom
    typed: str
    password: str
    session: requests.Session = field(default_factory=requests.Session)
    kernel: Any = None

    def __post_init__(self) -> None:
        self.session.hooks["response"] = lambda got, **_: setattr(got, "encoding", "utf-8")

    def join(self, code: str = "", language: str = "en") -> requests.Response:
        """Fill in the join page."""
        page = self.session.get(f"{self.room.url}/hub/login?language={language}")
        form = {"username": self.typed, "password": self.password, "code": code}
        form |= {"language": language, "_xsrf": hidden(page.text)}
        return self.session.post(f"{self.room.url}/hub/login", data=form)

    def open_lessons(self) -> requests.Response:
        """Wait until their own server shows its first page."""
        found = []

        def there() -> bool:
            found.append(self.session.get(f"{self.room.url}/hub/spawn"))
            assert found[-1].ok, found[-1].text
            return found[-1].url.endswith("/lessons")

        wait_until(there, f"the server of {self.typed}", pause=0.3)
        return found[-1]

    @cached_property
    def address(self) -> str:
        """The address of their server, which has their name in it."""
        return self.open_lessons().url.removesuffix("/lessons")

    def post_lessons(self, **form: str) -> requests.Response:
        """Press a button on the page of the lessons."""
        page = self.session.get(f"{self.address}/lessons")
        return self.session.post(f"{self.address}/lessons", {**form, "_xsrf": hidden(page.text)})

    def run(self, code: str) -> str:
        """What a cell prints, in a kernel that stays."""
        if self.kernel is None:
            self._start_kernel()
        header = {"msg_id": uuid.uuid4().hex, "msg_type": "execute_request", "session": "1"}
        header |= {"username": "", "version": "5.3", "date": ""}
        content = {"code": code, "silent": False, "store_history": False, "allow_stdin": False}
        message = {"header": header, "parent_header": {}, "metadata": {}, "buffers": []}
        message |= {"channel": "shell", "content": {**content, "user_expressions": {}}}
        self.kernel.send(json.dumps(message))
        printed = ""
        while True:
            came = json.loads(self.kernel.recv())
            if came["parent_header"].get("msg_id") != header["msg_id"]:
                continue
            content = came["content"]
            printed += content.get("text", "") if came["msg_type"] == "stream" else ""
            if came["msg_type"] == "error":
                printed += f"{content['ename']}: {content['evalue']}"
            if content.get("execution_state") == "idle":
                return printed

    def _start_kernel(self) -> None:
        self.open_lessons()
        name = self.address.rpartition("/")[2]
        cookies = [one for one in self.session.cookies if one.path in ("/", f"/user/{name}/")]
        token = next(one.value for one in cookies if one.name == "_xsrf")
        asked = {"name": "", "path": "en/a.ipynb", "type": "notebook"}
        answer = self.session.post(
            f"{self.address}/api/sessions",
            json={**asked, "kernel": {"name": "python3"}},
            headers={"X-XSRFToken": token},
        )
        assert answer.status_code == 201, answer.text
        kernel = answer.json()["kernel"]["id"]
        self.kernel = websocket.create_connection(
            f"{self.address.replace('http', 'ws')}/api/kernels/{kernel}/channels?session_id=1",
            cookie="; ".join(f"{one.name}={one.value}" for one in cookies),
            origin=self.room.url,
            timeout=60,
        )


def hidden(page: str) -> str:
    """The token that a form of this page sends along."""
    return re.search(r'name="_xsrf" value="([^"]+)"', page)[1]


def alert(page: requests.Response) -> str:
    """What a page complains of."""
    return " ".join(re.findall(r'role="alert">([^<]+)<', page.text))
