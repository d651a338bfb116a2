# SPDX-License-Identifier: MIT
"""Free, remembered and configured ports."""

import json
import socket

import pytest

from b2share_site.services.errors import PortTakenError, ServicesError
from b2share_site.services.ports import FIRST, choose_ports, is_free, reserved_ports
from tests.support.servers import free_port


@pytest.fixture(autouse=True)
def no_configuration(monkeypatch):
    for service in FIRST:
        monkeypatch.delenv(f"B2SHARE_PORT_{service.upper()}", raising=False)


@pytest.fixture
def taken_port():
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield server.getsockname()[1]


def test_choose_ports_gives_each_service_a_free_one_and_keeps_it(tmp_path):
    ports = choose_ports(tmp_path / "ports.json")
    assert set(ports) == set(FIRST)
    assert len(set(ports.values())) == len(FIRST)
    assert all(is_free(port) for port in ports.values())
    assert choose_ports(tmp_path / "ports.json") == ports


def test_choose_ports_remembered_service_port_taken_moves(tmp_path, taken_port):
    path = tmp_path / "ports.json"
    path.write_text(json.dumps({"redis": taken_port}))
    assert choose_ports(path)["redis"] != taken_port


def test_choose_ports_remembered_web_port_taken_says_so(tmp_path, taken_port):
    path = tmp_path / "ports.json"
    path.write_text(json.dumps({"web": taken_port}))
    with pytest.raises(PortTakenError, match=f"port {taken_port} of web is in use") as caught:
        choose_ports(path)
    assert "B2SHARE_PORT_WEB=NUMBER" in str(caught.value)


def test_choose_ports_configured_port_taken_says_so(tmp_path, taken_port, monkeypatch):
    monkeypatch.setenv("B2SHARE_PORT_REDIS", str(taken_port))
    with pytest.raises(PortTakenError, match=f"port {taken_port} of redis is in use"):
        choose_ports(tmp_path / "ports.json")


def test_choose_ports_configured_port_is_used(tmp_path, monkeypatch):
    port = free_port()
    monkeypatch.setenv("B2SHARE_PORT_WEB", str(port))
    assert choose_ports(tmp_path / "ports.json")["web"] == port


@pytest.mark.parametrize("value", ["http", "0", "70000", "-1"])
def test_choose_ports_configured_nonsense_names_the_variable(tmp_path, monkeypatch, value):
    monkeypatch.setenv("B2SHARE_PORT_WEB", value)
    with pytest.raises(ServicesError, match="B2SHARE_PORT_WEB is"):
        choose_ports(tmp_path / "ports.json")


def noted(tmp_path, site):
    path = tmp_path / site / "state" / "ports.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


@pytest.mark.parametrize("order", [("run", "test"), ("test", "run")])
def test_choose_ports_sites_of_a_checkout_never_share_one(tmp_path, order):
    chosen = {}
    for site in order:
        path = noted(tmp_path, site)
        chosen[site] = choose_ports(path, reserved_ports(path))
    assert not set(chosen["run"].values()) & set(chosen["test"].values())
    assert not set(FIRST.values()) & set(chosen["test"].values())
