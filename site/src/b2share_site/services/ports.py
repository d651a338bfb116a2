# SPDX-License-Identifier: MIT
"""Choose a port for each service: configured, or the one of last time, or the next free one."""

import os
import socket
from collections.abc import Collection
from pathlib import Path

from b2share_site.services.errors import PortTakenError, ServicesError
from b2share_site.services.layout import read_json, write_json

FIRST = {
    "web": 5000,
    "handles": 28000,
    "mail": 28100,
    "smtp": 28200,
    "postgresql": 25432,
    "redis": 26379,
    "opensearch": 9201,
}
"""Where the search for a free port begins; all below the range of outgoing connections.

OpenSearch stays within 92xx: its starter ends without a reason when the HTTP port lies in the
range of transport ports (93xx).
"""

STEP = {"opensearch": 2}
"""The starter of OpenSearch counts HTTP ports from a base number."""


def is_free(port: int) -> bool:
    """Tell whether nothing listens on the port of 127.0.0.1."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def reserved_ports(path: Path) -> set[int]:
    """Return the ports that the other sites of the checkout noted, whether they run or not.

    The first ones are always left to the site of ``make run``.
    """
    others = [other for other in path.parents[2].glob("*/state/ports.json") if other != path]
    reserved = {port for other in others for port in read_json(other, {}).values()}
    return reserved if path.parents[1].name == "run" else reserved | set(FIRST.values())


def choose_ports(path: Path, reserved: Collection[int] = ()) -> dict[str, int]:
    """Return a port for each service and note them in the file.

    ``B2SHARE_PORT_<SERVICE>`` in the environment names a port. The address of the site stands
    in handles and e-mails, so the port of the web server does not change by itself once chosen.

    :param reserved: ports that are not chosen anew.
    :raises PortTakenError: another program has the configured port, or the one of the web server.
    """
    known = read_json(path, {})
    ports: dict[str, int] = {}
    for service in FIRST:
        configured = _configured(service)
        port = configured or known.get(service)
        if port and not is_free(port):
            if configured or service == "web":
                raise PortTakenError(service, port)
            port = None
        ports[service] = port or _next_free(service, {*ports.values(), *reserved})
    write_json(path, ports)
    return ports


def _configured(service: str) -> int | None:
    name = f"B2SHARE_PORT_{service.upper()}"
    value = os.environ.get(name)
    if not value:
        return None
    if not value.isdigit() or not 0 < int(value) < 65536:  # noqa: PLR2004 - the range of ports
        raise ServicesError(f"{name} is {value!r}: expected a number from 1 to 65535")
    return int(value)


def _next_free(service: str, taken: set[int]) -> int:
    first = FIRST[service]
    for port in range(first, first + 90, STEP.get(service, 1)):
        if port not in taken and is_free(port):
            return port
    raise PortTakenError(service, first)
