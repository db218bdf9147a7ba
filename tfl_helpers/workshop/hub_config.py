"""The settings of JupyterHub for the room that TFL_HUB names; JupyterHub reads this file itself."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from tfl_helpers.setup.lessons import ROOT
from tfl_helpers.workshop.homes import LearnerSpawner
from tfl_helpers.workshop.join import SHORTEST, JoinAuthenticator
from tfl_helpers.workshop.room import FOLDER, PAGES, hub_name, in_language, read_room

room, here = read_room(), Path(__file__).parent
c = get_config()  # noqa: F821 (JupyterHub puts it here)
folder, inside = Path(room.folder), "http://127.0.0.1"

c.JupyterHub.bind_url = room.at(room.host)
c.JupyterHub.ssl_cert, c.JupyterHub.ssl_key = room.cert, room.key
c.JupyterHub.hub_bind_url = f"{inside}:{room.port + 1}"
c.ConfigurableHTTPProxy.api_url = f"{inside}:{room.port + 2}"
c.ConfigurableHTTPProxy.command = [str(here / "node_modules/.bin/configurable-http-proxy")]
c.ConfigurableHTTPProxy.pid_file = str(folder / "proxy.pid")
c.JupyterHub.db_url = f"sqlite:///{folder / 'hub.sqlite'}"
c.JupyterHub.cookie_secret_file = str(folder / "cookie_secret")

c.JupyterHub.authenticator_class = JoinAuthenticator
c.JoinAuthenticator.dbm_path = str(folder / "passwords")
c.JoinAuthenticator.min_password_length = SHORTEST
c.JoinAuthenticator.check_passwords_on_startup = False  # our names are normal
c.Authenticator.allow_all = True  # who has the code, or a password

c.JupyterHub.spawner_class = LearnerSpawner
c.Spawner.cmd = [sys.executable, "-m", "jupyterhub.singleuser"]
c.Spawner.args = [*room.lab, *(["--allow-root"] if os.geteuid() == 0 else [])]
c.Spawner.notebook_dir = "~/my"
c.Spawner.default_url = "/lessons"
c.Spawner.poll_interval = 5  # so soon a learner whose server died gets another
c.Spawner.http_timeout = c.Spawner.start_timeout = 180  # forty at once, on two cores
c.JupyterHub.concurrent_spawn_limit = 8 * (os.cpu_count() or 1)
c.Spawner.env_keep = ["PATH", "LANG", "LC_ALL", "TZ"]
c.Spawner.environment = {
    "PYTHONPATH": str(ROOT),
    "JUPYTER_CONFIG_PATH": str(here / "config"),
    "TFL_ROOM": f"{room.service}/services/room/stuck",
    # A room has more learners than cores: no kernel takes them all.
    **dict.fromkeys(("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"), "1"),
    **dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1"),
}
c.Spawner.server_token_scopes = [
    "users:activity!user",
    "access:servers!server",
    "access:services!service=room",  # "I am stuck"
]

c.JupyterHub.services = [
    {
        "name": "room",
        "url": room.service,
        "command": [sys.executable, "-m", "tfl_helpers.workshop.teacher"],
        "environment": {"PYTHONPATH": str(ROOT), FOLDER: room.folder},
        "oauth_no_confirm": True,
    }
]
c.JupyterHub.load_roles = [
    {"name": "user", "scopes": ["self", "access:services!service=room"]},
    {
        "name": "room",
        "services": ["room"],
        # To stop what is idle, to count, and to free a name. Nobody may enter another's server.
        "scopes": ["list:users", "read:users:activity", "read:servers", "delete:servers"]
        + ["delete:users"],
    },
]

c.JupyterHub.template_paths = [str(PAGES)]
c.JupyterHub.template_vars = {
    "language": lambda user: room.language_of(user.name) if user else room.language or "en",
    "say_in": lambda _: in_language,
}
c.JupyterHub.implicit_spawn_seconds = 0.5
_teacher = hub_name(room.teacher)


def _first_page(handler: object) -> str:
    user = handler.current_user
    return "/services/room/" if user and user.name == _teacher else ""


c.JupyterHub.default_url = _first_page
