"""A room: real hub, proxy, servers and kernels; learners who join, look around and are let down."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from live_lab import FLAGS, find_browser, wait_until
from live_room import CODE, Learner, RunningRoom, alert, hidden, running_room
from needs import demand_tool
from playwright.sync_api import sync_playwright

from tfl_helpers.__main__ import parse
from tfl_helpers.setup.errors import IS_ROOT, SetupError
from tfl_helpers.setup.lessons import ROOT, find_lessons
from tfl_helpers.workshop import start
from tfl_helpers.workshop.room import Room, as_typed, hub_name


@pytest.fixture(scope="module")
def room() -> Iterator[RunningRoom]:
    # Not tmp_path: pytest closes the folder that it is in, and learners pass through.
    with tempfile.TemporaryDirectory(prefix="room") as folder:
        Path(folder).chmod(0o711)
        with running_room(Path(folder) / "my" / "hub") as running:
            yield running


@pytest.fixture(scope="module")
def hana(room: RunningRoom) -> Learner:
    learner = Learner(room, "Hana", "flower-1")
    assert learner.join(CODE).ok
    return learner


@pytest.fixture(scope="module")
def taro(room: RunningRoom) -> Learner:
    """One whose name no system user and no address could have."""
    learner = Learner(room, "太郎", "ひみつの言葉")
    assert learner.join("PURE BUMI", "ja").ok
    return learner


@pytest.fixture(scope="module")
def teacher(room: RunningRoom) -> Learner:
    learner = Learner(room, "teacher", room.password)
    assert learner.join().url == f"{room.url}/services/room/"
    return learner


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("Hana", "hana"),
        ("ｈａｎａ ", "hana"),
        ("root", "root"),
        ("太郎", "n-b7e8e2d5a3f5"),
        ("../hana", "n-"),
        ("a b", "n-"),
        ("Ünal", "n-"),
    ],
)
def test_a_name_becomes_one_that_a_folder_can_have(typed: str, name: str) -> None:
    made = hub_name(typed)
    assert made == name or (name.startswith("n-") and re.fullmatch("n-[0-9a-f]{12}", made))
    assert hub_name(made) == made
    assert as_typed("  Ｈａｎａ  K. ") == "Hana K."


def test_codes_are_said_and_heard_easily(tmp_path: Path) -> None:
    made = {Room(str(tmp_path)).completed().join for _ in range(50)}
    assert len(made) == 50
    assert all(re.fullmatch("([bdghkmnprstz][aeiu]){2}-([bdghkmnprstz][aeiu]){2}", x) for x in made)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--host", "0.0.0.0"], "Passwords would cross the network in clear: 0.0.0.0 needs"),
        (["--memory", "lots"], "Expected a size such as 2G or 1500M, got lots."),
    ],
)
def test_what_would_surprise_a_room_is_refused(
    options: list[str], words: str, tmp_path: Path
) -> None:
    with pytest.raises(SetupError, match=re.escape(words)):
        start.run_room(parse(["workshop", *options]), (), tmp_path / "hub")
    assert list(tmp_path.iterdir()) == []


def test_an_address_is_open_with_a_certificate_or_when_said_aloud(tmp_path: Path) -> None:
    for more in (["--no-tls"], ["--cert", "c.pem", "--key", "k.pem"]):
        options = parse(["workshop", "--host", "0.0.0.0", *more])
        made = start._room(options, (), tmp_path)
        assert made.at("room").startswith("http://" if "--no-tls" in more else "https://")


def test_without_root_it_says_what_is_shared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(start, "IS_ROOT", False)
    with pytest.raises(SetupError, match="each could read the files of the others, and yours"):
        start._check_users(parse(["workshop"]))


@pytest.mark.slow
def test_it_says_how_to_come_in_and_in_no_open_file(room: RunningRoom) -> None:
    told = [room.url, CODE, "teacher", room.password]
    assert [one for one in told if one not in room.said] == []
    open_ones = [p.name for p in room.folder.iterdir() if p.stat().st_mode & 0o004]
    assert open_ones == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "password", "code", "words"),
    [
        ("Mallory", "secret-1", "pure-bumo", "That is not the join code of this room."),
        ("Mallory", "short", CODE, "Choose a password of 6 to 24 characters"),
        ("Mallory", "長" * 25, CODE, "Choose a password of 6 to 24 characters"),
        (" ", "secret-1", CODE, "Write a name of 1 to 30 letters."),
        ("M" * 31, "secret-1", CODE, "Write a name of 1 to 30 letters."),
        ("HANA", "another-1", CODE, "That name is taken here"),
        ("teacher", "guessed-1", CODE, "That name is taken here"),
    ],
)
def test_who_is_refused_reads_why(
    room: RunningRoom, hana: Learner, name: str, password: str, code: str, words: str
) -> None:
    stranger = Learner(room, name, password)
    answer = stranger.join(code)
    assert answer.status_code == 403
    assert words in alert(answer)
    assert stranger.session.get(f"{room.url}/hub/home").url.startswith(f"{room.url}/hub/login")


@pytest.mark.slow
def test_a_refusal_in_japanese(room: RunningRoom) -> None:
    answer = Learner(room, "Mallory", "secret-1").join("", "ja")
    assert "この教室の合言葉ではありません。" in alert(answer)
    assert '<html lang="ja">' in answer.text


@pytest.mark.slow
def test_guessing_is_slow(room: RunningRoom) -> None:
    guesser = Learner(room, "Guess", "guess-1")
    said = [alert(guesser.join(f"pure-bum{n}")) for n in range(7)]
    assert ["Too many" in one for one in said] == [False] * 5 + [True] * 2
    assert "Too many" in alert(guesser.join(CODE))


@pytest.mark.slow
def test_each_has_the_lessons_in_their_language(hana: Learner, taro: Learner) -> None:
    for learner, language in ((hana, "en"), (taro, "ja")):
        page = learner.open_lessons().text
        paths = re.findall(r'href="[^"]*/lab/tree/([^"]+)"', page)
        assert paths == [f"{language}/{lesson.name}" for lesson in find_lessons([])]
        assert f'<html lang="{language}">' in page
        copy = learner.session.get(f"{learner.address}/api/contents/{paths[3]}").json()
        assert all(not cell.get("outputs") for cell in copy["content"]["cells"])
    changed = taro.session.get(f"{taro.address}/lessons?language=en").text
    assert "Polymorphic functions: one name, many graphs" in changed
    assert taro.session.get(f"{taro.address}/lessons?language=ja").ok


# What one tries who wants to: run in the kernel of one learner, against another.
LOOK = """
import os, socket, glob, json, urllib.request, urllib.error
def tried(do):
    try:
        return str(do())
    except (OSError, urllib.error.HTTPError) as error:
        return f"{type(error).__name__} {getattr(error, 'code', '')}".strip()
