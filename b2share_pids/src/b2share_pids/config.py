# SPDX-License-Identifier: MIT
"""The plugin's own settings and their defaults; ``settings.py`` checks and uses them."""

B2SHARE_PIDS_ENABLED: bool = False
"""Whether records get ePIC handles and B2SHARE record ids; set by ``wiring.enable``."""

B2SHARE_PIDS_STRICT_WIRING: bool = True
"""Stop the start when another setting removed a part of the plugin; False only logs an error."""

B2SHARE_PIDS_EPIC_URL: str | None = None
"""Address of the Handle.Net server without ``/api``; mandatory when enabled.

Must be https, except for a server on the same machine, since it carries a password.
"""

B2SHARE_PIDS_EPIC_PREFIX: str | None = None
"""Prefix under which new handles are made, such as ``21.T12345``; mandatory when enabled."""

B2SHARE_PIDS_EPIC_USER: str | None = None
"""User of the handle server as ``index:prefix/suffix``; needed for a password."""

B2SHARE_PIDS_EPIC_PASSWORD: str | None = None
"""Secret key of the user; without it the client certificate is used."""

B2SHARE_PIDS_EPIC_CERTIFICATE: str | None = None
"""Path of a PEM client certificate, in place of user and password."""

B2SHARE_PIDS_EPIC_PRIVATE_KEY: str | None = None
"""Path of the certificate's unencrypted PEM key; None: it is in the certificate's file."""

B2SHARE_PIDS_EPIC_CA: str | None = None
"""Path of the PEM certificates that the server is checked against; None: the public ones."""

B2SHARE_PIDS_EPIC_ADMIN: str | None = None
"""Administrator written into new handles as ``index:handle``; None: ``200:0.NA/<prefix>``."""

B2SHARE_PIDS_EPIC_CONNECT_TIMEOUT: float = 3.0
"""Seconds to wait for a connection to the handle server."""

B2SHARE_PIDS_EPIC_READ_TIMEOUT: float = 10.0
"""Seconds to wait for the next bytes of an answer; no transaction is open meanwhile."""

B2SHARE_PIDS_EPIC_RESOLVER_URL: str = "http://hdl.handle.net"
"""Where links to handles on pages lead; the identifiers in records never depend on it."""

B2SHARE_PIDS_OWN_BASE_URLS: list[str] = []
"""Former addresses of this site, whose landing pages in handles still count as ours."""

B2SHARE_PIDS_PROFILE_CLS: str = "b2share_pids.profiles.EudatProfile"
"""Import path of the class that decides what a handle carries."""

B2SHARE_PIDS_WORKER_BATCH_SIZE: int = 32
"""Ledger rows that a worker leases at once."""

B2SHARE_PIDS_WORKER_THREADS: int = 4
"""Requests that a worker has open at the handle server at the same time."""

B2SHARE_PIDS_WORKER_LEASE: int = 300
"""Seconds after which the rows of a worker that was killed are free again."""

B2SHARE_PIDS_WORKER_TIME_LIMIT: int = 50
"""Seconds after which a run of the worker leases no further batch; the next run goes on."""

B2SHARE_PIDS_RETRY_MIN: int = 1
"""Seconds before a failed row is tried a second time; doubled with every failure."""

B2SHARE_PIDS_RETRY_MAX: int = 240
"""Seconds between tries at most: handles follow within minutes once the server is back."""
