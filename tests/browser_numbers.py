"""Lesson 14's strokes through its page in a real Chromium, its numbers into notebooks/browser.json.

`.venv/bin/python -m tests.browser_numbers`, whenever the model of the lesson has changed.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.live_lab import FLAGS, find_browser
from tests.live_page import NUMBERS, is_ready, saved_numbers, served, write_page_of_lesson


def main() -> int:
    """Write the file anew; 1 and the page's sentence if the model does not run."""
    with tempfile.TemporaryDirectory() as folder:
        write_page_of_lesson(Path(folder))
        with served(Path(folder)) as address, sync_playwright() as playwright:
            path = find_browser(playwright)
            browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
            page = browser.new_page()
            page.goto(address)
            if not is_ready(page):
                print(page.locator("#state").inner_text(), file=sys.stderr)
                return 1
            NUMBERS.write_text(saved_numbers(page), encoding="utf-8", newline="\n")
            print(f"{NUMBERS}, from Chromium {browser.version}")
            browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
