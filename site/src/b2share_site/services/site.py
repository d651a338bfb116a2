# SPDX-License-Identifier: MIT
"""One Invenio site on the embedded services: settings, set-up, web server and worker."""

import os
import shutil

from b2share_site.services.layout import Layout, link
from b2share_site.services.processes import Process
from b2share_site.services.servers import DATABASE, answers_http
from b2share_site.services.stamps import Stamps, digest
from b2share_site.services.steps import KEPT, Commands

HANDLE_PREFIX = "21.T12345"
HANDLE_USER = f"300:{HANDLE_PREFIX}/B2SHARE"


class Site:
    """The environment that ``invenio.cfg`` reads, and the processes of the site itself."""

    def __init__(self, layout: Layout, ports: dict[str, int], commands: Commands) -> None:
        self.layout = layout
        self.ports = ports
        self.commands = commands
        self.stamps = Stamps(layout.state / "stamps")
        self.with_demo = True

    @property
    def url(self) -> str:
        """The address of the site, without a slash at the end."""
        return f"http://127.0.0.1:{self.ports['web']}"

    @property
    def env(self) -> dict[str, str]:
        """Return the variables from which ``invenio.cfg`` takes addresses and secrets."""
        secrets = self.layout.secrets
        database = f"postgres:{secrets['database']}@127.0.0.1:{self.ports['postgresql']}"
        return {
            "INVENIO_INSTANCE_PATH": str(self.layout.instance),
            "B2SHARE_SITE_URL": self.url,
            "B2SHARE_SECRET_KEY": secrets["secret_key"],
            "B2SHARE_PASSWORD_SALT": secrets["password_salt"],
            "B2SHARE_DATABASE_URL": f"postgresql+psycopg2://{database}/{DATABASE}",
            "B2SHARE_REDIS_URL": f"redis://127.0.0.1:{self.ports['redis']}",
            "B2SHARE_SEARCH_URL": f"http://127.0.0.1:{self.ports['opensearch']}",
            "B2SHARE_MAIL_SERVER": f"127.0.0.1:{self.ports['smtp']}",
            "B2SHARE_HANDLE_URL": f"http://127.0.0.1:{self.ports['handles']}",
            "B2SHARE_HANDLE_PREFIX": HANDLE_PREFIX,
            "B2SHARE_HANDLE_USER": HANDLE_USER,
            "B2SHARE_HANDLE_PASSWORD": secrets["handles"],
            "B2SHARE_DEMO": "yes" if self.with_demo else "no",
        }

    def make_instance(self) -> None:
        """Make the instance folder: links into the checkout and to the built assets.

        With ``B2SHARE_VOCABULARIES=full`` the lists of stock v13 are loaded whole (about 15,000
        entries more); the default loads the lists that ``app_data`` names.
        """
        root, instance = self.layout.root, self.layout.instance
        link(instance / "invenio.cfg", root / "invenio.cfg")
        link(instance / "templates", root / "templates")
        link(instance / "assets", self.layout.build / "assets")
        link(instance / "static", self.layout.build / "static")
        app_data = instance / "app_data"
        if app_data.is_symlink():
            app_data.unlink()
        else:
            shutil.rmtree(app_data, ignore_errors=True)
        if os.environ.get("B2SHARE_VOCABULARIES") == "full":
            shutil.copytree(root / "app_data", app_data)
            (app_data / "vocabularies.yaml").unlink()
        else:
            link(app_data, root / "app_data")

    def upgrade(self) -> str | None:
        """Bring database, indices, roles and vocabularies to the state of the installed code.

        This is ``b2share upgrade run``; it is left out while neither code nor settings changed.
        """
        value = self._sources()
        if self.stamps.is_current("upgrade", value):
            return KEPT
        command = [self.layout.venv / "bin" / "b2share", "upgrade", "run"]
        self.commands.run("site set-up", command, env=self.env, limit=1800)
        self.stamps.write("upgrade", value)
        return None

    def is_set_up(self) -> bool:
        """Tell whether the set-up was finished with the code and settings of now."""
        return self.stamps.is_current("upgrade", self._sources())

    def _sources(self) -> str:
        root = self.layout.root
        code = [path for path in sorted(root.glob("*/src/*")) if path.is_dir()]
        files = (root / "constraints.txt", root / "invenio.cfg", root / "app_data")
        return digest(
            *files, *code, os.environ.get("B2SHARE_VOCABULARIES", ""), str(self.with_demo)
        )

    def web(self) -> Process:
        """Return the web server with pages and REST API."""
        gunicorn = [self.layout.venv / "bin" / "gunicorn", "-w", "2", "--threads", "4", "--preload"]
        options = ["-c", "python:b2share_site.gunicorn", "--graceful-timeout", "5"]
        bind = ["-b", f"127.0.0.1:{self.ports['web']}"]
        return Process(
            "web",
            [*gunicorn, *options, *bind, "invenio_app.wsgi:application"],
            self.layout.log / "web.log",
            lambda: answers_http(f"{self.url}/ping"),
            env=self.env,
            limit=120,
        )

    def worker(self) -> Process:
        """Return the worker for tasks, with the scheduler in it."""
        log = self.layout.log / "worker.log"
        celery = [self.layout.venv / "bin" / "celery", "-A", "invenio_app.celery", "worker"]
        schedule = ["--beat", "-s", self.layout.data / "beat.db", "-Q", "celery,low", "-c", "2"]
        return Process(
            "worker",
            [*celery, *schedule, "--loglevel", "INFO"],
            log,
            lambda: " ready." in log.read_text(errors="replace"),
            env=self.env,
            cwd=self.layout.data,
            limit=120,
        )

    def handles(self) -> Process:
        """Return the stand-in for a handle server; its handles are kept in a file."""
        url = f"http://127.0.0.1:{self.ports['handles']}"
        server = [self.layout.python, "-m", "tests.support.handle_server"]
        options = ["--port", str(self.ports["handles"]), "--prefix", HANDLE_PREFIX]
        account = ["--user", HANDLE_USER, "--password-env", "B2SHARE_HANDLE_PASSWORD"]
        return Process(
            "handles",
            [*server, *options, *account, "--store", self.layout.data / "handles.json"],
            self.layout.log / "handles.log",
            lambda: answers_http(f"{url}/"),
            env={"B2SHARE_HANDLE_PASSWORD": self.layout.secrets["handles"]},
            cwd=self.layout.root,
            limit=20,
        )

    def mail(self) -> Process:
        """Return the stand-in for a mail server; nothing leaves the machine."""
        server = [self.layout.python, "-m", "tests.support.mail_server"]
        ports = ["--smtp-port", str(self.ports["smtp"]), "--port", str(self.ports["mail"])]
        return Process(
            "mail",
            [*server, *ports, "--store", self.layout.data / "mail"],
            self.layout.log / "mail.log",
            lambda: answers_http(f"http://127.0.0.1:{self.ports['mail']}/messages"),
            cwd=self.layout.root,
            limit=20,
        )
