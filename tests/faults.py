"""Break a room while learners work in it, and say what each loses: `python -m tests.faults`.

A real hub with real servers and kernels. Ann has trouble; Bob, beside her, runs a small cell all
the time and shall not notice. Names of faults or of attempts may follow. Needs Linux, and root
for a room of several users. Nothing here is collected as a test.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import psutil

from tfl_helpers.records import Table
from tfl_helpers.setup.lessons import ROOT
from tfl_helpers.workshop.learner import Learner, LearnerError, Ran
from tfl_helpers.workshop.rehearsal import Hub, running_hub, start_hub, stop_hub

LESSON = "en/10_inference.ipynb"
DISK = "64m"  # of the learners' homes, so that it can be full
KEPT = "kept = 42"
MARK = "# what Ann wrote"


@dataclass
class Room:
    """An open room, Ann and Bob in it, and what Bob's cells have taken."""

    hub: Hub
    folder: Path
    ann: Learner
    bob: Learner
    beats: list[float] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)
    broken: float = 0.0  # when
    back: float = 0.0  # when Ann could go on

    def processes(self, learner: Learner, part: str) -> list[psutil.Process]:
        """The server, or the kernels, of a learner; they may outlive the hub."""
        wanted = {"server": "jupyterhub.singleuser", "kernel": "ipykernel_launcher"}[part]
        found = []
        for process in psutil.process_iter():
            with suppress(psutil.Error):
                environment = process.environ()
                theirs = environment.get("JUPYTERHUB_USER") == learner.name
                inside = str(self.folder) in environment.get("TFL_PROGRESS", "")
                if theirs and inside and wanted in process.cmdline():
                    found.append(process)
        return found

    def part_of_hub(self, word: str) -> psutil.Process:
        """The hub itself, or its proxy."""
        for one in psutil.Process(self.hub.process.pid).children(recursive=True):
            with suppress(psutil.Error):
                if word in " ".join(one.cmdline()) and "JUPYTERHUB_USER" not in one.environ():
                    return one
        raise AssertionError(f"no {word}")


async def join(hub: Hub, learner: Learner) -> None:
    """From the join page to a kernel for lesson 10, something saved and something in it."""
    await learner.sign_in(hub.code, f"secret of {learner.name}")
    await learner.open_server()
    notebook = await learner.read(LESSON)
    notebook["cells"][1]["source"] += f"\n{MARK}"
    await learner.save(LESSON, notebook)
    await learner.start_kernel(LESSON)
    await learner.run(KEPT)


async def beat(room: Room) -> None:
    """Bob's small cells, and what he waits for them; after a loss he reloads the page."""
    while True:
        begun = time.monotonic()
        try:
            ran = await room.bob.run("sum(range(100_000))", seconds=60)
            room.beats.append(ran.seconds)
        except LearnerError as error:
            room.missed.append(str(error))
            await go_on(room.bob)
            room.beats.append(time.monotonic() - begun)
        await asyncio.sleep(0.2)


async def go_on(learner: Learner, code: str = "1") -> Ran:
    """Reload the page until a cell runs: the server and the kernel that are there, or new ones."""
    import aiohttp

    reload = True
    while True:
        try:
            if not reload:
                await learner.open_server()
            reload = False
            sessions = await learner.ask("GET", f"{learner.home}api/sessions")
            if learner.kernel in [one["kernel"]["id"] for one in sessions]:
                await learner.connect()
            else:
                await learner.start_kernel(LESSON)
            return await learner.run(code, seconds=20)
        except (LearnerError, aiohttp.ClientError, OSError):
            await asyncio.sleep(0.3)


async def lost(room: Room) -> str:
    """What of Ann's is gone once she goes on."""
    ran = await go_on(room.ann, "print(kept)")
    room.back = time.monotonic()
    gone = [] if any(out.get("text") == "42\n" for out in ran.outputs) else ["her variables"]
    notebook = json.dumps(await room.ann.read(LESSON))
    return ", ".join([*gone, *([] if MARK in notebook else ["WHAT SHE SAVED"])]) or "nothing"


async def kernel_killed(room: Room) -> str:
    """SIGKILL for her kernel while a cell runs."""
    running = asyncio.create_task(room.ann.run("import time; time.sleep(60)"))
    await asyncio.sleep(1)
    room.processes(room.ann, "kernel")[0].kill()
    room.broken = time.monotonic()
    with suppress(LearnerError):
        await running
    return await lost(room)


async def server_killed(room: Room) -> str:
    """SIGKILL for her server."""
    room.processes(room.ann, "server")[0].kill()
    return await lost(room)


