# SPDX-License-Identifier: MIT
"""Tables: all migrations of all installed packages."""

import logging
from typing import Any

from b2share_cli.application import extension


class DatabaseStep:
    """Apply the migrations; each commits by itself, so a killed run goes on where it was."""

    order = 100
    title = "Database tables"

    def pending(self) -> bool:
        """Compare the heads of the migrations with what the database has.

        :raises NoMigrationsError: not one migration was found, which no v13 site is without.
        """
        from b2share_cli.errors import NoMigrationsError

        alembic = migrations()
        heads = {script.revision for script in alembic.heads(resolve_dependencies=True)}
        if not heads:
            raise NoMigrationsError
        return heads != set(alembic.migration_context.get_current_heads())

    def run(self) -> str:
        """Apply what is missing.

        :raises UnversionedDatabaseError: there are tables which no migration made.
        """
        from invenio_db import db
        from sqlalchemy import inspect

        from b2share_cli.errors import UnversionedDatabaseError

        alembic = migrations()
        tables = inspect(db.engine).get_table_names()
        if not alembic.migration_context.get_current_heads() and "accounts_user" in tables:
            raise UnversionedDatabaseError
        alembic.upgrade()
        made = len(inspect(db.engine).get_table_names()) - len(tables)
        return f"{len(alembic.current())} migration heads, {made} new tables"


def migrations() -> Any:
    """Return the Alembic extension of the application."""
    # Flask-Alembic 3.1 sets it to INFO: two lines on stderr for each look at the database.
    logging.getLogger("alembic").setLevel(logging.WARNING)
    return extension("invenio-db").alembic


step = DatabaseStep()