def ask(url, **headers):
    return urllib.request.urlopen(urllib.request.Request(url, headers=headers)).status
token = {"Authorization": "token " + os.environ["JUPYTERHUB_API_TOKEN"]}
def knock(path):
    with socket.socket(socket.AF_UNIX) as one:
        one.connect(path)
        return "in"
"""


@pytest.mark.slow
@pytest.mark.skipif(not IS_ROOT, reason="only root can give each learner a user of their own")
def test_nobody_looks_into_what_another_has(
    room: RunningRoom, hana: Learner, taro: Learner
) -> None:
    where = json.loads(
        taro.run(
            "import os, json; print(json.dumps([os.getuid(), os.path.expanduser('~'), os.getpid(),"
            " os.environ['JUPYTER_RUNTIME_DIR'], os.listdir(os.environ['JUPYTER_RUNTIME_DIR']),"
            " os.environ['JUPYTERHUB_SERVICE_URL']]))"
        )
    )
    user, home, process, runtime, files, server = where
    sockets = [f"{runtime}/{name}" for name in files if "-ipc-" in name]
    assert len(sockets) == 5
    # The server, and one through which ipykernel hears its children: it drops what lacks a secret.
    assert _listening(user) == 2, "a kernel on TCP has six"
    assert str(user) not in hana.run("import os; print(os.getuid())")
    denied = {
        f"os.listdir({home!r})": "PermissionError",
        f"open({home + '/my/ja/03_polymorphic_functions.ipynb'!r}).read()": "PermissionError",
        f"os.listdir({home + '/my/.progress'!r})": "PermissionError",
        f"os.listdir({runtime!r})": "PermissionError",
        f"knock({sockets[0]!r})": "PermissionError",
        f"open('/proc/{process}/environ').read()": "PermissionError",
        f"open('/proc/{process}/mem', 'rb').read(1)": "PermissionError",
        f"os.kill({process}, 9)": "PermissionError",
        f"os.listdir({str(room.folder)!r})": "PermissionError",
        f"os.listdir({str(room.folder / 'homes')!r})": "PermissionError",
        f"open({str(room.folder / 'room.json')!r}).read()": "PermissionError",
        f"open({str(room.folder / 'hub.sqlite')!r}).read()": "PermissionError",
        f"open({str(ROOT / 'notebooks/en/planted')!r}, 'w')": "PermissionError",
        f"open({os.__file__!r}, 'a')": "PermissionError",
        f"ask({server + 'api/contents'!r}, **token)": "HTTPError 403",
        f"ask({taro.address + '/api/contents'!r}, **token)": "HTTPError 403",
        f"ask('{room.url}/hub/api/users/{hub_name('太郎')}', **token)": "HTTPError 404",
        f"ask('{room.url}/hub/api/users', **token)": "HTTPError 403",
        f"ask('http://127.0.0.1:{room.port + 2}/api/routes', **token)": "HTTPError 403",
        f"ask('{room.url}/services/room/', **token)": "HTTPError 403",
    }
    code = LOOK + "".join(f"print(tried(lambda: {what}))\n" for what in denied)
    found = dict(zip(denied, hana.run(code).splitlines(), strict=True))
    assert found == denied
    own = hana.run(
        LOOK + "print(ask(os.environ['JUPYTERHUB_SERVICE_URL'] + 'api/contents', **token))"
    )
    assert own == "200\n", "the same questions are answered where they may be asked"


def _listening(user: int) -> int:
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return sum(row[3] == "0A" and int(row[7]) == user for row in rows)


@pytest.mark.slow
def test_the_browser_of_one_does_not_open_the_server_of_another(
    hana: Learner, taro: Learner
) -> None:
    taro.open_lessons()
    assert hana.session.get(f"{taro.address}/api/contents").status_code == 403
    assert hana.session.get(f"{taro.address}/lessons").status_code == 403


@pytest.mark.slow
@pytest.mark.skipif(not IS_ROOT, reason="only root may make a control group")
def test_who_takes_too_much_memory_loses_a_kernel_only(room: RunningRoom, hana: Learner) -> None:
    greedy = Learner(room, "Greedy", "greedy-1")
    assert greedy.join(CODE).ok
    greedy.open_lessons()
    cell = "import subprocess, sys; print(subprocess.run([sys.executable, '-c', 'bytes(b\"1\" * "
    cell += "2_000_000_000)'], stderr=subprocess.DEVNULL).returncode)"
    assert int(greedy.run(cell)) != 0, "1 GiB for each"
    assert greedy.run("print(1 + 1)") == "2\n"
    many = "import resource; print(resource.getrlimit(resource.RLIMIT_NPROC))"
    assert greedy.run(many) == "(1000, 1000)\n"
    assert hana.run("print(2 + 2)") == "4\n"


@pytest.mark.slow
@pytest.mark.skipif(not IS_ROOT, reason="only root could give something away")
def test_a_link_in_a_home_does_not_mislead_the_hub(room: RunningRoom) -> None:
    planted = room.folder.parent / "planted"
    planted.mkdir()
    mallory = Learner(room, "Mallory", "mallory-1")
    assert mallory.join(CODE).ok
    mallory.run(
        f"import os; os.chdir('../..'); os.rename('my', 'old'); os.symlink({str(planted)!r}, 'my')"
    )
    mallory.run(
        "import subprocess; subprocess.Popen(f'sleep 1; kill -9 {os.getppid()}', shell=True)"
    )
    before = room.log().count("] Spawning ")

    def again() -> bool:
        mallory.session.get(f"{room.url}/hub/spawn")
        return room.log().count("] Spawning ") > before

    wait_until(again, "another start of that server", pause=1)
    assert planted.stat().st_uid == 0


@pytest.mark.slow
def test_a_lesson_begun_anew_keeps_the_old_copy(hana: Learner) -> None:
    path = f"{hana.address}/api/contents/en/04_signatures.ipynb"
    hana.open_lessons()
    copy = hana.session.get(path).json()
    copy["content"]["cells"][1]["source"] = "mine = 1"
    token = hana.session.cookies.get("_xsrf", path=f"{hana.address.removeprefix(hana.room.url)}/")
    saved = hana.session.put(path, json=copy, headers={"X-XSRFToken": token})
    assert saved.ok, saved.text
    page = hana.post_lessons(fresh="04")
    kept = re.search(
        r"04: begun anew; what you had is in (04_signatures [\d -]+\.ipynb)", page.text
    )
    cells = [
        hana.session.get(f"{hana.address}/api/contents/en/{name}").json()["content"]["cells"]
        for name in ("04_signatures.ipynb", kept[1])
    ]
    assert ["mine = 1" in [one["source"] for one in each] for each in cells] == [False, True]


@pytest.mark.slow
def test_the_page_of_lesson_14_opens_on_the_hub(hana: Learner, taro: Learner) -> None:
    files = {"index.html": "<title>mine</title>", "page.js": "export {}", "a.wasm": "", "x.gz": ""}
    hana.run(f"import pathlib; page = pathlib.Path('../page'); page.mkdir(); files = {files}")
    hana.run("for name in files: (page / name).write_text(files[name])")
    assert f'href="{hana.address.removeprefix(hana.room.url)}/page/"' in hana.open_lessons().text
    page = hana.session.get(f"{hana.address}/page/")
    assert (page.status_code, page.text) == (200, files["index.html"])
    assert "sandbox" not in page.headers["Content-Security-Policy"], "modules and WebAssembly load"
    kinds = [hana.session.get(f"{hana.address}/page/{n}").headers["Content-Type"] for n in files]
    assert kinds[1].endswith("/javascript")
    assert kinds[2] == "application/wasm"
    assert taro.session.get(f"{hana.address}/page/").status_code == 403
    assert requests.get(f"{hana.address}/page/").url.startswith(f"{hana.room.url}/hub/login")


@pytest.mark.slow
def test_in_a_browser_with_the_keyboard_every_page_is_accessible(room: RunningRoom) -> None:
    axe = demand_tool("axe-core", "axe.min.js").read_text(encoding="utf-8")
    breaches = {}
    begun = "document.activeElement.id == 'username'"  # what is typed before is lost

    def judge(page: Any, name: str) -> None:
        page.evaluate(axe)
        rules = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}
        found = page.evaluate("rules => axe.run(rules)", rules)
        breaches[name] = [one["id"] for one in found["violations"]]

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(playwright), args=FLAGS)
        for theme in ("light", "dark"):
            page = browser.new_page(locale="ja-JP", color_scheme=theme)
            page.set_default_timeout(90_000)
            page.goto(room.url)
            page.wait_for_function(begun)
            judge(page, f"join {theme}")
            for text in ("次郎", "suzume-1", CODE):
                page.keyboard.type(text)
                page.keyboard.press("Tab")
            page.keyboard.press("Enter")
            page.get_by_role("heading", name="レッスン一覧").wait_for()
            judge(page, f"lessons {theme}")
        page.get_by_role("link", name="推論").first.click()
        page.locator(".jp-Notebook .jp-Cell").first.wait_for()
        assert "/lab/tree/ja/10_inference.ipynb" in page.url
        teacher = browser.new_page(color_scheme="dark")
        teacher.goto(room.url)
        teacher.wait_for_function(begun)
        for text in ("teacher", room.password):
            teacher.keyboard.type(text)
            teacher.keyboard.press("Tab")
        teacher.keyboard.press("Enter")
        teacher.get_by_role("heading", name="Asking for help").wait_for()
        judge(teacher, "teacher")
        browser.close()
    assert breaches == dict.fromkeys(breaches, [])
    assert len(breaches) == 5


@pytest.mark.slow
def test_a_raised_hand_is_seen_by_the_teacher_alone(
    room: RunningRoom, taro: Learner, hana: Learner, teacher: Learner
) -> None:
    shown = f"{room.url}/services/room/?language=en"
    taro.open_lessons()
    page = taro.post_lessons(stuck="07", name="<b>後ろの席</b>")
    assert "「&lt;b&gt;後ろの席&lt;/b&gt;、レッスン 07」" in page.text
    seen = teacher.session.get(shown).text
    assert "<td>&lt;b&gt;後ろの席&lt;/b&gt;</td><td>07</td><td>0</td>" in seen
    assert "太郎" not in seen, "only the name that they chose"
    assert hana.session.get(shown).status_code == 403
    taro.post_lessons(stuck="")
    assert "Nobody, at the moment." in teacher.session.get(shown).text


@pytest.mark.slow
def test_a_freed_name_takes_a_new_password_and_finds_its_lessons(
    room: RunningRoom, teacher: Learner
) -> None:
    shown = f"{room.url}/services/room/"
    forgetful, again = Learner(room, "Forgetful", "first-1"), Learner(room, "forgetful", "second-2")
    assert forgetful.join(CODE).ok
    assert alert(again.join(CODE))
    assert teacher.session.post(shown, {"name": "Forgetful"}).status_code == 403, "no token"
    forgetful.open_lessons()  # the hub refuses while it starts their server
    for name, words in (("nobody", "Nobody here is called nobody."), ("Forgetful", "is free")):
        form = {"name": name, "_xsrf": hidden(teacher.session.get(shown).text)}
        assert words in teacher.session.post(f"{shown}?language=en", form).text
    assert forgetful.session.get(f"{room.url}/hub/home").url.startswith(f"{room.url}/hub/login")
    assert not alert(again.join(CODE))
    assert alert(forgetful.join(CODE))


@pytest.mark.slow
def test_a_killed_hub_comes_back_and_servers_have_gone_on(room: RunningRoom, hana: Learner) -> None:
    hana.run("kept = 41")
    server = hana.run("import os; print(os.getppid())")
    os.kill(room.hub_id(), signal.SIGKILL)
    room.process.wait(30)
    assert hana.run("print(kept)") == "41\n", "while there is no hub"
    assert hana.session.get(f"{hana.address}/lessons").ok, "nor a teacher's page"
    room.start()
    hana.open_lessons()
    hana.kernel.close()
    hana.kernel = None  # the proxy is a new one
    assert hana.run("import os; print(kept, os.getppid())") == f"41 {server}"


@pytest.mark.slow
def test_ctrl_c_ends_all_and_a_restart_knows_everybody(room: RunningRoom, hana: Learner) -> None:
    hana.run("pass")
    assert room.interrupt() == 0

    def gone() -> bool:
        listed = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True).stdout
        return str(room.folder) not in listed

    wait_until(gone, "the end of servers and proxy")
    with pytest.raises(requests.ConnectionError):
        requests.get(room.url)
    room.start()
    assert Learner(room, "Hana", "flower-1").join().ok
    assert alert(Learner(room, "Hana", "flower-2").join(CODE))
