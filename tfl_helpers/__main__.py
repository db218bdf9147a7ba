"""The command line: `python3 -m tfl_helpers COMMAND`, from a clone with nothing installed.

Parses on Python 3.8 too; what needs packages is imported inside the command that uses it.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from .options import read_options, spoken_in
from .setup import bootstrap
from .setup.errors import IS_ROOT, SetupError
from .setup.lessons import find_lessons, system_language
from .words import later, say, showable, speak

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
    speak(spoken_in(arguments))
    options = parse(arguments)
    try:
        code = _enter(options, ["-m", "tfl_helpers", *arguments])
        return _run_command(options) if code is None else code
    except SetupError as error:
        print(showable(str(error)), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(say("Stopped. Start the same command again when you like."), file=sys.stderr)
        return 130


def _enter(options: argparse.Namespace, arguments: list[str]) -> int | None:
    command = options.command
    if command == "test" and options.stack == "host":
        return None
    if (ROOT / bootstrap.LOCK).is_file():
        authors = ("run", "test", "execute", "translate", "site", "slides", "rehearse")
        tests = ["test"] if command in authors else []
        site = ["site"] if command in ("test", "site") else []
        hub = ["workshop"] if command in ("test", "workshop", "rehearse") else []
        extras, wheels = tests + site + hub, None
        if command in ("lab", "test") and options.offline:
            from .workshop.offline import take

            wheels = take(ROOT, options.offline, arguments, *extras)
        return bootstrap.enter(ROOT, arguments, *extras, wheels=wheels)
    if command in ("doctor", "web"):  # installed from a wheel: where it is, is where it runs
        return None
    raise SetupError(
        say(
            "`{command}` needs the lessons, and this package was installed without them.",
            command=command,
        ),
        say("git clone the course's repository, and start the same command in it"),
    )


def parse(arguments: list[str]) -> argparse.Namespace:
    """The options of one command; what follows `--` goes to the program that it starts."""
    return read_options(arguments, {name: say(text) for name, (_, text) in COMMANDS.items()})


def _run_command(options: argparse.Namespace) -> int:
    from .records import InputError

    try:
        command, _ = COMMANDS[options.command]
        return command(options)
    except InputError as error:
        print(error, file=sys.stderr)
        return 1


def _lab(options: argparse.Namespace) -> int:
    from .setup import copies

    language, own = options.language or system_language(), []
    course = find_lessons([], language)
    lesson = find_lessons([options.lesson] if options.lesson else [], language)[0]
    mine = copies.MY / language
    if language == "ja" and not (options.language or mine.is_dir()):
        told = later("This system speaks Japanese, and so do the lessons. In English: {command}")
        print(say(told, command="python3 -m tfl_helpers lab --language en"), file=sys.stderr)
    if lesson in course:
        told = copies.prepare(course, mine, fresh=lesson if options.fresh else None)
        print(*map(showable, told), sep="\n", end="\n" * bool(told), file=sys.stderr)
        if options.proven:
            own = ["--ServerApp.contents_manager_class=tfl_helpers.setup.proven.ProvenLessons"]
            own += [f"--MappingKernelManager.root_dir={mine}"]  # where its kernels may write
        elif options.lesson:
            lesson = mine / lesson.name
        else:
            lesson = copies.last_saved([mine / one.name for one in course])
        if not lesson.is_file():  # prepare has said why
            return 1
    # Which tabs are open is remembered for this course alone.
    tabs = copies.MY / ".tabs" / ("proven" if options.proven else language)
    os.environ.setdefault("JUPYTERLAB_WORKSPACES_DIR", str(tabs))
    browser = ["--no-browser"] if options.no_browser else []
    command = [*lab_command(lesson), *own, *browser, *options.rest]
    return bootstrap.become([sys.executable, "-m", *command])


def lab_command(lesson: Path) -> list[str]:
    """JupyterLab in the folder of `lesson`, with it in front."""
    url = f"--LabApp.default_url=/lab/tree/{lesson.name}"
    root = ["--allow-root"] if IS_ROOT else []
    return ["jupyterlab", f"--ServerApp.root_dir={lesson.parent}", *_OFFLINE, url, *root]


def _doctor(options: argparse.Namespace) -> int:
    from .setup.doctor import examine

    print(say("Looking at this machine, which takes some seconds ..."), file=sys.stderr)
    report = examine(everything=True)
    if options.workshop:
        from .workshop.ready import examine_room

        room = examine_room(options.workshop, options.offline)
        report = replace(report, checks=(*report.checks, *room))
    print(json.dumps(report.as_json(), indent=1) if options.json else report)
    if not options.json:
        print(say("The course was last proven on {date}.", date=report.date))
    return 1 if report.wrong else 0


def _run(options: argparse.Namespace) -> int:
    from tests.author.run import run_lesson

    (lesson,) = find_lessons([options.lesson], options.language or system_language())
    os.environ["TFL_PROGRESS"] = "off"  # what is run here is no learner's progress
    print(say("Executed: {path}", path=run_lesson(lesson, dict(options.parameters))))
    return 0


def _web(options: argparse.Namespace) -> int:
    from .web.folder import fetch_runtime

    once = say("Lesson 14's page needs LiteRT.js: fetching it with npm, once (12 MB) ...")
    print(once, flush=True)
    print(say("It is in {folder}", folder=fetch_runtime()))
    return 0


def _workshop(options: argparse.Namespace) -> int:
    from .workshop.start import HUB, run_room

    return run_room(options, _OFFLINE, (options.folder or HUB).resolve())


def _rehearse(options: argparse.Namespace) -> int:
    import asyncio
    import signal

    from nbformat import from_dict

    from tests.author.solutions import fill_in

    from .workshop.rehearsal import rehearse, tables

    (lesson,) = find_lessons([options.lesson], options.language or system_language())
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # as Ctrl-C: nothing stays
    walked = rehearse(options.learners, lesson, options.minutes, lambda x: fill_in(from_dict(x)))
    told = asyncio.run(walked)
    print(json.dumps(told, indent=1) if options.json else tables(told))
    return 1 if told["failures"] else 0


def _test(options: argparse.Namespace) -> int:
    if options.stack == "host":
        from tests.author.host import run_on_host

        return run_on_host(find_lessons(options.rest))
    if options.stack == "all":
        from tests.stacks import run_all

        return run_all(options.rest)
    if not options.fast:
        fetch_for_tests()
    steps = (["ruff", "check"], ["ruff", "format", "--check"], pytest_command(options))
    return run_tools(steps, ROOT)


def fetch_for_tests() -> None:
    """What npm fetches, where there is npm; else the tests that need it say what lacks."""
    from tests.needs import fetch_tools

    from .web.folder import find_npm, is_fetched

    fetch_tools()
    if find_npm() and not is_fetched():
        _run_command(parse(["web"]))


def pytest_command(options: argparse.Namespace) -> list[str]:
    """Over the cores, or in one process when options say what to run: that may be one cell."""
    fast = ["-m", "not slow"] if options.fast else []
    spread = [] if options.rest else ["-n", "logical", "--maxprocesses", "4"]  # 1 GB for each
    return ["pytest", *fast, *spread, *options.rest]


def run_tools(steps: Iterable[list[str]], folder: Path) -> int:
    """Run each tool, whatever the others say; the exit code of the first that fails."""
    failed = {}
    for step in steps:
        print("$ python -m", *step, flush=True)
        if code := bootstrap.follow([sys.executable, "-m", *step], folder):
            failed[" ".join(step)] = code
    if failed:
        print(say("Failed: {steps}", steps=", ".join(failed)), file=sys.stderr)
    return next(iter(failed.values()), 0)


def _offline(options: argparse.Namespace) -> int:
    from .web.folder import is_fetched
    from .workshop.offline import TARGETS, fill

    if options.tests:
        fetch_for_tests()
    elif not is_fetched():
        _run_command(parse(["web"]))
    four = [target for target in TARGETS if target.endswith(":3.11")]
    named = [x for name in options.named for x in (four if name == "all" else [name])]
    fill(ROOT, options.folder, named, options.tests, sys.stdout)
    return 0


def _execute(options: argparse.Namespace) -> int:
    from tests.author.execute import execute_lessons

    return execute_lessons(find_lessons(options.lessons, options.language))


def _translate(options: argparse.Namespace) -> int:
    from tests.author.translate import translate_lessons

    return translate_lessons(find_lessons(options.lessons))


def _site(options: argparse.Namespace) -> int:
    from tests.author.site import build_site

    fetch_for_tests()
    print(say("The site is in {folder}", folder=build_site(options.to)))
    return 0


def _slides(options: argparse.Namespace) -> int:
    from tests.author.slides import write_slides

    fetch_for_tests()
    for lesson in find_lessons(options.lessons, options.language or system_language()):
        print(say("Slides: {path}", path=write_slides(lesson, options.to)))
    return 0


def _links(options: argparse.Namespace) -> int:
    from tests.author.links import write_links

    print(*write_links(options.address, options.branch), sep="\n")
    print(say("Nothing else had to change."))
    return 0


COMMANDS = {
    "lab": (_lab, later("open the lessons in JupyterLab")),
    "doctor": (_doctor, later("say what is wrong with this machine, if anything")),
    "run": (_run, later("execute a copy of a lesson with other parameters")),
    "web": (_web, later("fetch the runtime of lesson 14's web page (needs npm)")),
    "workshop": (_workshop, later("a hub for a room of learners, on this machine")),
    "rehearse": (_rehearse, later("walk learners through a lesson in such a room, and measure")),
    "test": (_test, later("authors: check code and lessons")),
    "site": (_site, later("authors: build a static site from the stored lessons")),
    "slides": (_slides, later("teachers: a lesson's core cells as slides, one page each")),
    "links": (_links, later("authors: write links to hosts that run the lessons")),
    "offline": (_offline, later("fill a folder that installs the course without a network")),
    "execute": (_execute, later("authors: store fresh outputs in the lessons")),
    "translate": (_translate, later("authors: bring the Japanese lessons up to date")),
}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
