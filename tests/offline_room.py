"""An offline folder for this clone and machine, start to end: `python -m tests.offline_room 5`.

Fills it over the network and kills that as often as asked, at random moments; then does the three
lines of its README in an empty home without a network, and looks whether JupyterLab answers. Takes
minutes, 5 GB and Linux. Nothing here is collected as a test.
"""

from __future__ import annotations

import hashlib
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.needs import demand_no_network
from tfl_helpers.setup.lessons import ROOT

FILL = """
import sys
from pathlib import Path
from tfl_helpers.setup.lessons import ROOT
from tfl_helpers.workshop.offline import fill
fill(ROOT, Path(sys.argv[1]), [], False, sys.stdout)
"""
# What stands in the README comes in the middle; the address is asked inside the namespace.
ROOM = """
set -e
ip link set lo up
cd "$1"
{lines} --no-browser -- --port 8877 --IdentityProvider.token=open &
for _ in $(seq 600); do
    sleep 1
    if curl --silent --fail "http://localhost:8877/api/status?token=open"; then break; fi
done
kill $!
ls tfl_helpers/web/node_modules/@litertjs/core/wasm
"""


def main(arguments: list[str]) -> int:
    """Kill as often as asked, then fill and use; 1 if anything was lost or does not answer."""
    random.seed(16)
    with tempfile.TemporaryDirectory(prefix="教材 ") as place:
        stick, home = Path(place, "a stick"), Path(place, "home")
        home.mkdir()
        half = [wrong for _ in range(int(arguments[0])) for wrong in kill_once(stick)]
        subprocess.run([sys.executable, "-c", FILL, str(stick)], cwd=ROOT, check=True)
        before = stamps(stick)
        start = time.perf_counter()
        said = use(stick, home)
        print(f"From the folder to an answer: {time.perf_counter() - start:.0f} s")
        answers = '"kernels"' in said.stdout and "litert_wasm_internal.wasm" in said.stdout
        print("Answers." if answers else said.stdout + said.stderr)
        print("Half files with a whole name:", half, "| changed there:", before != stamps(stick))
        return int(bool(half) or not answers or before != stamps(stick))


def kill_once(stick: Path) -> list[str]:
    """The wheels that have a name after a kill, and not the bytes that the lock names."""
    child = subprocess.Popen(
        [sys.executable, "-c", FILL, str(stick)], cwd=ROOT, start_new_session=True
    )
    time.sleep(random.uniform(3.0, 40.0))
    os.killpg(child.pid, signal.SIGKILL)
    child.wait()
    pins, wheels = (ROOT / "requirements.txt").read_text("utf-8"), list(stick.glob("wheels/*"))
    print(f"Killed: {len(wheels)} wheels are there.")
    return [x.name for x in wheels if hashlib.sha256(x.read_bytes()).hexdigest() not in pins]


def use(stick: Path, home: Path) -> subprocess.CompletedProcess[str]:
    """What the README says, in a home of its own, with nothing that this machine is told."""
    readme = (stick / "README.txt").read_text("utf-8")
    lines = "\n".join(line.strip() for line in readme.splitlines() if line.startswith("    "))
    python = Path(sys.base_prefix, "bin")
    told = {"HOME": str(home), "PATH": f"{python}:/usr/bin:/bin:/usr/sbin:/sbin", "LANG": "C.UTF-8"}
    command = [*demand_no_network(), "bash", "-c", ROOM.format(lines=lines), "room", str(stick)]
    return subprocess.run(command, env=told, capture_output=True, text=True)


def stamps(folder: Path) -> dict[Path, int]:
    """When each file was last written."""
    return {path: path.stat().st_mtime_ns for path in folder.rglob("*")}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
