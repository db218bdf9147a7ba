"""A room's address and a name in; what that learner's browser does there, done, out.

The hub's own form and cookies, and the learner's server as JupyterLab speaks with it: no token, no
way round. Knows no lesson.
"""

from __future__ import annotations

import asyncio
import html
import json
import re
import time
import uuid
from dataclasses import dataclass, field
from typing import Any

from ..words import later, say

PATIENCE = 300.0  # seconds that somebody waits for a page or a cell
_LOST = later("the connection to the kernel is lost")
_SHOWN = ("stream", "display_data", "execute_result", "error")


class LearnerError(Exception):
    """What a learner got in the place of what they asked for."""


@dataclass
class Ran:
    """A cell that has run: for how long, what it shows, its error or nothing."""

    seconds: float = 0.0
    outputs: list[dict[str, Any]] = field(default_factory=list)
    error: str = ""


class Learner:
    """A learner with a browser of their own, to be left with `async with`."""

    def __init__(self, url: str, name: str) -> None:
        self.url, self.name = url, name
        self.home = self.at = self.kernel = ""
        self._socket: Any = None

    async def __aenter__(self) -> Learner:
        import aiohttp

        jar = aiohttp.CookieJar(unsafe=True)  # the loopback address has no name
        patience = aiohttp.ClientTimeout(total=PATIENCE)
        self.browser = aiohttp.ClientSession(self.url, cookie_jar=jar, timeout=patience)
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.browser.close()

    async def ask(self, method: str, path: str, **what: Any) -> Any:
        """The answer to a request: what its JSON says, or its text. `at` is where it came from.

        Raises:
            LearnerError: the server refused, or there is none.
        """
        import aiohttp

        headers = {"X-XSRFToken": self._xsrf(path)}
        try:
            async with self.browser.request(method, path, headers=headers, **what) as answer:
                text, self.at = await answer.text("utf-8", "replace"), answer.url.path
        except (aiohttp.ClientError, TimeoutError) as error:
            raise LearnerError(f"{method} {path}: {error!r}") from error
        if answer.status >= 400:
            said = re.search(r'(?s)"message": "(.+?)"|role="alert"[^>]*>(.+?)<', text)
            words = next(filter(None, said.groups())) if said else text[:200]
            raise LearnerError(f"{method} {self.at}: {answer.status} {' '.join(words.split())}")
        return json.loads(text) if "json" in answer.content_type else text

    def _xsrf(self, path: str) -> str:
        """The cookie that a page of ours would send back, to show that it is ours."""
        from yarl import URL

        cookie = self.browser.cookie_jar.filter_cookies(URL(self.url + path)).get("_xsrf")
        return cookie.value if cookie else ""

    async def sign_in(self, code: str, password: str, follow: bool = True) -> None:
        """Fill in the form of the join page; LearnerError has its words if it refuses."""
        await self.ask("GET", "/hub/login")
        fields = {"username": self.name, "password": password, "code": code}
        fields["_xsrf"] = self._xsrf("/hub/login")
        await self.ask("POST", "/hub/login", data=fields, allow_redirects=follow)

    async def open_server(self) -> None:
        """Ask for a server of their own, and again until it is there, as the hub's page does."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            try:
                page = await self.ask("GET", "/hub/spawn")
                if events := re.search(r'EventSource\("([^"]+)"', page):
                    await self.ask("GET", html.unescape(events[1]))  # they end when it is there
            except LearnerError as error:  # the hub starts some at a time: a reload
                if not re.search(r": (429|503) ", str(error)):
                    raise
                await asyncio.sleep(0.5)
            if found := re.match(r"/user/[^/]+/", self.at):
                self.home = found[0]
                return
        raise LearnerError(say("no server after {seconds:.0f} s", seconds=PATIENCE))

    async def open_page(self, path: str) -> None:
        """JupyterLab with a notebook: its page, the files that this names, and its settings."""
        page = await self.ask("GET", f"{self.home}lab/tree/{path}")
        for file in re.findall(r'(?:src|href)="(/[^"]+[.](?:js|css)[^"]*)"', page):
            await self.ask("GET", file)
        await self.ask("GET", f"{self.home}lab/api/settings")

    async def read(self, path: str) -> dict[str, Any]:
        """A notebook of theirs."""
        return (await self.ask("GET", f"{self.home}api/contents/{path}"))["content"]

    async def save(self, path: str, notebook: dict[str, Any]) -> None:
        """As JupyterLab saves it."""
        model = {"type": "notebook", "format": "json", "content": notebook}
        await self.ask("PUT", f"{self.home}api/contents/{path}", json=model)

    async def start_kernel(self, path: str) -> None:
        """A kernel for a notebook, and a connection to it."""
        kind = {"path": path, "name": path, "type": "notebook", "kernel": {"name": "python3"}}
        session = await self.ask("POST", f"{self.home}api/sessions", json=kind)
        self.kernel = session["kernel"]["id"]
        await self.connect()

    async def connect(self) -> None:
        """A connection to the kernel that runs already, as after a reload."""
        self._id = uuid.uuid4().hex
        path = f"{self.home}api/kernels/{self.kernel}/channels?session_id={self._id}"
        self._socket = await self.browser.ws_connect(path, max_msg_size=0, compress=0)

    async def run(self, code: str, cell: str = "", seconds: float = PATIENCE) -> Ran:
        """Run a cell until its kernel is idle again.

        Raises:
            LearnerError: no answer in time, or nobody there who could answer.
        """
        start, message = time.perf_counter(), uuid.uuid4().hex
        head = {"msg_id": message, "msg_type": "execute_request", "session": self._id}
        head |= {"username": self.name, "version": "5.3", "date": ""}
        content = {"code": code, "silent": False, "store_history": True, "allow_stdin": False}
        request = {"header": head, "parent_header": {}, "channel": "shell", "buffers": []}
        request |= {"metadata": {"cellId": cell}, "content": content}
        ran, awaited = Ran(), {"execute_reply", "idle"}
        try:
            async with asyncio.timeout(seconds):
                await self._socket.send_str(json.dumps(request))
                while awaited:
                    awaited -= self._take(await self._socket.receive(), message, ran)
        except TimeoutError:
            raise LearnerError(say("no answer after {seconds:.0f} s", seconds=seconds)) from None
        except ConnectionError as error:
            raise LearnerError(say(_LOST)) from error
        ran.seconds = time.perf_counter() - start
        return ran

    def _take(self, raw: Any, message: str, ran: Ran) -> set[str]:
        """What one message from the kernel brings for the cell that runs."""
        from aiohttp import WSMsgType

        if raw.type == WSMsgType.BINARY:  # between widgets
            return set()
        if raw.type != WSMsgType.TEXT:
            raise LearnerError(say(_LOST))
        said = json.loads(raw.data)
        kind, content = said["msg_type"], said["content"]
        state = content.get("execution_state", "")
        if kind == "status" and state in ("restarting", "dead"):
            raise LearnerError(say("the kernel died"))
        if said["parent_header"].get("msg_id") != message:
            return set()
        if kind in _SHOWN:  # as a notebook keeps it
            content.pop("transient", None)
            ran.outputs.append({"output_type": kind, **content})
        if kind == "error":
            ran.error = f"{content['ename']}: {content['evalue']}"
        return {kind, state}
