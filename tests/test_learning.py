"""A learner in the course: `lab` in a clone of its own, a real JupyterLab and a real browser."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from live_lab import FLAGS, SECONDS, find_browser, running_course, tab_to, wait_until

from tfl_helpers.setup.lessons import ROOT, find_lessons
from tfl_helpers.setup.merge import split_at_heading

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not shutil.which("git"), reason="git is not installed"),
]
LESSON = "03_polymorphic_functions.ipynb"
PLACE = Path("notebooks") / "en" / LESSON
LEFT_OUT = (".git", ".venv", "node_modules", ".*_cache", "__pycache__", "my", ".progress*")


def git(folder: Path, *arguments: str) -> str:
    who = ["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
    command = ["git", *who, *arguments]
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout


def change(course: Path, **sources: str) -> None:
    """Other texts in cells of the lesson, committed; `outcome` where the text tells one."""
    notebook = json.loads((course / PLACE).read_text("utf-8"))
    for cell in notebook["cells"]:
        cell["source"] = sources.get(cell["id"].replace("-", "_"), cell["source"])
        if cell["id"] in ("why-prints", "why-numbers"):
            cell["metadata"]["tags"] = ["core", "outcome"]
    (course / PLACE).write_text(json.dumps(notebook, indent=1, ensure_ascii=False) + "\n", "utf-8")
    git(course, "add", "--all")
    git(course, "commit", "--quiet", "--message=change")


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the course is published."""
    folder = tmp_path_factory.mktemp("published") / "course"
    shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(*LEFT_OUT))
    git(folder, "init", "--quiet")
    change(folder)
    return folder


@pytest.fixture(scope="module")
def clone(course: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A learner's clone of it, in a folder that is hard to spell."""
    folder = tmp_path_factory.mktemp("learner") / "コース 1"
    git(course, "clone", "--quiet", str(course), str(folder))
    return folder


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=SECONDS * 1000)
    with sync_playwright() as playwright:
        path = find_browser(playwright)
        chromium = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield chromium
        chromium.close()


def opened(browser: Any, lab: Any) -> Any:
    """The page that `lab` shows first, as soon as a notebook is in it and all have their kernels.

    A JupyterLab that is stopped while a kernel starts takes long to end.
    """
    page = browser.new_page(viewport={"width": 1400, "height": 1000})
    page.set_default_timeout(SECONDS * 1000)
    page.goto(f"{lab.url}/?token={lab.token}")
    page.locator(".jp-Notebook:visible .jp-Cell").first.wait_for()

    def idle() -> bool:
        kernels = [one["kernel"] for one in lab.sessions()]
        states = [kernel and kernel["execution_state"] for kernel in kernels]
        return set(states) == {"idle"}

    wait_until(idle, "an idle kernel")
    return page


def tabs(page: Any) -> list[str]:
    """The tab in front, then the others."""
    names = page.locator(".lm-DockPanel-tabBar .lm-TabBar-tab")
    front = page.locator(".lm-DockPanel-tabBar .lm-mod-current").all_inner_texts()
    return front + [name for name in names.all_inner_texts() if name not in front]


