"""What somebody typed in, the options of one command out. Runs nothing, parses on Python 3.8."""

from __future__ import annotations

import argparse
from pathlib import Path

from .setup.lessons import system_language
from .words import say
from .workshop.offline import TARGETS


def spoken_in(arguments: list[str]) -> str:
    """The language that a command is to speak, its help too: `en` or `ja`."""
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--language", nargs="?")
    language = parser.parse_known_args(_split(arguments)[0])[0].language or system_language()
    return "ja" if language == "ja" else "en"


def _split(arguments: list[str]) -> tuple[list[str], list[str]]:
    """What is ours, and what follows `--`."""
    end = arguments.index("--") if "--" in arguments else len(arguments)
    return arguments[:end], arguments[end + 1 :]


def read_options(arguments: list[str], commands: dict[str, str]) -> argparse.Namespace:
    """The options of one of `commands` (name -> what it does), and what follows `--`."""
    parser = _parser(commands)
    if not arguments:
        parser.print_help()
        parser.exit()
    own, rest = _split(arguments)
    options = parser.parse_args(own)
    options.rest = rest
    if options.command == "lab" and options.fresh and not options.lesson:
        parser.error(say("--fresh begins one lesson anew: say which, such as lab --fresh 03"))
    if rest and options.command not in ("lab", "test"):
        told = {"command": options.command, "rest": " ".join(rest)}
        parser.error(say("{command} passes nothing on: leave out {rest}", **told))
    return options


def _parser(known: dict[str, str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python3 -m tfl_helpers",
        description=say(
            "A course in notebooks, from an eager function to a .tflite file that runs."
        ),
        epilog=say("Begin with: {command}", command="python3 -m tfl_helpers lab"),
    )
    commands = parser.add_subparsers(title=say("commands"), metavar="COMMAND", dest="command")
    made = {name: commands.add_parser(name, help=text) for name, text in known.items()}
    _add_options(made)
    return parser


def _add_options(made: dict[str, argparse.ArgumentParser]) -> None:
    lab, run, test, execute = (made[name] for name in ("lab", "run", "test", "execute"))
    translate = made["translate"]
    lesson = {"metavar": "LESSON", "help": say("number or name, such as 03")}
    lab.add_argument("lesson", nargs="?", **lesson)
    flag = {"action": "store_true"}
    lab.add_argument("--no-browser", **flag, help=say("print the address, open nothing"))
    either = lab.add_mutually_exclusive_group()
    either.add_argument("--fresh", **flag, help=say("begin LESSON anew, keep what you had"))
    either.add_argument("--proven", **flag, help=say("read the lesson with its outputs"))
    lab.epilog = say("Options of JupyterLab may follow: lab 03 -- --port 8889")
    run.add_argument("lesson", **lesson)
    pair = {"nargs": 2, "metavar": ("NAME", "VALUE"), "action": "append", "default": []}
    run.add_argument("-p", dest="parameters", help=say("such as: -p seed 3"), **pair)
    test.add_argument("--fast", **flag, help=say("leave out what is marked slow"))
    stack = say(
        "pins: byte for byte (default); host: the claims, with what is installed; all: several"
    )
    test.add_argument("--stack", choices=("pins", "host", "all"), default="pins", help=stack)
    test.epilog = say("Options of pytest, or lessons for --stack, may follow: test -- -k figure")
    for command in (execute, translate, made["slides"]):
        every = say("all if none is named")
        command.add_argument("lessons", nargs="*", metavar="LESSON", help=every)
    execute.add_argument("--language", default="en", help=say("folder of the lessons (en)"))
    branch = say("or a tag, such as v0.3.0 (main)")
    made["links"].add_argument("--branch", default="main", help=branch)
    either = made["links"].add_mutually_exclusive_group(required=True)
    address = {"nargs": "?", "metavar": "github:OWNER/NAME"}
    either.add_argument("address", **address, help=say("the repository"))
    either.add_argument("--remove", **flag, help=say("take them out again"))
    to = say("new, or an older site")
    made["site"].add_argument("--to", type=Path, metavar="FOLDER", help=to)
    made["slides"].add_argument("--to", type=Path, metavar="FOLDER", help=say("where to write"))
    made["doctor"].add_argument("--json", **flag, help=say("the report for a program"))
    many = say("also as the hub of a room of N learners")
    made["doctor"].add_argument("--workshop", type=int, metavar="N", help=many)
    stick = say("what `offline` filled for that room")
    made["doctor"].add_argument("--offline", type=Path, metavar="FOLDER", help=stick)
    spoken = say("en or ja, else that of this system")
    made["doctor"].add_argument("--language", choices=("en", "ja"), help=spoken)
    for command in (lab, run, made["slides"]):
        command.add_argument("--language", help=spoken)
    _add_room_options(made["workshop"], made["rehearse"], lesson)
    _add_offline_options(made["offline"], (lab, test))


def _add_room_options(
    room: argparse.ArgumentParser, rehearse: argparse.ArgumentParser, lesson: dict[str, str]
) -> None:
    code = say("what learners type to come in; made up if you name none")
    room.add_argument("--join", metavar="CODE", help=code)
    kept = say("where all of the room is kept (my/hub)")
    room.add_argument("--folder", type=Path, metavar="FOLDER", help=kept)
    room.add_argument("--teacher", metavar="NAME", default="teacher", help=say("your own name"))
    room.add_argument("--port", type=int, default=8000, help=say("and the three after it (8000)"))
    room.add_argument("--host", metavar="ADDRESS", default="127.0.0.1", help=say("this machine's"))
    for option in ("--cert", "--key"):
        room.add_argument(option, metavar="FILE", help=say("for TLS"))
    flag = {"action": "store_true"}
    room.add_argument("--no-tls", **flag, help=say("behind a proxy that has TLS"))
    room.add_argument("--shared-user", **flag, help=say("learners may read each other's files"))
    room.add_argument("--memory", metavar="SIZE", default="2G", help=say("of a learner (2G)"))
    room.add_argument("--language", choices=("en", "ja"), help=say("else what browsers ask for"))
    rehearse.add_argument("learners", type=int, metavar="N", help=say("how many at once"))
    rehearse.add_argument("lesson", nargs="?", default="03", **lesson)
    minutes = say("of thinking, spread between the cells (3)")
    rehearse.add_argument("--minutes", type=float, default=3.0, metavar="M", help=minutes)
    rehearse.add_argument("--json", **flag, help=say("the report for a program"))
    spoken = say("en or ja, else that of this system")
    rehearse.add_argument("--language", choices=("en", "ja"), help=spoken)


def _add_offline_options(
    offline: argparse.ArgumentParser, takers: tuple[argparse.ArgumentParser, ...]
) -> None:
    folder = say("install from FOLDER, which `offline` has filled, without a network")
    for command in takers:
        command.add_argument("--offline", type=Path, metavar="FOLDER", help=folder)
    offline.add_argument("folder", type=Path, metavar="FOLDER", help=say("such as a USB stick"))
    which = say("a system and its Python, several times if you like; all: four with 3.11")
    choices = {"metavar": "SYSTEM:PYTHON", "choices": [*TARGETS, "all"], "help": which}
    offline.add_argument("--for", dest="named", action="append", default=[], **choices)
    also = say("what `test` and `site` need too")
    offline.add_argument("--tests", action="store_true", help=also)
