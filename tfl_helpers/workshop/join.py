"""A name, a join code and a password in, a learner signed in out. Hashes nothing itself.

Whoever comes first with a name chooses its password (FirstUseAuthenticator, bcrypt); only a new
name needs the code. Loaded by the hub alone.
"""

from __future__ import annotations

import asyncio
import dbm
import secrets
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from firstuseauthenticator import FirstUseAuthenticator
from jupyterhub.handlers import LoginHandler
from tornado.web import HTTPError

from ..words import later
from .room import LONGEST, as_typed, hub_name, in_language, read_room

SHORTEST = 6  # of a password
_A_MINUTE = 60.0
_PER_NAME, _PER_ADDRESS = 5, 40  # wrong answers in a minute: a whole room may share one address
_TOO_MANY = later("Too many wrong answers. Wait a minute, then try again.")
_NO_NAME = later("Write a name of 1 to {longest} letters.")
_CODE = later("That is not the join code of this room. Your teacher has it.")
_SHORT = later("Choose a password of 6 to 24 characters; you will need it to come back.")
_WRONG = later(
    "That name is taken here, with another password. Take another name; "
    "or, if it is yours, ask your teacher to free it."
)


def language_for(handler: Any) -> str:
    """Of one who has not signed in: what they clicked, the room's, their browser's."""
    asked = handler.get_argument("language", "") or read_room().language
    wanted = asked or handler.request.headers.get("Accept-Language", "")
    return "ja" if wanted.lower().startswith("ja") else "en"


class JoinHandler(LoginHandler):
    """The join page, in two languages."""

    def _render(
        self, login_error: str | None = None, username: str | None = None, **more: Any
    ) -> Any:
        more["language"] = language_for(self)
        more["code"] = self.get_argument("code", "")
        return super()._render(login_error, username, **more)


class JoinAuthenticator(FirstUseAuthenticator):
    """Learners by join code and name, the teacher by the password that `workshop` printed."""

    def __init__(self, **named: Any) -> None:
        super().__init__(**named)
        self.room = read_room()
        self._wrong: list[tuple[float, str]] = []
        # bcrypt takes a fifth of a second, and all wait if the hub waits for it. One thread, so two
        # who take one name at once come one after the other.
        self._thread = ThreadPoolExecutor(1)

    def normalize_username(self, username: str) -> str:
        return hub_name(username)

    def get_handlers(self, app: Any) -> list[tuple[str, type]]:
        return [("/login", JoinHandler)]

    async def authenticate(self, handler: Any, data: dict[str, str]) -> str:
        loop, address = asyncio.get_running_loop(), handler.request.remote_ip
        why = await loop.run_in_executor(self._thread, self._judge, data, address)
        language = language_for(handler)
        if why:
            raise HTTPError(403, in_language(language, why, longest=LONGEST))
        name, typed = hub_name(data["username"]), as_typed(data["username"])
        names = self.room.kept("names")
        self.room.keep("names", {**names, name: {"shown": typed, "language": language}})
        return name

    def _judge(self, data: dict[str, str], address: str) -> str:
        """Nothing, or why not; in the one thread."""
        self._wrong = [one for one in self._wrong if one[0] > time.monotonic() - _A_MINUTE]
        name = hub_name(data.get("username", ""))
        counted = [key for _, key in self._wrong]
        if counted.count(name) >= _PER_NAME or counted.count(address) >= _PER_ADDRESS:
            return _TOO_MANY
        why = self._why_not(name, data)
        if why:
            self._wrong += [(time.monotonic(), name), (time.monotonic(), address)]
        return why

    def _why_not(self, name: str, data: dict[str, str]) -> str:
        typed, password = as_typed(data.get("username", "")), data.get("password", "")
        if not 1 <= len(typed) <= LONGEST or not typed.isprintable():
            return _NO_NAME
        if name == hub_name(self.room.teacher):
            given, known = password.encode(), self.room.password.encode()
            return "" if secrets.compare_digest(given, known) else _WRONG
        with dbm.open(self.dbm_path, "c", 0o600) as known:
            is_new = name.encode() not in known
        if is_new and _heard(data.get("code", "")) != _heard(self.room.join):
            return _CODE
        # bcrypt takes 72 bytes: 24 Japanese letters
        if len(password.encode()) > 72 or (is_new and len(password) < SHORTEST):
            return _SHORT
        signed_in = super().authenticate(None, {"username": name, "password": password})
        return "" if asyncio.run(signed_in) else _WRONG


def _heard(code: str) -> str:
    """What is left of a code that was said aloud."""
    return "".join(filter(str.isalnum, as_typed(code).casefold()))
