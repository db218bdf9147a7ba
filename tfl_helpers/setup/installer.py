"""A locked requirements file in, installed packages out, or one sentence that says why not.

Runs pip and shows how far it is. Standard library only; parses on Python 3.8, as `bootstrap` does.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import threading
import time
from pathlib import Path
from typing import TextIO

from .errors import explain


def install(python: Path, site: Path, lock: Path, out: TextIO) -> None:
    """Install every line of `lock` into the environment of `python`, showing how far pip is."""
    pins = len(re.findall(r"^[\w.-]+==", lock.read_text("utf-8"), re.MULTILINE))
    progress, started, lines = Progress(out), time.time(), []
    process = subprocess.Popen(
        _pip_command(python, lock),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    )
    reader = threading.Thread(target=_read, args=(process, lines))
    reader.start()
    try:
        while reader.is_alive():
            reader.join(0.2)
            progress.show(*stage(list(lines), pins, _installed_since(site, started)))
    finally:
        progress.close()
        _wait(process)
    if process.returncode:
        raise explain("".join(lines))


def _pip_command(python: Path, lock: Path) -> list[str]:
    pip = [str(python), "-I", "-X", "utf8", "-m", "pip", "install"]
    quiet = ["--progress-bar=off", "--no-input", "--disable-pip-version-check"]
    # Never build from source: that asks a learner for a compiler.
    return [*pip, *quiet, "--only-binary=:all:", "--require-hashes", "-r", str(lock)]


def _read(process: subprocess.Popen[str], lines: list[str]) -> None:
    for line in process.stdout or ():
        lines.append(line)


def _installed_since(site: Path, started: float) -> int:
    records = [folder / "RECORD" for folder in site.glob("*.dist-info")]  # written last by pip
    return sum(r.is_file() and r.stat().st_mtime >= started for r in records)


def _wait(process: subprocess.Popen[str]) -> None:
    try:
        process.wait(10)  # after Ctrl-C, which pip got too, it removes its temporary files
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


_FILE = re.compile(
    r" *(?:Downloading|Using cached|Processing) (?:\S*[/\\])?([\w.]+?)-\d\S*\.whl"
    r"(?: \(([\d.]+ .?B)\)|\s)"
)
_KEPT = re.compile(r"Requirement already satisfied: ([\w.-]+)")


def stage(lines: list[str], pins: int, installed: int) -> tuple[str, int, int]:
    """Where pip is, from what it has printed: what it does, at which package, of how many."""
    total = pins - sum(line.startswith("Ignoring ") for line in lines)
    seen, doing = set(), "asking the package index"
    for line in lines:
        if line.startswith("Installing collected packages: "):
            return "installing", installed, line.count(",") + 1
        file, kept = _FILE.match(line), _KEPT.match(line)
        if file:
            seen.add(file[1].lower())
            doing = f"fetching {file[1]}" + (f" ({file[2]})" if file[2] else "")
        elif kept:
            seen.add(kept[1].lower().replace("-", "_"))
    return doing, min(len(seen), total), total


class Progress:
    """One line that is rewritten on a terminal; elsewhere a new line every quarter of a minute."""

    def __init__(self, out: TextIO) -> None:
        self.out, self.started, self.next = out, time.monotonic(), 0.0

    def show(self, doing: str, at: int, total: int) -> None:
        """Say `doing`, and that package `at` of `total` is reached."""
        seconds = int(time.monotonic() - self.started)
        text = f"{at:4} of {total} packages  {seconds // 60}:{seconds % 60:02}  {doing}"
        if self.out.isatty():
            filled = 20 * at // max(total, 1)
            width = shutil.get_terminal_size().columns - 1
            text = f"[{'#' * filled}{'.' * (20 - filled)}]{text}"
            self.out.write("\r" + text[:width].ljust(width))
        elif seconds >= self.next:
            self.next = seconds + 15
            self.out.write(text + "\n")
        self.out.flush()

    def close(self) -> None:
        """Leave the line as it is and begin a new one."""
        self.out.write("\n" if self.out.isatty() else "")
