"""What a room was started with in; its file, and who a typed name is in it, out.

Knows no JupyterHub. All of it lies in `my/hub`, which only the hub reads; `homes` has the learners.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
import socket
import unicodedata
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from ..words import say, speak, spoken

FOLDER = "TFL_HUB"  # the variable that tells the hub and the room's service where all this lies
PAGES = Path(__file__).with_name("pages")
_CONSONANTS, _VOWELS = "bdghkmnprstz", "aeiu"  # said and heard alike in English and Japanese
_PLAIN = re.compile(r"[a-z][a-z0-9-]{0,19}")
LONGEST = 30  # letters of a name


@dataclass(frozen=True)
class Room:
    """A hub on this machine; ports `port` to `port + 3` are its own, all but the first inside."""

    folder: str
    join: str = ""
    teacher: str = "teacher"
    password: str = ""
    port: int = 8000
    host: str = "127.0.0.1"
    cert: str = ""
    key: str = ""
    language: str = ""
    memory: int = 2 << 30
    lab: tuple[str, ...] = ()

    def at(self, host: str) -> str:
        """The address of the room, at a name or number of this machine."""
        host = f"[{host}]" if ":" in host else host
        return f"http{'s' * bool(self.cert)}://{host}:{self.port}/"

    @property
    def service(self) -> str:
        """Where the teacher's page listens, behind the proxy."""
        return f"http://127.0.0.1:{self.port + 3}"

    def completed(self) -> Room:
        """With the code and the password that it had before, or new ones."""
        before = (
            json.loads(self._file("room").read_text("utf-8"))
            if self._file("room").is_file()
            else {}
        )
        words = ["".join(map(secrets.choice, (_CONSONANTS, _VOWELS) * 2)) for _ in range(2)]
        return replace(
            self,
            join=self.join or before.get("join") or "-".join(words),
            password=before.get("password") or secrets.token_urlsafe(9),
        )

    def _file(self, name: str) -> Path:
        return Path(self.folder, f"{name}.json")

    def keep(self, name: str, content: Any) -> None:
        """A small file of ours, in one step, that learners cannot read."""
        draft = self._file(f".{name}")
        draft.touch(0o600)
        draft.write_text(json.dumps(content, ensure_ascii=False), "utf-8")
        os.replace(draft, self._file(name))

    def kept(self, name: str) -> dict[str, Any]:
        """What `keep` has kept under this name."""
        return json.loads(self._file(name).read_text("utf-8")) if self._file(name).is_file() else {}

    def save(self) -> None:
        """For the hub, and for the next start."""
        self.keep("room", asdict(self))

    @property
    def homes(self) -> Path:
        """The folder of the learners' homes."""
        return Path(self.folder, "homes")

    def language_of(self, name: str) -> str:
        """What somebody chose when they signed in."""
        return self.kept("names").get(name, {}).get("language") or self.language or "en"


def read_room() -> Room:
    """The room that this process belongs to."""
    return Room(**json.loads(Path(os.environ[FOLDER], "room.json").read_text("utf-8")))


def as_typed(name: str) -> str:
    """A name without what nobody sees: `Ｈａｎａ　` and `Hana` are one."""
    return " ".join(unicodedata.normalize("NFKC", name).split())


def hub_name(name: str) -> str:
    """A name that a folder and an address can have: itself, if it is plain, else made from it."""
    key = as_typed(name).casefold()
    return key if _PLAIN.fullmatch(key) else f"n-{hashlib.sha256(key.encode()).hexdigest()[:12]}"


def in_language(language: str, message: str, /, **values: object) -> str:
    """What `say` says, in the language of one reader among many."""
    before = spoken()
    try:
        speak(language)
        return say(message, **values)
    finally:
        speak(before)


def is_free(port: int) -> bool:
    """Whether nothing listens there on this machine's loopback address."""
    with socket.socket() as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
