# SPDX-License-Identifier: MIT
"""Settings of the web server that the command line does not carry."""

from typing import Any


def post_fork(server: Any, worker: Any) -> None:
    """Give each worker database connections of its own, not those opened before the fork."""
    from invenio_app.wsgi_ui import application  # noqa: PLC0415 - the application exists by now
    from invenio_db import db  # noqa: PLC0415

    with application.app_context():
        db.engine.dispose(close=False)
