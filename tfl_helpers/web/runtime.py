"""Pins in package-lock.json in, LiteRT.js in `node_modules` beside it out, or one sentence."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from ..records import InputError

FOLDER = Path(__file__).parent
PACKAGES = FOLDER / "node_modules" / "@litertjs"
# By its name on the page: where npm puts it. `compat` is for browsers without relaxed SIMD.
FILES = {
    "core.js": "core/dist/index.js",
    "wasm-utils.js": "wasm-utils/dist/index.js",
    **{
        f"litert_wasm{kind}_internal.{end}": f"core/wasm/litert_wasm{kind}_internal.{end}"
        for kind in ("", "_compat")
        for end in ("js", "wasm")
    },
}
COMMAND = "python3 -m tfl_helpers web"
# No address of a registry stands in the lock, so npm asks the one that this machine is set up for.
NPM = ("ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")


def fetch_runtime() -> Path:
    """Let npm install what package-lock.json pins, hashes compared; the folder it is in.

    Raises:
        InputError: there is no npm, or it failed.
    """
    npm = find_npm()
    if not npm:
        raise InputError(
            "The web page of lesson 14 needs LiteRT.js, which npm fetches, and there is no npm "
            "here. Install Node.js 18 or newer (nodejs.org; on Debian: apt install npm), then "
            f"run again: {COMMAND}. The other lessons do not need it."
        )
    if subprocess.run([npm, *NPM], cwd=FOLDER).returncode:
        raise InputError(
            "npm could not install LiteRT.js; its own words stand above. "
            f"With a network, run again: {COMMAND}"
        )
    return PACKAGES


def find_npm() -> str | None:
    """Where npm is; on Windows it is called npm.cmd."""
    return shutil.which("npm")


def is_fetched() -> bool:
    """Whether all files of the runtime are on this machine."""
    return all((PACKAGES / path).is_file() for path in FILES.values())


def runtime_files() -> dict[str, Path]:
    """Name on the page -> file on this machine.

    Raises:
        InputError: the runtime was not fetched yet.
    """
    if not is_fetched():
        raise InputError(f"LiteRT.js is not on this machine yet. In a terminal, run: {COMMAND}")
    return {name: PACKAGES / path for name, path in FILES.items()}