async def hub_killed(room: Room) -> str:
    """SIGKILL for the hub; the teacher starts the room again."""
    room.part_of_hub("hub_config.py").kill()
    room.hub.process.wait(30)
    during = await room.ann.run("kept")
    port = int(room.hub.url.rpartition(":")[2])
    again = replace(room.hub, process=start_hub(room.folder, port, room.hub.code, "en"))
    room.hub = again
    while room.ann.at != "/hub/login":
        assert again.process.poll() is None, (room.folder / "start.log").read_text()[-500:]
        with suppress(LearnerError):
            async with Learner(again.url, "visitor") as visitor:
                await visitor.ask("GET", "/hub/login")
                break
        await asyncio.sleep(0.2)
    return f"{await lost(room)}; cells ran meanwhile: {'no' if during.error else 'yes'}"


async def proxy_killed(room: Room) -> str:
    """SIGKILL for the proxy, which the hub has to start again."""
    room.part_of_hub("configurable-http-proxy").kill()
    return await lost(room)


async def endless_loop(room: Room) -> str:
    """A cell that never ends, which she stops after five seconds."""
    return await _interrupted(room, "while True: pass")


async def endless_print(room: Room) -> str:
    """A cell that never ends and prints all the time."""
    return await _interrupted(room, "while True: print('x' * 1000)")


async def _interrupted(room: Room, code: str) -> str:
    running = asyncio.create_task(room.ann.run(code, seconds=60))
    await asyncio.sleep(5)
    room.broken = time.monotonic()
    await room.ann.ask("POST", f"{room.ann.home}api/kernels/{room.ann.kernel}/interrupt")
    ran = await running
    assert ran.error.startswith("KeyboardInterrupt"), ran.error
    return f"{await lost(room)} (seconds from the button on)"


async def too_much_memory(room: Room) -> str:
    """4 GiB taken, where a learner may have 2."""
    try:
        ran = await room.ann.run("b = [bytearray(b'x' * 2**20) for _ in range(4096)]")
        told = ran.error or "IT GOT THEM"
    except LearnerError as error:
        told = str(error)
    return f"{await lost(room)}; she reads: {told}"


async def disk_full(room: Room) -> str:
    """Her files take all of the disk that they share, and both save."""
    notebook = await room.ann.read(LESSON)
    fill = "open('big', 'wb').write(b'x' * 2**28)"
    ran = await room.ann.run(f"try:\n    {fill}\nexcept OSError as e:\n    print(e)")
    assert "No space left" in ran.outputs[0]["text"]
    notebook["cells"][1]["source"] += "\n# more" * 50_000
    told = []
    for who in (room.ann, room.bob):
        try:
            await who.save(LESSON, notebook)
            told += ["SAVED"]
        except LearnerError as error:
            told += [str(error).partition(": ")[2]]
    try:
        await room.ann.read(LESSON)
        told += ["her lesson opens"]
    except LearnerError as error:
        told += [f"HER LESSON DOES NOT OPEN: {error}"]
        print((room.folder / "hub" / "hub.log").read_text()[-3000:], file=sys.stderr)
    await room.ann.run("import os; os.remove('big')")
    before = await lost(room)
    await room.ann.save(LESSON, notebook)
    ann, bob, opens = told
    return f"{before}; saving: {ann!r}, Bob's: {bob!r}; {opens}; after a deletion it saves"


async def forty_logins(room: Room) -> str:
    """Forty learners press the button within a second."""
    waits: list[float] = []

    async def press(number: int) -> None:
        async with Learner(room.hub.url, f"crowd-{number}") as one:
            await asyncio.sleep(number / 40)
            begun = time.monotonic()
            await one.sign_in(room.hub.code, "secret of all", follow=False)
            waits.append(time.monotonic() - begun)

    come = await asyncio.gather(*map(press, range(40)), return_exceptions=True)
    failed = [str(one) for one in come if one]
    slow = f"longest {max(waits):.1f} s" if waits else ""
    return f"{await lost(room)}; {40 - len(failed)} of 40 signed in, {slow} {failed[:1]}"


FAULTS: dict[str, Callable[[Room], Awaitable[str]]] = {
    "kernel killed": kernel_killed,
    "server killed": server_killed,
    "endless loop": endless_loop,
    "endless printing": endless_print,
    "4 GiB taken": too_much_memory,
    "disk full": disk_full,
    "forty logins": forty_logins,
    "proxy killed": proxy_killed,
    "hub killed": hub_killed,
}

