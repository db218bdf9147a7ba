"""The command line: `python3 -m tfl_helpers COMMAND`, from a clone with nothing installed.

Parses on Python 3.8 too; what needs packages is imported inside the command that uses it.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable
from pathlib import Path

from .setup import bootstrap
from .setup.errors import SetupError

ROOT = Path(__file__).resolve().parent.parent
# JupyterLab shall ask nobody outside this machine: no news, no update check (which lab_settings
# turn off, and the question about them), no list of extensions.
_OFFLINE = (
    f"--LabApp.app_settings_dir={ROOT / 'tfl_helpers' / 'lab_settings'}",
    "--LabApp.extension_manager=readonly",
)


def main(arguments: list[str]) -> int:
    """Run one command, first making the environment that it needs. Returns the exit code."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # a Windows pipe may not know a check mark
    options = parse(arguments)
    try:
        code = bootstrap.enter(ROOT, ["-m", "tfl_helpers", *arguments])
        return _run_command(options) if code is None else code
    except SetupError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped. Start the same command again when you like.", file=sys.stderr)
        return 130


def parse(arguments: list[str]) -> argparse.Namespace:
    """The options of one command; what follows `--` goes to the program that it starts."""
    end = arguments.index("--") if "--" in arguments else len(arguments)
    parser = _parser()
    if not arguments:
        parser.print_help()
        parser.exit()
    options = parser.parse_args(arguments[:end])
    options.rest = arguments[end + 1 :]
    if options.rest and options.command not in ("lab", "test"):
        parser.error(f"{options.command} passes nothing on: leave out {' '.join(options.rest)}")
    return options


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python3 -m tfl_helpers",
        description="A course in notebooks, from an eager function to a .tflite file that runs.",
        epilog="Begin with: python3 -m tfl_helpers lab",
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", dest="command")
    lab = commands.add_parser("lab", help="open the lessons in JupyterLab")
    lab.add_argument("lesson", nargs="?", metavar="LESSON", help="number or name, such as 03")
    lab.add_argument("--no-browser", action="store_true", help="print the address, open nothing")
    lab.epilog = "Options of JupyterLab may follow: lab 03 -- --port 8889"
    lab.set_defaults(run=_lab)
    doctor = commands.add_parser("doctor", help="say what is wrong with this machine, if anything")
    doctor.set_defaults(run=_doctor)
    run = commands.add_parser("run", help="execute a copy of a lesson with other parameters")
    run.add_argument("lesson", metavar="LESSON", help="number or name, such as 03")
    pair = {"nargs": 2, "metavar": ("NAME", "VALUE"), "action": "append", "default": []}
    run.add_argument("-p", dest="parameters", help="such as: -p seed 3", **pair)
    run.set_defaults(run=_run)
    web = commands.add_parser("web", help="fetch the runtime of lesson 14's web page (needs npm)")
    web.set_defaults(run=_web)
    test = commands.add_parser("test", help="authors: check code and lessons")
    test.add_argument("--fast", action="store_true", help="leave out what is marked slow")
    test.epilog = "Options of pytest may follow: test -- -k figure"
    test.set_defaults(run=_test)
    execute = commands.add_parser("execute", help="authors: store fresh outputs in the lessons")
    execute.add_argument("lessons", nargs="*", metavar="LESSON", help="all if none is named")
    execute.set_defaults(run=_execute)
    for command in (lab, run, execute):
        command.add_argument("--language", default="en", help="folder of the lessons (en)")
    return parser


def _run_command(options: argparse.Namespace) -> int:
    from .records import InputError

    try:
        return options.run(options)
    except InputError as error:
        print(error, file=sys.stderr)
        return 1


def _lessons(names: list[str], language: str) -> list[Path]:
    from tests.author.lessons import NOTEBOOKS, find_lessons

    from .records import InputError

    known = sorted(folder.name for folder in NOTEBOOKS.glob("??"))
    if language not in known:
        raise InputError(f"Expected --language {' or '.join(known)}, got {language!r}.")
    return find_lessons(names, language)


def _lab(options: argparse.Namespace) -> int:
    names = [options.lesson] if options.lesson else []
    lesson = _lessons(names, options.language)[0]
    command = lab_command(lesson, bool(names), getattr(os, "geteuid", lambda: 1)() == 0)
    browser = ["--no-browser"] if options.no_browser else []
    return bootstrap.become([sys.executable, "-m", *command, *browser, *options.rest])


def lab_command(lesson: Path, opened: bool, root: bool) -> list[str]:
    """JupyterLab in the folder of `lesson`, with it `opened` or not; `root` as in a container."""
    command = ["jupyterlab", f"--ServerApp.root_dir={lesson.parent}", *_OFFLINE]
    if opened:
        command.append(f"--LabApp.default_url=/lab/tree/{lesson.name}")
    if root:
        command.append("--allow-root")
    return command


def _doctor(options: argparse.Namespace) -> int:
    from .setup.doctor import examine

    print("Looking at this machine, which takes some seconds ...", file=sys.stderr)
    report = examine()
    print(report)
    return 1 if report.wrong else 0


def _run(options: argparse.Namespace) -> int:
    (lesson,) = _lessons([options.lesson], options.language)
    from tests.author.run import run_lesson

    print(f"Executed: {run_lesson(lesson, dict(options.parameters))}")
    return 0


def _web(options: argparse.Namespace) -> int:
    from .web.runtime import fetch_runtime

    print("Fetching LiteRT.js with npm (12 MB) ...", flush=True)
    print(f"It is in {fetch_runtime()}")
    return 0


def _test(options: argparse.Namespace) -> int:
    if not options.fast:
        fetch_for_tests()
    steps = (["ruff", "check"], ["ruff", "format", "--check"], pytest_command(options))
    return run_tools(steps, ROOT)


def fetch_for_tests() -> None:
    """The runtime of lesson 14's page, where there is npm; else the tests of it say what lacks."""
    from .records import InputError
    from .web.runtime import fetch_runtime, find_npm, is_fetched

    if is_fetched() or not find_npm():
        return
    print("Lesson 14's page needs LiteRT.js: fetching it with npm, once (12 MB) ...", flush=True)
    try:
        fetch_runtime()
    except InputError as error:
        print(error, file=sys.stderr)


def pytest_command(options: argparse.Namespace) -> list[str]:
    """Over the cores, or in one process when options say what to run: that may be one cell."""
    fast = ["-m", "not slow"] if options.fast else []
    spread = [] if options.rest else ["-n", "logical", "--maxprocesses", "4"]  # 1 GB for each
    return ["pytest", *fast, *spread, *options.rest]


def run_tools(steps: Iterable[list[str]], folder: Path) -> int:
    """Run each tool, whatever the others say; the exit code of the first that fails."""
    failed = []
    for step in steps:
        print("$ python -m", *step, flush=True)
        code = bootstrap.follow([sys.executable, "-m", *step], folder)
        failed += [(code, " ".join(step))] if code else []
    if failed:
        print("Failed:", ", ".join(step for _, step in failed), file=sys.stderr)
    return failed[0][0] if failed else 0


def _execute(options: argparse.Namespace) -> int:
    lessons = _lessons(options.lessons, options.language)
    from tests.author.execute import execute_lessons

    return execute_lessons(lessons)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
