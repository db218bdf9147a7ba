"""What a machine may lack in; a skipped test out, or a failed one in CI, with the sentence."""

from __future__ import annotations

import os

import pytest
from nbformat import NotebookNode

from tfl_helpers.records import InputError
from tfl_helpers.web.folder import runtime_files


def demand_runtime(notebook: NotebookNode | None = None) -> None:
    """Go on only where npm has fetched LiteRT.js, or the notebook writes no web page."""
    if notebook and not any("write_page(" in cell.source for cell in notebook.cells):
        return
    try:
        runtime_files()
    except InputError as error:
        if os.environ.get("CI"):
            pytest.fail(f"CI has to run lesson 14 and its page. {error}", pytrace=False)
        pytest.skip(str(error))
