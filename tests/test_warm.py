"""Forked kernels: what they have, that they are like any other, and that none outlives its run."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell, new_notebook

from tests.author import own_kernel, warm, warm_server
from tests.author.kernel import CellError, FreshKernel
from tests.author.own_kernel import OwnKernel

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        sys.platform != "linux" or bool(os.environ.get(warm.COLD)), reason="nothing is forked"
    ),
]

# What `import tensorflow` does to a process besides loading it, and what a kernel starts with.
STATE = """
import logging, os, random, sys
before = [name in sys.modules for name in ("tensorflow", "keras", "tfl_helpers", "ipywidgets")]
import tfl_helpers as tfl
with tfl.quiet():
    import tensorflow as tf
import matplotlib.pyplot as plt
logger = logging.getLogger("tensorflow")
[handler] = logger.handlers
print(before, type(tf.__spec__.loader), logger.level, handler.stream is sys.stdout)
print({name: os.environ[name] for name in os.environ if name.startswith(("TF_", "TF2", "TPU"))})
print(os.getcwd() == os.environ["PWD_OF_TEST"], os.listdir(), sys.path, sys.argv[0], sys.flags)
print(plt.get_backend(), plt.isinteractive(), __name__, os.getpgid(0) == os.getpid())
print(tf.constant(2.0) * 3, os.environ["MPLBACKEND"], os.environ.get("TMPDIR") != None)
tf.print("on the page")
"""
# In the place of TensorFlow: a file that does what the test says, and takes no time to load.
STANDS_IN = "import os\nos.environ['TF2_STANDS_IN'] = '1'\nos.write(2, b'I0000 log')\n"

StandIn = Callable[[str], warm.WarmServer]


@pytest.fixture(scope="module")
def server() -> Iterator[None]:
    """The run's server, or one for these tests."""
    own = warm.start()
    yield
    if own:
        own.close()


