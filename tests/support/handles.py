# SPDX-License-Identifier: MIT
"""The stand-in handle server as a process of the tests, with its faults and its log."""

import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests

ROOT = Path(__file__).parents[2]


class HandleServerProcess:
    """One stand-in server; stopped and started again it has the same address and handles."""

    prefix = "21.T12345"
    user = "300:21.T12345/TESTS"

    def __init__(self, folder: Path) -> None:
        self.password = f"secret-{secrets.token_urlsafe(12)}:%/ä"  # characters that need care
        self.store = folder / "handles.jsonl"
        self.port = 0
        self.process: subprocess.Popen[str] | None = None
        self.url = ""
        self.start()

    def start(self) -> None:
        """Start the process and wait for its address."""
        command = [sys.executable, "-m", "tests.support.handle_server", "--port", str(self.port)]
        command += ["--prefix", self.prefix, "--user", self.user, "--password-env", "PASSWORD"]
        self.process = subprocess.Popen(
            [*command, "--store", str(self.store)],
            cwd=ROOT,
            env=os.environ | {"PASSWORD": self.password},
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        self.url = self.process.stdout.readline().strip()
        assert self.url, "the handle server ended at its start"
        self.port = int(self.url.rpartition(":")[2])

    def stop(self) -> None:
        """Stop the process: from now on connections are refused."""
        if self.process is not None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(10)
            assert self.process.stdout is not None
            self.process.stdout.close()
            self.process = None

    @contextmanager
    def down(self) -> Iterator[None]:
        """Stop the server for the body of the ``with``."""
        self.stop()
        try:
            yield
        finally:
            self.start()

    @contextmanager
    def fault(self, mode: str, **settings: Any) -> Iterator[None]:
        """Let requests fail in the body of the ``with``; see ``handle_faults.py``."""
        body = {"mode": mode, **settings}
        requests.put(f"{self.url}/faults", json=body, timeout=10).raise_for_status()
        try:
            yield
        finally:
            requests.delete(f"{self.url}/faults", timeout=10).raise_for_status()

    def log(self) -> list[dict[str, Any]]:
        """Return the requests since the last call, oldest first."""
        return list(requests.delete(f"{self.url}/log", timeout=10).json()["requests"])

    def handles(self) -> dict[str, dict[str, str]]:
        """Return what is stored: ``{handle: {type: value}}``, without HS_ADMIN."""
        dump = requests.get(f"{self.url}/dump", timeout=10).json()["handles"]
        return {
            handle: {v["type"]: v["data"]["value"] for v in values if v["type"] != "HS_ADMIN"}
            for handle, values in dump.items()
        }


@pytest.fixture(scope="module")
def handle_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HandleServerProcess]:
    """A running stand-in handle server of this module alone."""
    server = HandleServerProcess(tmp_path_factory.mktemp("handles"))
    yield server
    server.stop()