# What Ann may try against Bob from a cell of hers: Python, and whether it got her anything.
SETUP = """
import glob, json, os, pathlib, re, signal, socket, urllib.error, urllib.request
def get(url, token="", method="GET", data=None):
    request = urllib.request.Request(url, data, {"Authorization": "token " + token}, method=method)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    return opener.open(request, timeout=10).status
def owner(path):
    return os.stat(path).st_uid
def pids_of_bob():
    return [p for p in os.listdir("/proc") if p.isdigit() and owner("/proc/" + p) == bob_user]
def listening():
    rows = [r.split() for r in open("/proc/net/tcp").read().splitlines()[1:]]
    return [(int(r[1].split(":")[1], 16), int(r[7])) for r in rows if r[3] == "0A"]
def readable(folder):  # not deep: these hold what others of this machine have laid there, too
    near = [*pathlib.Path(folder).glob("*"), *pathlib.Path(folder).glob("*/*")]
    return [p for p in near if p.exists() and owner(p) == bob_user and os.access(p, os.R_OK)]
def heard(ports):
    import zmq
    receiver = zmq.Context.instance().socket(zmq.SUB)
    receiver.setsockopt(zmq.SUBSCRIBE, b"")
    receiver.RCVTIMEO = 2000
    [receiver.connect(f"tcp://127.0.0.1:{port}") for port in ports]
    return receiver.recv()
def of_bob(kind):
    return [open(f"/proc/{p}/{kind}", "rb").read() for p in pids_of_bob()]
def ports_of_bob():
    return [port for port, user in listening() if user == bob_user and port != bob_port]
def found_of_bob():
    return [p for d in ("/tmp", "/run", "/dev/shm", "/var/tmp") for p in readable(d)]
def unlimited():
    limits = glob.glob("/sys/fs/cgroup/**/tfl-*-ann/memory.*limit*", recursive=True)
    return [open(limit, "w") for limit in limits]
mine = os.environ["JUPYTERHUB_API_TOKEN"]
home = pathlib.Path.home()
his = home.parent / "bob"
"""
ATTEMPTS = {
    "list his home": "os.listdir(his)",
    "read his lesson": "(his / 'my' / lesson).read_text()",
    "read his progress": "os.listdir(his / 'my' / '.progress')",
    "write into his home": "(his / 'my' / 'x').write_text('x')",
    "list who is here": "os.listdir(home.parent)",
    "open the homes to all": "os.chmod(home.parent, 0o777)",
    "the environment of his processes": "of_bob('environ')",
    "the memory of his processes": "of_bob('mem')",
    "the open files of his processes": "[os.listdir(f'/proc/{p}/fd') for p in pids_of_bob()]",
    "the folder of his processes": "[os.listdir(f'/proc/{p}/cwd') for p in pids_of_bob()]",
    "a token in his command lines": "[x for x in of_bob('cmdline') if b'token' in x]",
    "a signal to his processes": "[os.kill(int(p), 0) for p in pids_of_bob()]",
    "listen at his kernels' TCP ports": "heard(ports_of_bob())",
    "his kernels' sockets": "os.listdir(sockets.parent / str(bob_user))",
    "one of his kernels' sockets": "socket.socket(socket.AF_UNIX).connect(bob_socket)",
    "his files in /tmp, /run, /dev/shm": "found_of_bob()",
    "his server, past the proxy": "get(f'http://127.0.0.1:{bob_port}/user/bob/api/contents')",
    "his server with her token": "get(f'http://127.0.0.1:{bob_port}/user/bob/api/kernels', mine)",
    "his kernels with her token": "get(hub + '/user/bob/api/kernels', mine)",
    "a token of his": "get(api + '/users/bob/tokens', mine, 'POST', b'{}')",
    "who is in the room": "get(api + '/users', mine)",
    "end his server": "get(api + '/users/bob/server', mine, 'DELETE')",
    "free his name": "get(api + '/users/bob', mine, 'DELETE')",
    "end the hub": "get(api + '/shutdown', mine, 'POST', b'{}')",
    "the proxy's routes": "get(routes + '/api/routes')",
    "the proxy's routes with her token": "get(routes + '/api/routes', mine)",
    "the hub's database": "open(room / 'hub.sqlite', 'rb').read()",
    "the key of the hub's cookies": "open(room / 'cookie_secret', 'rb').read()",
    "passwords": "open(room / 'passwords', 'rb').read()",
    "the room's settings": "open(room / 'room.json').read()",
    "what is in the room's folder": "os.listdir(room)",
    "the hub's log": "open(room / 'hub.log').read()",
    "change the course": "open(course / 'tfl_helpers' / 'check' / 'x.py', 'w')",
    "change the packages": "open(pathlib.Path(os.__file__).parent / 'x.py', 'w')",
    "become root": "os.setuid(0)",
    "leave her memory limit": "unlimited()",
}
PAGES = {  # with her browser, signed in as herself
    "his server in her browser": "/user/bob/api/contents",
    "his lessons in her browser": "/user/bob/lessons",
    "his page on the hub": "/hub/api/users/bob",
    "the teacher's page": "/services/room/",
    "the hub's admin page": "/hub/admin",
}