def test_a_lesson_opens_without_answers_and_what_is_learnt_outlives_an_update(
    browser: Any, clone: Path, course: Path
) -> None:
    from playwright.sync_api import expect

    copy = clone / "my" / "en" / LESSON
    with running_course(clone, "03", folder=clone.parent) as lab:
        page = opened(browser, lab)
        assert tabs(page) == [LESSON]
        wait_until(lambda: len(listed(page)) > 1, "the file browser")
        assert listed(page) == [one.name for one in find_lessons([])] + ["glossary.md"]

        shown = page.locator(".jp-Notebook")
        expect(shown).to_contain_text("How many times will")
        expect(page.locator(".jp-OutputArea-output")).to_have_count(0)
        told = split_at_heading(source(clone / PLACE, "why-prints"))[0]
        expect(shown).not_to_contain_text(told[:40])
        expect(page.locator(".jp-MarkdownCell .jp-Placeholder").first).to_have_text("")
        page.locator(".jp-MarkdownCell .jp-Placeholder-content").first.click()
        expect(shown).to_contain_text(told[:40])

        page.locator(".jp-CodeCell .cm-content").first.click()
        page.keyboard.press("Control+End")
        page.keyboard.type("\nlearnt = 'mine'")
        page.keyboard.press("Shift+Enter")
        expect(page.locator(".jp-InputPrompt").get_by_text("[1]:")).to_have_count(1)
        page.keyboard.press("Control+s")
        wait_until(lambda: "learnt = 'mine'" in copy.read_text("utf-8"), "the saved copy")
        page.close()
    opened_cell = next(one for one in cells(copy) if one["id"] == "why-prints")
    assert not opened_cell["metadata"].get("jupyter", {}).get("source_hidden")

    assert git(clone, "status", "--porcelain") == ""
    first = source(course / PLACE, "parameters") + "\nimport json"
    change(course, strokes="A stroke, **told anew**.", parameters=first)
    git(clone, "pull", "--quiet")
    with running_course(clone, folder=clone.parent) as lab:
        page = opened(browser, lab)
        assert tabs(page)[0] == LESSON, "where the learner stopped"
        expect(page.locator(".jp-Notebook:visible")).to_contain_text("told anew")
        expect(page.locator(".jp-Notebook:visible")).to_contain_text("Yours stands above")
        page.close()
    said = (clone.parent / "lab.log").read_text()
    assert "03: 1 cell is new, 1 cell is changed by you too: ours stands beside yours\n" in said
    assert "learnt = 'mine'" in source(copy, "parameters")
    ran = next(one for one in cells(copy) if one["id"] == "parameters")
    assert ran["execution_count"] == 1
    with running_course(clone, "05", folder=clone.parent) as lab:
        page = opened(browser, lab)
        wait_until(lambda: tabs(page)[0].startswith("05_"), "the lesson in front")
        page.close()
    assert git(clone, "status", "--porcelain") == ""


def run(page: Any, words: str, before: str = "") -> Any:
    """Run the code cell with these words, after the line `before`; the cell."""
    from playwright.sync_api import expect

    cell = page.locator(".jp-CodeCell:visible").filter(has_text=words).first
    cell.locator(".cm-content").click()
    page.keyboard.press("Control+Home")
    page.keyboard.type(before)
    page.keyboard.press("Control+Enter")
    expect(cell.locator(".jp-InputPrompt")).to_have_text(re.compile(r"\[\d+\]:"))
    return cell


def show(page: Any, lab: Any, lesson: str) -> None:
    """A lesson in `page`, all others closed, as soon as it has an idle kernel."""
    page.goto(f"{lab.url}/lab/tree/{lesson}?token={lab.token}&reset")
    page.locator(".jp-Notebook:visible .jp-Cell").first.wait_for()

    def idle() -> bool:
        kernels = [one["kernel"] for one in lab.sessions() if one["path"] == lesson]
        states = [kernel and kernel["execution_state"] for kernel in kernels]
        return set(states) == {"idle"}

    wait_until(idle, "an idle kernel")


def whole(notebook: Path) -> str:
    """Its text; nothing while JupyterLab is in the midst of saving it."""
    text = notebook.read_text("utf-8")
    try:
        json.loads(text)
    except ValueError:
        return ""
    return text


def in_view(page: Any, heading: str, seconds: int = SECONDS) -> None:
    from playwright.sync_api import expect

    shown = page.locator(".jp-Notebook:visible").get_by_role("heading", name=heading)
    expect(shown).to_be_in_viewport(timeout=seconds * 1000)


TFL = "import tfl_helpers as tfl\n"
SECTION = "A function that remembers its graphs"


