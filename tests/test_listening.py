"""Nothing listens beyond this machine, no server gives more than its files, no file is run.

A real JupyterLab as `lab` starts it, with a kernel; the server that lesson 14 tells of.
"""

from __future__ import annotations

import ast
import http.client
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from urllib.request import Request, urlopen

import nbformat
import psutil
import pytest

from tests.live_lab import wait_until
from tfl_helpers.setup.lessons import ROOT, find_lessons

LOOPBACK = {"127.0.0.1", "::1", "::ffff:127.0.0.1"}
SERVE = re.compile(r"-m http\.server[^\n`<'\"]*")
LEFT_OUT = (".git", ".venv", "node_modules", ".*_cache", "__pycache__", "my", ".progress*")
SECRET = "what lies beside the folder"


def heard_at(process: subprocess.Popen[str]) -> dict[tuple[str, int], str]:
    """Address and port at which a process or one of its children listens -> its command."""
    found = {}
    above = psutil.Process(process.pid)
    for one in (above, *above.children(recursive=True)):
        with suppress(psutil.NoSuchProcess):  # one that looks for something and ends
            for socket in one.net_connections("inet"):
                if socket.status == psutil.CONN_LISTEN or (socket.type == 2 and not socket.raddr):
                    found[socket.laddr.ip, socket.laddr.port] = " ".join(one.cmdline()[:6])
    return found


def asked(address: str, path: str, method: str = "GET", **headers: str) -> tuple[int, bytes]:
    """Status and body; the path goes out as it stands, dots and all."""
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)
    connection.putrequest(method, path, skip_host="Host" in headers)
    for name, value in headers.items():
        connection.putheader(name, value)
    connection.endheaders()
    try:
        answer = connection.getresponse()
        return answer.status, answer.read()
    except http.client.RemoteDisconnected:  # http.server's answer to a NUL
        return 400, b""
    finally:
        connection.close()


def ways_out(name: str) -> list[str]:
    """Paths that would lead to a file beside the folder, to one of the system, or by a drive."""
    up = [
        "../",
        "..%2f",
        "%2e%2e/",
        "%2e%2e%2f",
        "..\\",
        "..%5c",
        "....//",
        ".%00./",
        "%252e%252e/",
    ]
    found = [f"/{one * times}{name}" for one in up for times in (1, 2, 6)]
    found += [f"/runtime/{one * times}{name}" for one in up for times in (2, 3)]
    system = ["//etc/passwd", "/%2fetc/passwd", f"/{ROOT / 'LICENSE'}", "/C:/Windows/win.ini"]
    return [*found, *system, f"http://127.0.0.1/../{name}", f"/x/..;/../{name}"]


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("listening") / "course"
    shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(*LEFT_OUT))
    return folder


