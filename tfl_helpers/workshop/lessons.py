"""A learner's own server in, the page of their lessons out: it opens, resets, asks for help.

Runs as the learner, so it sees what they see. Loaded by their JupyterLab alone.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader
from jupyter_server.base.handlers import AuthenticatedFileHandler, JupyterHandler
from jupyter_server.utils import url_path_join
from tornado.httpclient import AsyncHTTPClient, HTTPClientError
from tornado.web import authenticated

from ..progress import read_progress
from ..setup.copies import last_saved, prepare
from ..setup.lessons import find_lessons, lesson_id
from ..words import speak
from .room import PAGES, in_language

_ROOM = "TFL_ROOM"
PAGE = Environment(loader=FileSystemLoader(PAGES), autoescape=True)


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": __name__}]


def _load_jupyter_server_extension(app: Any) -> None:
    mine, base = Path(app.root_dir), app.web_app.settings["base_url"]
    # Not in the home: on a full disk no notebook would open, for what is trusted is written down.
    app.contents_manager.notary.db_file = str(Path(app.runtime_dir, "nbsignatures.db"))
    prepare_copies(mine, _language(mine))
    handlers = [("lessons", Lessons, {"mine": mine}), ("page/(.*)", Page, {"path": mine / "page"})]
    app.web_app.add_handlers(
        ".*$", [(url_path_join(base, name), one, given) for name, one, given in handlers]
    )


def _language(mine: Path, asked: str = "") -> str:
    """What was asked for now, or last, or when they joined."""
    kept = mine / ".language"
    if asked in ("en", "ja"):
        kept.write_text(asked, "utf-8")
    known = kept.read_text("utf-8") if kept.is_file() else os.environ.get("TFL_LANGUAGE", "")
    return "ja" if known == "ja" else "en"


def prepare_copies(mine: Path, language: str, fresh: str = "") -> list[str]:
    """What `lab` does before it opens."""
    speak(language)
    course = find_lessons([], language)
    anew = find_lessons([fresh], language)[0] if fresh else None
    return prepare(course, mine / language, fresh=anew)


class Lessons(JupyterHandler):
    """The fifteen lessons, how far each is, and a hand to raise."""

    def initialize(self, mine: Path) -> None:
        """Take the folder of the copies."""
        self.mine = mine

    @authenticated
    async def get(self) -> None:
        """Show the page."""
        language = _language(self.mine, self.get_argument("language", ""))
        told = prepare_copies(self.mine, language)
        await self._show(language, told)

    @authenticated
    async def post(self) -> None:
        """Begin one lesson anew, ask the teacher to come, or say that it is solved."""
        language = _language(self.mine)
        if number := self.get_body_argument("fresh", ""):
            await self._close(language, number)
            await self._show(language, prepare_copies(self.mine, language, number))
        else:
            lesson = self.get_body_argument("stuck")
            await self._ask({"lesson": lesson, "name": self.get_body_argument("name", "")})
            self.redirect("lessons")

    async def _close(self, language: str, number: str) -> None:
        """Its kernel has the variables of what is put aside."""
        path = f"{language}/{find_lessons([number], language)[0].name}"
        for one in await self.session_manager.list_sessions():
            if one["path"] == path:
                await self.session_manager.delete_session(one["id"])

    async def _ask(self, wish: dict[str, str] | None = None) -> dict[str, str] | None:
        """What the room knows of this learner's hand, after saying so; None while it is away."""
        token = {"Authorization": f"token {os.environ['JUPYTERHUB_API_TOKEN']}"}
        sent = {"method": "POST", "body": json.dumps(wish)} if wish else {}
        try:
            answer = await AsyncHTTPClient().fetch(os.environ[_ROOM], headers=token, **sent)
        except (OSError, HTTPClientError) as error:
            self.log.warning("%s: %s", os.environ[_ROOM], error)
            return None
        return json.loads(answer.body)

    async def _show(self, language: str, told: list[str]) -> None:
        course, progress = find_lessons([], language), read_progress()
        last = last_saved([self.mine / language / lesson.name for lesson in course]).name
        rows = [
            {
                "number": lesson_id(lesson),
                "title": json.loads(lesson.read_text("utf-8"))["cells"][0]["source"][0][2:].strip(),
                "url": url_path_join(self.base_url, "lab/tree", language, lesson.name),
                "right": progress.count(lesson_id(lesson)),
                "is_last": lesson.name == last,
            }
            for lesson in course
        ]
        has_page = (self.mine / "page" / "index.html").is_file()
        known = {"language": language, "say_in": in_language, "rows": rows, "told": told}
        known |= {"stuck": await self._ask(), "page": has_page and f"{self.base_url}page/"}
        known |= {"xsrf": self.xsrf_token.decode(), "base_url": "/hub/"}
        self.finish(PAGE.get_template("lessons.html").render(**known))


class Page(AuthenticatedFileHandler):
    """The page that lesson 14 writes, for a browser that is not on the hub's machine."""

    @property
    def content_security_policy(self) -> str:
        """Without the sandbox of other files: it has modules and WebAssembly to load."""
        return JupyterHandler.content_security_policy.fget(self)

    def parse_url_path(self, url_path: str) -> str:
        """`page/` is `page/index.html`."""
        return f"{url_path}index.html" if url_path.endswith("/") or not url_path else url_path
