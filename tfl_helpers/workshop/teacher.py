"""Raised hands in, the teacher's page out. Knows no answer and no file of anybody.

A service of the hub, in a process of its own; it also stops servers that nobody uses.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import time
from functools import partial
from typing import Any
from urllib.parse import quote, urlsplit

from jinja2 import Environment, FileSystemLoader
from jupyterhub.services.auth import HubOAuthCallbackHandler, HubOAuthenticated
from jupyterhub_idle_culler import cull_idle
from tornado.httpclient import AsyncHTTPClient, HTTPClientError
from tornado.ioloop import PeriodicCallback
from tornado.web import Application, HTTPError, RequestHandler, authenticated

from .room import PAGES, as_typed, hub_name, in_language, read_room

_IDLE_SECONDS = 3600
_PAGE = Environment(loader=FileSystemLoader(PAGES), autoescape=True)


async def _hub(path: str, method: str = "GET") -> Any:
    """The hub's answer to this service."""
    token = {"Authorization": f"token {os.environ['JUPYTERHUB_API_TOKEN']}"}
    url = os.environ["JUPYTERHUB_API_URL"] + path
    answer = await AsyncHTTPClient().fetch(url, method=method, headers=token)
    return json.loads(answer.body or b"null")


class _Handler(HubOAuthenticated, RequestHandler):
    """What comes with a token of the hub, or after its sign-in."""

    def initialize(self) -> None:
        super().initialize()
        self.room = read_room()
        self.hands = self.room.kept("hands")


class Hand(_Handler):
    """One learner's own hand: from their server, with its token."""

    def check_xsrf_cookie(self) -> None:
        """A page of somebody else can send cookies along, but no such header."""
        if "Authorization" not in self.request.headers:
            super().check_xsrf_cookie()

    @authenticated
    def get(self) -> None:
        """Whether it is up, and with which words."""
        self.finish(self.hands.get(self.current_user["name"], {}))

    @authenticated
    def post(self) -> None:
        """Up with a lesson, down without."""
        wish, name = json.loads(self.request.body), self.current_user["name"]
        before = self.hands.pop(name, {})
        if lesson := str(wish.get("lesson", ""))[:2]:
            shown = as_typed(str(wish.get("name", "")))[:30]
            since = before.get("since", time.time())
            self.hands[name] = {"lesson": lesson, "name": shown, "since": since}
        self.room.keep("hands", self.hands)
        self.finish(self.hands.get(name, {}))


class Teacher(_Handler):
    """Who asks for help since when, how many are here, and a name to free."""

    @authenticated
    async def get(self) -> None:
        """Show the page."""
        await self._show()

    @authenticated
    async def post(self) -> None:
        """Free a name: whoever has the code may choose its password anew."""
        typed = as_typed(self.get_body_argument("name", ""))
        self._only_the_teacher()
        try:
            if hub_name(typed) == hub_name(self.room.teacher):
                raise KeyError(typed)
            await _hub(f"/users/{quote(hub_name(typed))}", "DELETE")
            self.hands.pop(hub_name(typed), None)
            self.room.keep("hands", self.hands)
            await self._show(freed=typed)
        except (HTTPClientError, KeyError) as error:  # 404; else the hub is starting their server
            known = getattr(error, "code", 404) != 404
            await self._show(**{"busy" if known else "unknown": typed})

    def _only_the_teacher(self) -> None:
        if self.current_user["name"] != hub_name(self.room.teacher):
            raise HTTPError(403)

    async def _show(self, **told: str) -> None:
        self._only_the_teacher()
        language = self.get_argument("language", "") or self.room.language_of(
            self.current_user["name"]
        )
        users = await _hub("/users?state=active&limit=1000")
        waiting = sorted(self.hands.values(), key=lambda hand: hand["since"])
        hands = [{**hand, "minutes": int(time.time() - hand["since"]) // 60} for hand in waiting]
        known = {"language": language, "say_in": in_language, "hands": hands, "told": told}
        known |= {"count": len(users), "xsrf": self.xsrf_token.decode(), "room": self.room}
        known |= {"base_url": "/hub/"}
        self.finish(_PAGE.get_template("teacher.html").render(**known))


async def main() -> None:
    """Serve until the hub that started this is gone."""
    prefix, parent = os.environ["JUPYTERHUB_SERVICE_PREFIX"], os.getppid()
    handlers = [
        (prefix, Teacher),
        (f"{prefix}stuck", Hand),
        (f"{prefix}oauth_callback", HubOAuthCallbackHandler),
    ]
    place = urlsplit(os.environ["JUPYTERHUB_SERVICE_URL"])
    served = Application(handlers, cookie_secret=os.urandom(32), xsrf_cookies=True)
    served.listen(place.port, place.hostname)
    cull = partial(
        cull_idle,
        url=os.environ["JUPYTERHUB_API_URL"],
        api_token=os.environ["JUPYTERHUB_API_TOKEN"],
        inactive_limit=_IDLE_SECONDS,
        logger=logging.getLogger("tornado.application"),
    )
    PeriodicCallback(cull, 300_000).start()
    while os.getppid() == parent:  # a hub that was killed starts a new one of these
        await asyncio.sleep(1)


if __name__ == "__main__":
    asyncio.run(main())
