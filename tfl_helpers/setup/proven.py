"""JupyterLab's wish to write a proven lesson in, a sentence that refuses it out.

Given to JupyterLab by name, which is why the class is made when it is asked for: so this package
imports jupyter_server nowhere else.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, NoReturn

from ..words import later, say, speak

_REFUSED = later(
    "This is the proven edition, and it stays as it is. "
    "Your own copy takes what you write: python3 -m tfl_helpers lab"
)


def __getattr__(name: str) -> Any:
    """`ProvenLessons`, a contents manager that reads files and writes none."""
    if name != "ProvenLessons":
        raise AttributeError(name)
    from jupyter_server.services.contents.largefilemanager import AsyncLargeFileManager
    from tornado.web import HTTPError

    async def refuse(self: Any, *_: Any, **__: Any) -> NoReturn:
        speak("ja" if Path(self.root_dir).name == "ja" else "en")  # as its lessons
        raise HTTPError(403, say(_REFUSED), reason=say(_REFUSED))

    async def get(self: Any, *arguments: Any, **named: Any) -> dict[str, Any]:
        model = await AsyncLargeFileManager.get(self, *arguments, **named)
        listed = (model["content"] or []) if model["type"] == "directory" else []
        for part in [model, *listed]:
            part["writable"] = False
        return model

    async def none(*_: Any) -> list[Any]:
        return []  # to look for checkpoints makes a folder for them

    writers = "save delete_file rename_file copy new new_untitled create_checkpoint"
    writers += " restore_checkpoint delete_checkpoint"
    methods = {**dict.fromkeys(writers.split(), refuse), "get": get, "list_checkpoints": none}
    return type(name, (AsyncLargeFileManager,), methods)