def test_a_prediction_counts_from_the_press_to_the_card_that_comes_back(
    browser: Any, course: Path, tmp_path: Path
) -> None:
    from playwright.sync_api import expect

    clone = tmp_path / "course"
    git(course, "clone", "--quiet", str(course), str(clone))
    copy, marks = clone / "my" / "en" / LESSON, clone / "my" / ".progress"
    with running_course(clone, "03", folder=tmp_path) as lab:
        page, errors = opened(browser, lab), []
        page.on("pageerror", lambda error: errors.append(str(error)))
        said = page.get_by_role("status").filter(has_text=re.compile("^(You|Press|It is)"))
        names = [one["id"] for one in cells(copy)]

        # With the keyboard alone: the Shift+Enter after a press runs the asking cell once more.
        page.locator(".jp-Notebook:visible").focus()
        for _ in names[: names.index("03-predict-prints") + 1]:
            page.keyboard.press("Shift+Enter")
        expect(said).to_have_text("Press one, then go on.")
        tab_to(page, "2", "Shift+Tab")
        page.keyboard.press("Space")
        expect(said).to_have_text("You say: 2. Now go on.")
        tab_to(page, "3")
        page.keyboard.press("Enter")
        for _ in range(2):
            expect(said).to_have_text("You say: 3. Now go on.")
            page.keyboard.press("Shift+Enter")
        expect(said).to_have_text(["You said: 3. The outcome is below.", "You said 3, it is 2."])
        for number in "123":
            expect(page.locator(".widget-button", has_text=number)).to_be_disabled()

        def told() -> dict[str, str]:
            found = [one for one in clone.rglob("*-predict-*") if one.is_file()]
            assert {one.parent for one in found} == {marks}
            return {one.name: one.read_text("utf-8") for one in found}

        noted = {"03-predict-prints": json.dumps({"said": "3", "outcome": "2"})}
        assert told() == noted
        run(page, "guess = tfl.predict([1, 2, 3])")
        page.locator(".widget-button", has_text="2").click()
        run(page, "for points in (32, 32, 40)")
        expect(said.last).to_have_text("You said 2, and it is 2.")
        assert told() == noted, "the first word stands"

        # A button whose kernel has gone is pressed: nothing happens, and the lesson goes on.
        run(page, "guess = tfl.predict([2, 3, 5])")
        kernel = lab.sessions()[0]["kernel"]["id"]
        restart = f"{lab.url}/api/kernels/{kernel}/restart"
        assert ask(restart, lab.token, "POST", {})[0] == 200
        page.locator(".widget-button", has_text="5").click()
        end = run(page, "tfl.review_predictions", TFL)
        words = f"You made 1 of 8 predictions. Right: 0. Look again at: {SECTION}."
        expect(end).to_contain_text(words)
        assert "Traceback" not in (tmp_path / "lab.log").read_text()
        end.get_by_role("link", name=SECTION).click()
        in_view(page, SECTION)

        off = "import os\nos.environ['TFL_PROGRESS'] = 'off'\n"
        run(page, "guess = tfl.predict([2, 3, 5])", off)
        page.locator(".widget-button", has_text="5").click()
        run(page, "for scale in (0.1", "print(guess.compare(2))\n")
        expect(said.nth(2)).to_have_text("You said: 5. The outcome is below.")
        assert told() == noted, "switched off"

        later = find_lessons(["05"])[0].name
        kept = clone / "my" / "en" / later
        show(page, lab, later)
        card = run(page, "tfl.recall_predictions", TFL)
        for trusted in (1, 0):
            expect(card).to_contain_text(f"Back from lesson 03, {SECTION}")
            expect(card).to_contain_text("How many times will print speak?")
            expect(card.locator("code")).to_contain_text(["for points in (32, 32, 40):"])
            expect(card.locator(".jp-mod-trusted")).to_have_count(trusted)
            answer = card.get_by_text("Twice, as TensorFlow")
            expect(answer).to_be_hidden()
            card.get_by_text("Answer", exact=True).click()
            expect(answer).to_be_visible()
            card.get_by_role("link", name=SECTION).click()
            wait_until(lambda: tabs(page)[0] == LESSON, "lesson 03")
            try:
                in_view(page, SECTION, seconds=10)
            except AssertionError:
                # On a busy machine JupyterLab scrolls a notebook that it opens before its cells
                # have their places, and stays at the top: a second press finds them there.
                page.get_by_role("tab", name=later).click()
                card.get_by_role("link", name=SECTION).click()
                in_view(page, SECTION)
            if trusted:
                page.get_by_role("tab", name=later).click()
                page.keyboard.press("Control+s")
                wait_until(lambda: "Back from" in whole(kept), "the saved card")
                kept.write_text(kept.read_text("utf-8").replace("What would you", "What do you"))
                show(page, lab, later)
                card = page.locator(".jp-CodeCell").filter(has_text="tfl.recall_predictions")

        (marks / "03-any-length").touch()
        show(page, lab, "00_start_here.ipynb")
        road = run(page, "tfl.draw_road(progress=True)", TFL).get_by_role("img")
        both = re.compile("1 of [0-9]+ exercises right, 0 of 1 predictions right$")
        expect(road).to_have_attribute("alt", both)
        page.close()
    assert errors == []
    assert git(clone, "status", "--porcelain") == ""