@pytest.fixture
def stand_in(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[StandIn]:
    """A function: the code that stands in for TensorFlow to a server that has loaded it."""
    servers = []

    def start(code: str) -> warm.WarmServer:
        (tmp_path / "tensorflow.py").write_text(code)
        (tmp_path / "keras.py").touch()
        servers.append(warm.WarmServer())
        return servers[-1]

    monkeypatch.setenv(warm.ADDRESS, "")
    paths = f"{tmp_path}{os.pathsep}{warm.ENVIRONMENT['PYTHONPATH']}"
    monkeypatch.setitem(warm.ENVIRONMENT, "PYTHONPATH", paths)
    yield start
    for server in servers:
        server.close()


def run_cells(folder: Path, *sources: str) -> tuple[list[str], bool]:
    """By cell what it wrote, and whether the kernel was forked."""
    notebook = new_notebook(cells=[new_code_cell(source) for source in sources])
    with FreshKernel(notebook, folder) as kernel:
        kernel.run_through(len(sources) - 1)
        forked = is_forked(kernel)
    said = ["".join(f"{o.get('name')}: {o.get('text')}" for o in c.outputs) for c in notebook.cells]
    return said, forked


def is_forked(kernel: FreshKernel) -> bool:
    return isinstance(kernel._client.km.provisioner.process, warm.WarmProcess)


def gone(pid: int, seconds: float = 10) -> bool:
    """Whether that process is no more, or will not be in so many seconds."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except FileNotFoundError:
            return True
        if state == "Z":  # only its parent has not looked yet
            return True
        time.sleep(0.05)
    return False


def test_a_fork_is_like_a_kernel_that_started_from_nothing(
    server: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(warm.ENVIRONMENT, "PWD_OF_TEST", str(tmp_path))
    forked = run_cells(tmp_path, STATE)
    monkeypatch.setenv(warm.COLD, "1")
    plain = run_cells(tmp_path, STATE)
    assert forked[0] == plain[0]
    assert (forked[1], plain[1]) == (True, False)
    assert "[False, False, False, False]" in forked[0][0]


def test_an_import_that_is_not_quiet_is_heard_in_a_fork(stand_in: StandIn, tmp_path: Path) -> None:
    stand_in(STANDS_IN)
    before, after = "print('TF2_STANDS_IN' in os.environ)", "print(os.environ['TF2_STANDS_IN'])"
    said, forked = run_cells(tmp_path, "import os", before, "import tensorflow", after)
    assert said == ["", "stdout: False\n", "stderr: I0000 log", "stdout: 1\n"]
    assert forked


def test_each_fork_reads_files_anew_and_draws_other_numbers(
    stand_in: StandIn, tmp_path: Path
) -> None:
    stand_in("")
    (tmp_path / "helper.py").write_text("x = 1")
    sources = ("import helper\nprint(helper.x)", "import random, numpy", "print(random.random())")
    first, _ = run_cells(tmp_path, *sources, "print(numpy.random.rand())")
    (tmp_path / "helper.py").write_text("x = 22")
    second, forked = run_cells(tmp_path, *sources, "print(numpy.random.rand())")
    assert forked
    assert (first[0], second[0]) == ("stdout: 1\n", "stdout: 22\n")
    assert first[2] != second[2]
    assert first[3] != second[3]


def test_it_can_be_interrupted_restarted_and_shut_down(stand_in: StandIn) -> None:
    stand_in("")

    async def ask(client: own_kernel.PromptClient, code: str) -> str:
        reply = await client.execute(code, reply=True, timeout=10)
        return reply["content"].get("ename", reply["content"]["status"])

    async def live() -> None:
        kernel = OwnKernel()
        await kernel.start_kernel()
        first = kernel.provisioner.pid
        client = kernel.client()
        client.start_channels()
        await client.wait_for_ready(10)
        assert await ask(client, "x = 1") == "ok"
        asked = asyncio.ensure_future(ask(client, "import time; time.sleep(60)"))
        await asyncio.sleep(0.5)
        await kernel.interrupt_kernel()
        assert await asked == "KeyboardInterrupt"
        await kernel.restart_kernel()
        await client.wait_for_ready(10)
        assert isinstance(kernel.provisioner.process, warm.WarmProcess)
        assert await ask(client, "x") == "NameError"
        second = kernel.provisioner.pid
        await kernel.shutdown_kernel()
        client.stop_channels()
        await kernel.cleanup_resources()
        assert gone(first)
        assert gone(second)
        assert not Path(kernel.connection_file).parent.exists()

    asyncio.run(live())


def test_its_death_is_told_at_once(stand_in: StandIn, tmp_path: Path) -> None:
    stand_in("")
    with pytest.raises(CellError, match=r"cell \[1\] ended the kernel's process"):
        run_cells(tmp_path, "import os\nos._exit(3)")


def test_a_process_says_how_it_ended(stand_in: StandIn, tmp_path: Path) -> None:
    stand_in("")
    (tmp_path / "leave.py").write_text("import sys, time\ntime.sleep(0.3)\nsys.exit(7)")
    command = [sys.executable, "-m", "leave"]
    process = warm.launch(command, str(tmp_path), warm.ENVIRONMENT, (0, 1, 2))
    assert process.poll() is None
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(0)
    assert process.wait(10) == process.poll() == 7
    process = warm.launch(command, str(tmp_path), warm.ENVIRONMENT, (0, 1, 2))
    process.terminate()
    assert process.wait(10) == -signal.SIGTERM


def test_without_its_server_a_kernel_starts_from_nothing(stand_in: StandIn, tmp_path: Path) -> None:
    server = stand_in("")
    assert run_cells(tmp_path, "print(1)") == (["stdout: 1\n"], True)
    server._process.kill()
    server._process.wait()
    assert run_cells(tmp_path, "print(1)") == (["stdout: 1\n"], False)


def test_a_server_that_cannot_load_says_why(stand_in: StandIn, tmp_path: Path) -> None:
    server = stand_in("raise ImportError('no such library')")
    assert run_cells(tmp_path, "print(1)") == (["stdout: 1\n"], False)
    assert server.close().endswith("ImportError: no such library")


def test_no_fork_while_threads_run(stand_in: StandIn, tmp_path: Path) -> None:
    server = stand_in(
        "import threading, time\nthreading.Thread(target=time.sleep, args=[99]).start()"
    )
    assert run_cells(tmp_path, "print(1)") == (["stdout: 1\n"], False)
    assert server.close() == f"{warm.REFUSED} 2 threads run in the warm process"


def test_no_fork_where_a_variable_differs(
    stand_in: StandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = stand_in("")
    monkeypatch.setitem(warm.ENVIRONMENT, "TF_ENABLE_ONEDNN_OPTS", "0")
    assert run_cells(tmp_path, "print(1)") == (["stdout: 1\n"], False)
    why = "TF_ENABLE_ONEDNN_OPTS had another value when TensorFlow was loaded"
    assert server.close() == f"{warm.REFUSED} {why}"


def test_what_does_not_answer_is_replaced(
    stand_in: StandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in("")
    launch = warm.launch

    def launch_dumb(*arguments: object) -> warm.WarmProcess:
        process = launch(*arguments)
        os.kill(process.pid, signal.SIGSTOP)
        return process

    monkeypatch.setattr(own_kernel, "READY_SECONDS", 1)
    monkeypatch.setattr(warm, "launch", launch_dumb)
    assert run_cells(tmp_path, "print(1)") == (["stdout: 1\n"], False)


def test_a_cell_that_is_not_taken_up_fails_in_seconds(
    stand_in: StandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in("")
    monkeypatch.setattr(own_kernel, "ANSWER_SECONDS", 1)
    notebook = new_notebook(cells=[new_code_cell("1"), new_code_cell("2")])
    with FreshKernel(notebook, tmp_path) as kernel:
        kernel.run_through(0)
        os.kill(kernel._client.km.provisioner.pid, signal.SIGSTOP)
        with pytest.raises(CellError, match=r"cell \[2\] was not taken up by the kernel"):
            kernel.run_through(1)


def test_a_cell_that_takes_long_is_waited_for(
    stand_in: StandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in("")
    monkeypatch.setattr(own_kernel, "ANSWER_SECONDS", 1)
    said, _ = run_cells(tmp_path, "import time", "time.sleep(3)\nprint(1)")
    assert said == ["", "stdout: 1\n"]


RUN = """
import sys, time
from nbformat.v4 import new_code_cell, new_notebook
from tests.author import warm
server = warm.WarmServer()
from tests.author.kernel import FreshKernel
from pathlib import Path
with FreshKernel(new_notebook(cells=[new_code_cell("1")]), Path(sys.argv[1])) as kernel:
    kernel.run_through(0)
    print(server._process.pid, kernel._client.km.provisioner.pid, flush=True)
    time.sleep(60)
"""


@pytest.mark.parametrize("victim", ["run", "server"])
def test_no_kernel_outlives_its_run_or_its_server(
    victim: str, stand_in: StandIn, tmp_path: Path
) -> None:
    stand_in("").close()  # for its files
    command = [sys.executable, "-c", RUN, str(tmp_path)]
    environment = {**warm.ENVIRONMENT, warm.COLD: ""}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as run:
        server, kernel = map(int, run.stdout.readline().split())
        assert not gone(kernel, 0.1)
        os.kill(run.pid if victim == "run" else server, signal.SIGKILL)
        assert gone(kernel)
        assert gone(server)
        run.kill()


def test_forty_kernels_answer(stand_in: StandIn, tmp_path: Path) -> None:
    server = stand_in("")
    for number in range(40):
        assert run_cells(tmp_path, f"print({number})") == ([f"stdout: {number}\n"], True)
    assert server.close() == ""


def test_this_process_has_threads() -> None:
    stop = threading.Event()
    other = threading.Thread(target=stop.wait)
    other.start()
    assert warm_server.unsafe().endswith("threads run in the warm process")
    stop.set()
    other.join()


def test_cold_starts_no_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(warm.ADDRESS, raising=False)
    monkeypatch.setenv(warm.COLD, "1")
    assert warm.start() is None