@pytest.fixture(scope="module")
def lab(course: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """`lab` as a learner starts it, and the address that it prints."""
    own = {f"JUPYTER_{kind}_DIR": str(course.parent / kind) for kind in ("CONFIG", "RUNTIME")}
    own |= {"HOME": str(course.parent), "JUPYTER_DATA_DIR": str(course.parent / "data")}
    log = course.parent / "lab.log"
    with log.open("w") as said:
        command = [sys.executable, "-m", "tfl_helpers", "lab", "03", "--no-browser"]
        place = {"cwd": course, "env": {**os.environ, **own}, "text": True}
        process = subprocess.Popen(command, stdout=said, stderr=said, **place)
    printed = re.compile(r"http://\S+token=\w+")
    try:
        wait_until(lambda: process.poll() is not None or printed.search(log.read_text()), "a token")
        assert process.poll() is None, log.read_text()[-2000:]
        yield process, printed.search(log.read_text())[0]
    finally:
        process.terminate()
        process.wait(60)


def api(address: str, path: str, **data: object) -> object:
    token = parse_qs(urlsplit(address).query)["token"][0]
    body = json.dumps(data).encode() if data else None
    headers = {"Authorization": f"token {token}"}
    url = "http://{0.hostname}:{0.port}{1}".format(urlsplit(address), path)
    with urlopen(Request(url, body, headers), timeout=60) as answer:
        return json.load(answer)


@pytest.mark.slow
def test_lab_and_its_kernels_listen_on_this_machine_alone(
    lab: tuple[subprocess.Popen[str], str],
) -> None:
    process, address = lab
    kernel = api(address, "/api/kernels", name="python3")
    state = f"/api/kernels/{kernel['id']}"
    wait_until(lambda: api(address, state)["execution_state"] in ("idle", "starting"), "a kernel")

    def ports() -> dict[tuple[str, int], str]:
        return {at: who for at, who in heard_at(process).items() if "kernel" in who}

    wait_until(lambda: len(ports()) >= 5, "the kernel's ports")
    found = heard_at(process)
    assert len(found) > 5
    assert {ip for ip, _ in found} <= LOOPBACK, found


@pytest.mark.slow
def test_the_address_that_lab_prints_opens_the_lesson_and_only_with_its_token(
    lab: tuple[subprocess.Popen[str], str],
) -> None:
    _, address = lab
    assert "/lab/tree/03_polymorphic_functions.ipynb?token=" in address
    with urlopen(address, timeout=60) as answer:
        assert answer.status == 200
        assert b"jupyter-config-data" in answer.read()
    token = parse_qs(urlsplit(address).query)["token"][0]
    assert len(token) >= 32
    for path in ("/api/contents", "/api/kernels", "/files/03_polymorphic_functions.ipynb"):
        assert asked(address, path)[0] in (302, 403), path
        assert asked(address, f"{path}?token={'0' * len(token)}")[0] in (302, 403), path
        assert asked(address, f"{path}?token={token}")[0] == 200, path
    # A page elsewhere whose name has come to mean this machine is asked for by that name.
    rebound = asked(address, f"/api/contents?token={token}", Host="course.example:8888")
    assert rebound[0] == 403
    assert asked(address, "/api/kernels", "POST", Origin="http://course.example")[0] in (403, 404)


@pytest.mark.slow
def test_lab_gives_no_file_beside_the_lessons(
    lab: tuple[subprocess.Popen[str], str], course: Path
) -> None:
    _, address = lab
    (course / "my" / "secret.txt").write_text(SECRET)
    (course / "my" / "en" / ".secret.txt").write_text(SECRET)
    (course / "my" / "en" / "open.txt").write_text(SECRET)
    token = parse_qs(urlsplit(address).query)["token"][0]
    assert asked(address, f"/files/open.txt?token={token}")[1] == SECRET.encode()
    for path in [*ways_out("secret.txt"), "/.secret.txt"]:
        for tree in ("/files", "/api/contents", "/nbconvert/html", "/static", "/lab/tree", ""):
            status, body = asked(address, f"{tree}{path}?token={token}")
            assert SECRET.encode() not in body, (tree, path, status)
            assert b"root:x:" not in body


@contextmanager
def serving(line: str, folder: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """What the line starts in a terminal, on a free port, in `folder`."""
    arguments = line.replace("8014", "0").split()
    place = {"cwd": folder, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    process = subprocess.Popen([sys.executable, "-u", *arguments], **place)
    try:
        said = process.stdout.readline()
        port = re.search(r"port (\d+)", said)
        assert port, said
        yield process, f"http://127.0.0.1:{port[1]}/"
    finally:
        process.terminate()
        process.wait(10)


def test_the_server_of_lesson_14_gives_the_page_and_nothing_else(tmp_path: Path) -> None:
    (lesson,) = find_lessons(["14"])
    (line,) = {found.strip() for found in SERVE.findall(sources(lesson)[1])} - {"-m http.server"}
    page = tmp_path / "my" / "page"
    (page / "runtime").mkdir(parents=True)
    (page / "index.html").write_text("the page")
    for place in (tmp_path, page.parent):
        (place / "secret.txt").write_text(SECRET)
    with serving(line, tmp_path) as (process, address):
        assert {ip for ip, _ in heard_at(process)} == {"127.0.0.1"}
        assert asked(address, "/")[1] == b"the page"
        for path in ways_out("secret.txt"):
            status, body = asked(address, path)
            assert status in (301, 400, 404) or body == b"the page", (path, status, body)
            assert SECRET.encode() not in body
        for method in ("POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT"):
            assert asked(address, "/", method)[0] == 501
        assert (page / "index.html").read_text() == "the page"


def test_every_server_that_we_tell_of_is_bound_to_this_machine() -> None:
    told = []
    for path in ROOT.rglob("*"):
        if path.suffix in (".md", ".html", ".ipynb", ".po", ".py", ".js") and not {
            "node_modules",
            ".venv",
            "my",
        } & set(path.relative_to(ROOT).parts):
            text = path.read_text("utf-8")
            told += [(path.name, line) for line in SERVE.findall(text)]
            assert not re.search(r"""(bind|[sS]erver)\(\(["'](0\.0\.0\.0|::)?["'],""", text), path
            assert not re.search(r"-p \d+:\d+", text), f"{path}: published to all networks"
    told = [one for one in told if one[0] != Path(__file__).name]
    assert len(told) >= 5
    assert not [one for one in told if "--bind 127.0.0.1" not in one[1]], told


# What would run a file, or make objects as a file says; and where it stands, and why it may.
RUNS = {"eval", "exec", "compile", "__import__", "os.system", "os.popen", "runpy.run_path"}
RUNS |= {"yaml.load", "np.load", "numpy.load", "keras.models.load_model", "load_model"}
RUNS |= {"tf.saved_model.load", "pd.read_pickle", "keras.layers.Lambda", "tf.keras.layers.Lambda"}
UNPICKLES = {"pickle", "cPickle", "marshal", "shelve", "dill", "joblib", "cloudpickle", "torch"}
OWN = "of a folder that the lesson has written some cells before"
PLAIN = "an .npz that the lesson has written; `np.load` refuses pickled objects by itself"
SAVED = (
    "01_eager_execution 04_signatures 06_modules 07_saved_model 08_keras 09_conversion "
    "12_error_clinic 14_ship_it"
)
KEPT = {
    ("tests/benchmark.py", "eval"): "measures what the stored lessons cost without Jupyter",
    ("tests/benchmark.py", "exec"): "measures what the stored lessons cost without Jupyter",
    ("tests/benchmark.py", "compile"): "measures what the stored lessons cost without Jupyter",
    ("tests/fuzz.py", "tf.saved_model.load"): "whether TensorFlow lives through a spoilt folder",
    ("13_on_device_training", "np.load"): PLAIN,
    ("08_keras", "keras.models.load_model"): "a file that the lesson has saved, in safe mode",
    **{(lesson, "tf.saved_model.load"): OWN for lesson in SAVED.split()},
}


def sources(path: Path) -> tuple[str, str]:
    """The Python in a file or in the code cells of a lesson, and all its text."""
    text = path.read_text("utf-8")
    if path.suffix == ".py":
        return text, text
    cells = nbformat.reads(text, as_version=4).cells
    solutions = [
        code for c in cells for code in re.findall(r"```python\n(.*?)```", c.source, re.DOTALL)
    ]
    code = [c.source for c in cells if c.cell_type == "code"]
    return "\n".join([*code, *solutions]), "\n".join(c.source for c in cells)


def risks(code: str) -> set[str]:
    """The calls and imports in it that could run what came from a file."""
    found = set()
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [alias.name for alias in node.names]
            found |= {name.partition(".")[0] for name in names} & UNPICKLES
        elif isinstance(node, ast.Call):
            name = ast.unparse(node.func)
            given = {word.arg: ast.unparse(word.value) for word in node.keywords}
            found |= {name} & RUNS
            if name.rpartition(".")[2] == "unsafe_load" or name.endswith(
                "enable_unsafe_deserialization"
            ):
                found.add(name)
            for word, harm in (("allow_pickle", "True"), ("safe_mode", "False"), ("shell", "True")):
                if given.get(word, "").startswith(harm):
                    found.add(f"{word}={harm}")
    return found


def test_nothing_evals_or_unpickles_what_came_from_a_file() -> None:
    lessons = [*find_lessons([]), *find_lessons([], "ja")]
    ours = [*(ROOT / "tfl_helpers").rglob("*.py"), *(ROOT / "tests" / "author").rglob("*.py")]
    ours = [one for one in ours if "node_modules" not in one.parts]
    scripts = [one for one in (ROOT / "tests").glob("*.py") if not one.name.startswith("test_")]
    found = set()
    for path in [*ours, *scripts, *lessons]:
        name = path.stem if path in lessons else path.relative_to(ROOT).as_posix()
        found |= {(name, risk) for risk in risks(sources(path)[0])}
    assert found == set(KEPT)


@pytest.mark.parametrize(
    "code",
    [
        "eval(open('x').read())",
        "import pickle",
        "from joblib import load",
        "import numpy as np\nnp.load('x', allow_pickle=True)",
        "keras.models.load_model('x', safe_mode=False)",
        "subprocess.run(name, shell=True)",
        "yaml.load(text)",
        "tf.saved_model.load(folder)",
    ],
)
def test_each_of_them_is_seen(code: str) -> None:
    assert risks(code)


def test_the_page_makes_no_markup_of_text() -> None:
    places = [ROOT / "tfl_helpers" / "web" / "page", ROOT / "tests" / "author" / "pages"]
    files = [file for place in places for file in place.rglob("*") if file.is_file()]
    assert len(files) > 8
    harm = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|srcdoc"
    for file in files:
        assert not re.search(harm, file.read_text("utf-8")), file.name
