"""A learner in, a server in a home of their own out: as a system user of their own, if we may.

The user is a number without an entry in /etc/passwd, and their home in `my/hub/homes` says which:
nothing is left of a room whose folder is removed. Loaded by the hub alone.
"""

from __future__ import annotations

import os
import pwd
import resource
import shutil
import tempfile
import zlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from jupyterhub.spawner import SimpleLocalProcessSpawner
from traitlets import default

from ..setup.errors import IS_ROOT
from .room import read_room

# No system hands these out by itself (systemd's list of ranges), and they fit into a container.
_FIRST, _LAST = 50_000, 59_900
_PROCESSES = 1_000  # and threads, of one learner: a fork in a loop ends in their own room
_CGROUPS = Path("/sys/fs/cgroup")


def first_user(folder: str) -> int:
    """The first number of this room: two rooms on one machine share no user."""
    return _FIRST + zlib.crc32(folder.encode()) % ((_LAST - _FIRST) // 100) * 100


def sockets_of(folder: str) -> Path:
    """A folder with a short name for sockets: a path of one may have 107 bytes."""
    base = Path("/run") if IS_ROOT and Path("/run").is_dir() else Path(tempfile.gettempdir())
    return base / f"tfl-{zlib.crc32(folder.encode()):08x}"


class LearnerSpawner(SimpleLocalProcessSpawner):
    """A process on this machine, in a closed home, with a limit of memory."""

    @default("home_dir")
    def _default_home_dir(self) -> str:
        return str(read_room().homes / self.user.name)

    async def start(self) -> tuple[str, int]:
        room, home = read_room(), Path(self.home_dir)
        self.learner = self._number(home) if IS_ROOT else os.getuid()
        self.sockets = sockets_of(room.folder) / str(self.learner if IS_ROOT else self.user.name)
        self.memory = room.memory
        for folder in (home, self.sockets):  # both in folders of ours: what is in them is theirs
            folder.mkdir(mode=0o700, exist_ok=True)
            os.chown(folder, self.learner, self.learner if IS_ROOT else -1)
        self.group = limited(f"{self.sockets.parent.name}-{self.user.name}", self.memory)
        # Below the ports that systems hand out: between choosing a free one of those and listening
        # at it, another learner's kernel may take it, and the server would not start.
        self.port = self.learner - 30_000 if IS_ROOT else 0
        return await super().start()

    def _number(self, home: Path) -> int:
        """Of the home's owner; for a new home, one that nobody has."""
        if home.is_dir():
            return home.stat().st_uid
        taken = {one.stat().st_uid for one in home.parent.iterdir()}
        taken |= {user.pw_uid for user in pwd.getpwall()}
        first = first_user(read_room().folder)
        return next(number for number in range(first, first + 10_000) if number not in taken)

    def user_env(self, env: dict[str, str]) -> dict[str, str]:
        """Of what the hub knows nothing but what a learner's processes need."""
        env = super().user_env(env)
        own = {"LOGNAME": self.user.name, "JUPYTER_RUNTIME_DIR": str(self.sockets)}
        own |= {"TFL_PROGRESS": str(Path(self.home_dir, "my", ".progress"))}
        own |= {"TFL_LANGUAGE": read_room().language_of(self.user.name)}
        return {**env, **own}

    def make_preexec_fn(self, name: str) -> Callable[[], None]:
        """What happens between fork and exec: fewer rights, and no way back."""
        learner, home, memory, group = self.learner, self.home_dir, self.memory, self.group

        def preexec() -> None:
            os.umask(0o077)
            os.nice(5)  # the hub and its proxy answer first
            if group:
                group.write_text(str(os.getpid()))
            else:
                resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
            if IS_ROOT:
                resource.setrlimit(resource.RLIMIT_NPROC, (_PROCESSES, _PROCESSES))
                os.setgroups([])
                os.setresgid(learner, learner, learner)
                os.setresuid(learner, learner, learner)
            os.chdir(home)
            os.makedirs("my", exist_ok=True)  # not as root, whom a link in there would mislead

        return preexec


def clear(folder: str) -> None:
    """Take away what a room has outside its folder, when its servers are gone."""
    shutil.rmtree(sockets_of(folder), ignore_errors=True)
    for group in _CGROUPS.glob(f"**/{sockets_of(folder).name}-*"):
        with suppress(OSError):
            group.rmdir()


def limited(name: str, memory: int) -> Path | None:
    """The file that puts a process into a control group of so many bytes, where we may make one.

    With one, all that a learner runs shares the limit; else each process has it for itself.
    """
    for base, limit in ((_CGROUPS / "memory", "memory.limit_in_bytes"), (_CGROUPS, "memory.max")):
        group = base / name
        with suppress(OSError):
            group.mkdir(exist_ok=True)
            if (group / limit).is_file():
                (group / limit).write_text(str(memory))
                return group / "cgroup.procs"
            group.rmdir()
    return None
