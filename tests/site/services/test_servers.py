# SPDX-License-Identifier: MIT
"""Asking whether a server is ready, also one that speaks something else."""

import socket
import threading

import pytest

from b2share_site.services import servers
from b2share_site.services.tools import first_number


@pytest.fixture
def answering():
    """Start a server that answers one connection with these bytes; return its port."""
    listeners = []

    def start(content):
        listener = socket.create_server(("127.0.0.1", 0))
        listeners.append(listener)

        def answer():
            connection, _ = listener.accept()
            with connection:
                connection.recv(4096)
                connection.sendall(content)

        threading.Thread(target=answer, daemon=True).start()
        return listener.getsockname()[1]

    yield start
    for listener in listeners:
        listener.close()


@pytest.mark.parametrize("content", [b"+PONG\r\n\r\n", b"HTTP/1.1 200 OK\r\n\r\n[]", b""])
def test_opensearch_answer_of_something_else_is_not_ready(answering, content):
    assert servers._opensearch_is_ready(answering(content)) is False


def test_answers_http_server_that_speaks_something_else_is_no(answering):
    assert servers.answers_http(f"http://127.0.0.1:{answering(b'220 mail ready')}/") is False


def test_answers_http_goes_past_a_proxy_of_the_shell(answering, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    port = answering(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    assert servers.answers_http(f"http://127.0.0.1:{port}/") is True


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ('openjdk version "17.0.9" 2023-10-17', 17),
        ('openjdk version "21" 2023-09-19', 21),
        ('Picked up JAVA_TOOL_OPTIONS: -Da=10.0.0.1\nopenjdk version "17.0.9"', 17),
        ('java version "1.8.0_392"', 1),
        ("v20.11.1", 20),
        ("no version at all", 0),
    ],
)
def test_first_number_is_the_major_version(text, number):
    assert first_number(["printf", "%s\n", text]) == number


def test_postgresql_is_asked_without_the_settings_of_the_shell(tmp_path, monkeypatch):
    monkeypatch.setenv("PGSSLMODE", "require")
    program = tmp_path / "pg_isready"
    program.write_text('#!/bin/sh\ntest -z "$PGSSLMODE"\n')
    program.chmod(0o755)
    assert servers._postgresql_is_ready(tmp_path, 5432) is True