def test_the_strict_comparison_passes_after_learning(clone: Path) -> None:
    (clone / "my" / "en").mkdir(parents=True, exist_ok=True)
    (clone / "my" / "en" / LESSON).touch()
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "notebooks"]
    plain = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    git(clone, "checkout", "--quiet", git(clone, "rev-list", "--max-parents=0", "HEAD").strip())
    done = subprocess.run(
        [*command, "-k", "03_"],
        cwd=clone,
        env={**plain, "PYTHONPATH": str(clone)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-3000:]
    assert git(clone, "status", "--porcelain") == ""


def test_the_proven_edition_is_read_only(browser: Any, clone: Path) -> None:
    from playwright.sync_api import expect

    before = everything(clone / "notebooks")
    with running_course(clone, "--proven", "03", folder=clone.parent) as lab:
        page = opened(browser, lab)
        expect(page.get_by_text("notebook is read-only")).to_be_visible()
        expect(page.locator(".jp-OutputArea-output").first).to_be_visible()
        page.locator(".jp-CodeCell .cm-content").first.click()
        page.keyboard.press("Control+End")
        page.keyboard.type("\nopen('written', 'w').close()")
        page.keyboard.press("Shift+Enter")
        wait_until((clone / "my" / "en" / "written").exists, "what a cell writes")
        page.keyboard.press("Control+s")
        expect(page.get_by_text("is read-only. Use")).to_be_visible()
        page.close()
        contents = f"{lab.url}/api/contents"
        notebook = {"type": "notebook", "format": "json", "content": {}}
        for method, place, model in (
            ("PUT", LESSON, notebook),
            ("DELETE", LESSON, None),
            ("PATCH", LESSON, {"path": "other.ipynb"}),
            ("POST", "", {"type": "notebook"}),
            ("POST", "", {"copy_from": LESSON}),
            ("POST", f"{LESSON}/checkpoints", None),
        ):
            code, said = ask(f"{contents}/{place}", lab.token, method, model)
            assert code == 403, f"{method} {place}"
            assert "Your own copy takes what you write" in said
        code, said = ask(f"{contents}/{LESSON}?content=0", lab.token, "GET", None)
        assert json.loads(said)["writable"] is False
    assert everything(clone / "notebooks") == before


def test_a_japanese_system_opens_the_course_in_japanese(
    browser: Any, course: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from playwright.sync_api import expect

    clone = tmp_path / "course"
    git(course, "clone", "--quiet", str(course), str(clone))
    if not (clone / "notebooks" / "ja").is_dir():
        shutil.copytree(clone / "notebooks" / "en", clone / "notebooks" / "ja")
        for lesson in (clone / "notebooks" / "ja").glob("*.ipynb"):
            text = lesson.read_text("utf-8").replace('language = \\"en\\"', 'language = \\"ja\\"')
            lesson.write_text(text, "utf-8")
    monkeypatch.setenv("LANG", "ja_JP.UTF-8")
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)

    with running_course(clone, "03", folder=tmp_path, language="ja") as lab:
        page = opened(browser, lab)
        run(page, 'language = "ja"')
        run(page, "tfl.speak(language)")
        stub = run(page, "my_answers = ...", "display(tfl.check_answers(..., {'a': 1}))\n")
        expect(stub).to_contain_text("○ まだです")
        page.close()
    said = (tmp_path / "lab.log").read_text("utf-8")
    assert said.splitlines()[0].endswith("python3 -m tfl_helpers lab --language en")
    assert (clone / "my" / "ja" / LESSON).is_file()
    assert not (clone / "my" / "en").exists()

    with running_course(clone, "--proven", "03", folder=tmp_path, language="ja") as lab:
        page = opened(browser, lab)
        code, refused = ask(f"{lab.url}/api/contents/{LESSON}", lab.token, "DELETE", None)
        page.close()
    assert code == 403
    assert "書き込みは学習者用のコピーにできます" in json.loads(refused)["message"]
    assert "--language en" not in (tmp_path / "lab.log").read_text("utf-8")


def ask(url: str, token: str, method: str, model: dict[str, Any] | None) -> tuple[int, str]:
    """The status and the words of JupyterLab's server."""
    data = None if model is None else json.dumps(model).encode()
    head = {"Authorization": f"token {token}"}
    try:
        with urlopen(Request(url, data, head, method=method), timeout=30) as answer:
            return answer.status, answer.read().decode()
    except HTTPError as error:
        return error.code, error.read().decode()


def everything(folder: Path) -> dict[str, str]:
    """All files and folders, hidden ones too, with a hash of what is in them."""
    return {
        str(path): hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
        for path in folder.rglob("*")
    }


def listed(page: Any) -> list[str]:
    """What the file browser shows."""
    return page.locator(".jp-DirListing-itemText").all_inner_texts()


def cells(path: Path) -> list[dict[str, Any]]:
    return json.loads(path.read_text("utf-8"))["cells"]


def source(path: Path, name: str) -> str:
    return "".join(next(one["source"] for one in cells(path) if one["id"] == name))
