"""The options of `workshop` in, a hub that runs until Ctrl-C out. Standard library only.

Refuses what would surprise a room: an open address without TLS, learners who could read each
other's files, a Python that they cannot reach.
"""

from __future__ import annotations

import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import sysconfig
import time
import urllib.request
from pathlib import Path
from typing import Any, NoReturn

from ..setup.bootstrap import STAMP
from ..setup.errors import IS_ROOT, SetupError
from ..setup.lessons import ROOT
from ..web.folder import NPM, find_npm
from ..words import later, say
from .room import FOLDER, Room, is_free

HUB = ROOT / "my" / "hub"
HERE = Path(__file__).parent
PROXY = HERE / "node_modules" / ".bin" / "configurable-http-proxy"
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
ANY = ("0.0.0.0", "::")
_UNITS = {"": 1, "M": 2**20, "G": 2**30}
_SECONDS = 120
_TRIAL = """
import os, sys
os.chdir(sys.argv[1])
import jupyterhub.singleuser, tfl_helpers
print(os.access(tfl_helpers.__path__[0], os.W_OK))
"""


def run_room(options: Any, lab: tuple[str, ...], folder: Path = HUB) -> int:
    """Start hub, proxy and pages, say how to come in, and stay until Ctrl-C. The exit code."""
    room = _room(options, lab, folder)
    if not (folder / "proxy.pid").exists():  # else it is ours, of a hub that was killed
        for number in range(room.port, room.port + 4):
            _check_free(number)
    _fetch_proxy()
    _compile()
    os.umask(0o077)
    for place, mode in ((folder.parent, 0o755), (folder, 0o711), (room.homes, 0o711)):
        place.mkdir(parents=True, exist_ok=True)
        place.chmod(mode)  # learners pass through to their own home, and see nobody's
    _check_users(options)
    from .homes import clear, first_user, sockets_of

    sockets_of(room.folder).mkdir(mode=0o711, exist_ok=True)
    sockets_of(room.folder).chmod(0o711)
    if IS_ROOT:
        _check_reach(first_user(room.folder), room.homes)
    room = room.completed()
    room.save()
    command = [sys.executable, "-m", "jupyterhub", "-f", str(HERE / "hub_config.py")]
    environment = {**os.environ, FOLDER: room.folder, "PYTHONPATH": str(ROOT)}
    with (folder / "hub.log").open("ab") as log:
        hub = subprocess.Popen(command, env=environment, cwd=folder, stdout=log, stderr=log)
    signal.signal(signal.SIGTERM, lambda *_: hub.terminate())
    _stay(hub, room)
    if hub.returncode == 0:  # after another end, the servers go on
        clear(room.folder)
    return abs(hub.returncode)


def _room(options: Any, lab: tuple[str, ...], folder: Path) -> Room:
    if options.host not in _LOOPBACK and not ((options.cert and options.key) or options.no_tls):
        raise SetupError(
            say(
                "Passwords would cross the network in clear: {host} needs a certificate.",
                host=options.host,
            ),
            f"python3 -m tfl_helpers workshop --host {options.host} --cert FILE --key FILE  # "
            + say("or, behind a proxy that has one, --no-tls"),
        )
    amount = re.fullmatch(r"(\d+)([MG]?)", options.memory)
    if not amount:
        raise SetupError(
            say("Expected a size such as 2G or 1500M, got {given}.", given=options.memory),
            "python3 -m tfl_helpers workshop --memory 2G",
        )
    cert, key = (str(Path(f).resolve()) if f else "" for f in (options.cert, options.key))
    return Room(
        folder=str(folder),
        join=options.join or "",
        teacher=options.teacher,
        port=options.port,
        host=options.host,
        cert=cert,
        key=key,
        language=options.language or "",
        memory=int(amount[1]) * _UNITS[amount[2]],
        lab=lab,
    )


def _check_free(port: int) -> None:
    if not is_free(port):
        told = later("Port {port} is taken: a room needs four in a row, such as 8100 to 8103.")
        raise SetupError(say(told, port=port), "python3 -m tfl_helpers workshop --port 8100")