async def attempts(room: Room) -> list[tuple[str, str]]:
    """What Ann tries, and what she gets."""
    server, kernel = (room.processes(room.bob, part)[0] for part in ("server", "kernel"))
    port = int(room.hub.url.rpartition(":")[2])
    connection = json.loads(Path(kernel.cmdline()[-1]).read_text())
    known = {
        "bob_user": server.uids().real,
        "bob_port": next(c.laddr.port for c in server.net_connections() if c.status == "LISTEN"),
        "bob_socket": f"{connection['ip']}-{connection['shell_port']}",
        "hub": room.hub.url,
        "api": f"http://127.0.0.1:{port + 1}/hub/api",
        "routes": f"http://127.0.0.1:{port + 2}",
        "lesson": LESSON,
    }
    paths = {
        "room": room.folder / "hub",
        "course": ROOT,
        "sockets": Path(kernel.cmdline()[-1]).parent,
    }
    given = [f"{name} = {value!r}" for name, value in known.items()]
    given += [f"{name} = pathlib.Path({str(value)!r})" for name, value in paths.items()]
    ran = await room.ann.run("\n".join([SETUP, *given]))
    assert not ran.error, ran.error
    beating, got = asyncio.create_task(beat(room)), []  # so there is something to hear
    for name, code in ATTEMPTS.items():
        ran = await room.ann.run(f"print(str({code})[:60])", seconds=15)
        told = ran.error or "GOT " + "".join(out["text"] for out in ran.outputs).strip()
        got.append((name, "nothing is there" if told == "GOT []" else told))
    for name, path in PAGES.items():
        try:
            page = await room.ann.ask("GET", path)
            got.append(
                (name, f"GOT {str(page)[:60]}" if room.ann.at.startswith(path) else "refused")
            )
        except LearnerError as error:
            got.append((name, str(error)))
    beating.cancel()
    return got


async def campaign(names: list[str]) -> int:
    """Each fault in turn, in one room; 1 if Ann lost what she saved, or got what is Bob's."""
    async with AsyncExitStack() as stack:
        room = await stack.enter_async_context(open_room())
        rows = [await suffer(room, name) for name in FAULTS if not names or name in names]
        got = await attempts(room) if not names or "attempts" in names else []
    heads = ("fault", "Ann loses", "goes on after", "Bob's cells before", "meanwhile", "he missed")
    print(Table("Faults", heads, tuple(rows)).text())
    print(Table("What Ann tries", ("attempt", "answer"), tuple(got)).text())
    return int(any(word in str([rows, got]) for word in ("WHAT SHE", "GOT ")))


async def suffer(room: Room, name: str) -> tuple[str, ...]:
    """One fault, with Bob's cells before it and meanwhile."""
    beating = asyncio.create_task(beat(room))
    await room.ann.run(KEPT)
    room.beats.clear(), room.missed.clear()
    await asyncio.sleep(5)
    before, room.broken = max(room.beats), time.monotonic()
    room.beats.clear()
    words = await FAULTS[name](room)
    await asyncio.sleep(1)
    beating.cancel()
    while_ = f"{max(room.beats, default=99):.2f} s"
    goes = f"{room.back - room.broken:.1f} s"
    row = (name, words, goes, f"{before:.2f} s", while_, ", ".join(set(room.missed)) or "nothing")
    print(*row, sep=" | ", file=sys.stderr, flush=True)
    return row


@asynccontextmanager
async def open_room() -> AsyncIterator[Room]:
    """A room with Ann and Bob in it, whose homes lie on a small disk, where we may make one."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tfl-")))
        stack.enter_context(small_disk(folder / "hub" / "homes"))
        hub = await stack.enter_async_context(running_hub(folder))
        ann, bob = [
            await stack.enter_async_context(Learner(hub.url, name)) for name in ("ann", "bob")
        ]
        await asyncio.gather(join(hub, ann), join(hub, bob))
        room = Room(hub, folder, ann, bob)
        try:
            yield room
        finally:
            stop_hub(room.hub.process)  # which may not be the first


@contextmanager
def small_disk(place: Path) -> Iterator[None]:
    """Mount one of DISK in memory."""
    place.mkdir(parents=True)
    mounted = not subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", str(place)]
    ).returncode
    try:
        yield
    finally:
        if mounted:
            subprocess.run(["umount", "-l", str(place)], check=True)


if __name__ == "__main__":
    sys.exit(asyncio.run(campaign(sys.argv[1:])))
