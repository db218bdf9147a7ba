"""A lesson and parameters in, an executed copy under `my/runs/` out, or the page of lesson 14.

Leaves the lesson alone.
"""

from __future__ import annotations

from ast import literal_eval
from pathlib import Path
from typing import Any

from tfl_helpers.records import InputError
from tfl_helpers.setup.lessons import ROOT, find_lessons

from .solutions import fill_in

RUNS = ROOT / "my" / "runs"
WORDS = {"true": True, "false": False, "null": None}


def run_lesson(lesson: Path, parameters: dict[str, str]) -> Path:
    """Run a copy of the lesson with papermill and a progress bar.

    Args:
        parameters: texts by name; `3`, `0.5`, `[1, 2]`, `true` become values, the rest stays text.

    Returns:
        The executed copy, `my/runs/<language>/<lesson>.ipynb`.

    Raises:
        InputError: the lesson has no parameter of that name, or one of its cells raised.
    """
    import nbformat
    import papermill
    from nbclient.exceptions import DeadKernelError

    known = list(papermill.inspect_notebook(lesson))
    if unknown := sorted(set(parameters) - set(known)):  # papermill only logs a warning
        names = ", ".join(known) or "(none)"
        raise InputError(f"{lesson.name} has the parameters {names}, got {', '.join(unknown)}.")
    output = RUNS / lesson.parent.name / lesson.name
    output.parent.mkdir(parents=True, exist_ok=True)
    values = {name: parse_value(text) for name, text in parameters.items()}
    try:
        run = papermill.execute_notebook(lesson, output, values, cwd=lesson.parent, **options())
    except papermill.PapermillExecutionError as error:
        raise InputError(
            f"{lesson.name} stopped: cell [{error.exec_count}] raised {error.ename}: "
            f"{error.evalue}\nIts first line: {error.source.splitlines()[0]}\n"
            f"What ran until then is in {output}"
        ) from None
    except DeadKernelError:
        raise InputError(f"{lesson.name} stopped: a cell ended the kernel's process.") from None
    if run.metadata.pop("widgets", None):  # of widgets whose kernel is gone: their twins show more
        nbformat.write(run, output)
    return output


def write_page_of_lesson(folder: Path, progress_bar: bool = False, **parameters: Any) -> None:
    """Run lesson 14, solutions filled in, so that it writes its page into `folder`."""
    import nbformat
    import papermill

    (lesson,) = find_lessons(["14"])
    notebook = fill_in(nbformat.read(lesson, as_version=4))
    place = {"cwd": lesson.parent, "progress_bar": progress_bar}
    values = {"page": str(folder), **parameters}
    papermill.execute_notebook(notebook, None, values, **place, **options())


def options() -> dict[str, Any]:
    """How papermill runs here: this interpreter's own kernel; written once at the end."""
    from .kernel import OwnKernel

    return {
        "kernel_name": "python3",
        "kernel_manager_class": OwnKernel,
        "request_save_on_cell_execute": False,
    }


def parse_value(text: str) -> Any:
    """`text` as a Python literal or one of true, false, null; otherwise the text itself."""
    try:
        return literal_eval(text)
    except (ValueError, SyntaxError):
        return WORDS.get(text, text)
