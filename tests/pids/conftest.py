# SPDX-License-Identifier: MIT
"""A site with b2share_pids enabled, and a handle server process of the module."""

from typing import Any

import pytest

from tests.support.handles import HandleServerProcess


def epic_settings(server: HandleServerProcess) -> dict[str, Any]:
    """Return the settings of b2share_pids for this handle server."""
    return {
        "B2SHARE_PIDS_EPIC_URL": server.url,
        "B2SHARE_PIDS_EPIC_PREFIX": server.prefix,
        "B2SHARE_PIDS_EPIC_USER": server.user,
        "B2SHARE_PIDS_EPIC_PASSWORD": server.password,
        "B2SHARE_PIDS_EPIC_CONNECT_TIMEOUT": 1.0,
        "B2SHARE_PIDS_EPIC_READ_TIMEOUT": 1.0,
    }


@pytest.fixture(scope="module")
def app_config(app_config, handle_server):
    from b2share_pids import wiring

    wiring.enable(app_config)
    return app_config | epic_settings(handle_server)


@pytest.fixture
def rows(database):
    """Read the ledger rows of an object, as they are in the database now."""
    import sqlalchemy as sa

    from b2share_pids.ledger import TABLE

    def read(object_id=None):
        statement = sa.select(TABLE).order_by(TABLE.c.id)
        if object_id is not None:
            statement = statement.where(TABLE.c.object_id == object_id)
        with database.engine.connect() as connection:
            return connection.execute(statement).all()

    return read


@pytest.fixture
def status_of(database):
    """Read the status of a PID, as it is in the database now."""
    from invenio_pidstore.models import PersistentIdentifier

    def read(scheme, value):
        database.session.rollback()
        database.session.expire_all()
        return PersistentIdentifier.get(scheme, value).status.name

    return read


@pytest.fixture
def empty_ledger(database):
    """Nothing is left from the tests before."""
    from b2share_pids.ledger import TABLE

    with database.engine.begin() as connection:
        connection.execute(TABLE.delete())


@pytest.fixture
def statements(database, monkeypatch):
    """Collect the data statements of a block; the tasks after the commit are not run."""
    from contextlib import contextmanager

    import sqlalchemy as sa
    from invenio_records_resources.services.uow import TaskOp

    @contextmanager
    def collect():
        said = []

        def listen(connection, cursor, statement, parameters, context, executemany):
            if not statement.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK TO")):
                said.append(statement)

        with monkeypatch.context() as patch:
            patch.setattr(TaskOp, "on_post_commit", lambda self, uow: None)
            sa.event.listen(database.engine, "before_cursor_execute", listen)
            try:
                yield said
            finally:
                sa.event.remove(database.engine, "before_cursor_execute", listen)

    return collect