def _fetch_proxy() -> None:
    if PROXY.is_file():
        return
    npm = find_npm()
    if not npm:
        _lacks_proxy(say("The hub needs its proxy, which npm fetches, and there is no npm here."))
    print(say("Fetching the hub's proxy with npm, once (9 MB) ..."), flush=True)
    if subprocess.run([npm, *NPM], cwd=HERE).returncode:
        _lacks_proxy(say("npm could not fetch the hub's proxy; its own words stand above."))


def _compile() -> None:
    """What learners may not write next to the packages, so that each would compile them anew."""
    done = Path(sys.prefix, "compiled")  # newer than the packages, of which the stamp tells
    stamp = Path(sys.prefix, STAMP)
    if not done.is_file() or (stamp.is_file() and stamp.stat().st_mtime > done.stat().st_mtime):
        print(
            say("Compiling the packages, so that no learner has to (a minute, once) ..."),
            flush=True,
        )
        packages = sysconfig.get_path("purelib")
        subprocess.run([sys.executable, "-m", "compileall", "-qq", "-j0", packages])
        done.touch()


def _lacks_proxy(why: str) -> NoReturn:
    raise SetupError(
        why, say("install Node.js 18 or newer (on Debian: apt install npm), and again")
    )


def _check_users(options: Any) -> None:
    if not IS_ROOT and not options.shared_user:
        raise SetupError(
            say(
                "Only root can give learners a system user each. As you, all would share yours: "
                "each could read the files of the others, and yours."
            ),
            "sudo .venv/bin/python -m tfl_helpers workshop  # "
            + say("or, where nobody minds, add --shared-user"),
        )
    if not IS_ROOT:
        print(say("All learners share your system user: each can read the files of the others."))


def _check_reach(user: int, homes: Path) -> None:
    """Try it as a learner: import what a server needs, and write nothing."""
    command = [sys.executable, "-c", _TRIAL, str(homes)]
    rights = {"user": user, "group": user, "extra_groups": []}
    try:
        said = subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, timeout=_SECONDS, **rights
        )
    except PermissionError:
        said = None  # not even the Python
    if said and said.stdout == "False\n":
        return
    if said and said.stdout == "True\n":
        raise SetupError(
            say("Learners could change the course in {folder}.", folder=ROOT),
            f"chmod -R o-w {ROOT}",
        )
    needed = [Path(sys.executable).resolve(), Path(sys.prefix), ROOT, homes]
    parents = dict.fromkeys(p for place in needed for p in [*reversed(place.parents), place])
    closed = next((p for p in parents if not p.stat().st_mode & 0o001), sys.executable)
    raise SetupError(
        say("Learners cannot start this Python: {folder} is closed to them.", folder=closed),
        f"chmod o+x {closed}",
    )


def _stay(hub: subprocess.Popen[bytes], room: Room) -> None:
    here = "127.0.0.1" if room.host in ANY else room.host
    trusting = ssl.create_default_context()  # only to ask ourselves whether all is there
    trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
    end, asked = time.monotonic() + _SECONDS, f"{room.at(here)}hub/api"
    while hub.poll() is None and time.monotonic() < end:
        try:
            with urllib.request.urlopen(asked, timeout=5, context=trusting):
                shown = socket.getfqdn() if room.host in ANY else room.host
                print(say("Learners open {url}", url=room.at(shown)))
                print(say("with the join code {code}.", code=room.join))
                told = {"name": room.teacher, "password": room.password}
                print(say("You sign in there as {name}, password {password}.", **told))
                print(say("Ctrl-C ends the room; all that was written stays."), flush=True)
                break
        except OSError:
            time.sleep(0.2)
    while hub.poll() is None:
        try:
            hub.wait()
        except KeyboardInterrupt:  # the hub has it too, and stops servers and proxy
            print(say("Stopping the servers ..."), file=sys.stderr)
    if hub.returncode > 0:
        said = Path(room.folder, "hub.log").read_text("utf-8", "replace").splitlines()[-20:]
        print(
            *said, say("This is the end of {log}.", log="my/hub/hub.log"), sep="\n", file=sys.stderr
        )
