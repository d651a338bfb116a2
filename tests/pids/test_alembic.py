# SPDX-License-Identifier: MIT
"""The migrations of the branch on an empty PostgreSQL database."""

import pytest
import sqlalchemy as sa

TABLE = "b2share_pids_ledger"


@pytest.fixture(scope="module")
def db_uri(new_database):
    return new_database()


def test_upgrade_gives_the_tables_of_the_models_and_downgrade_takes_them(base_app, database):
    alembic = base_app.extensions["invenio-db"].alembic
    alembic.upgrade("b2share_pids@head")
    assert sa.inspect(database.engine).has_table(TABLE)
    drift = [difference for difference in alembic.compare_metadata() if concerns_us(difference)]
    assert drift == []
    alembic.downgrade("b2share_pids@base")
    assert not sa.inspect(database.engine).has_table(TABLE)
    alembic.upgrade("b2share_pids@head")
    assert sa.inspect(database.engine).has_table(TABLE)


def test_index_of_open_rows_is_partial(base_app, database):
    base_app.extensions["invenio-db"].alembic.upgrade("b2share_pids@head")
    query = sa.text("SELECT indexdef FROM pg_indexes WHERE indexname = :name")
    with database.engine.connect() as connection:
        name = {"name": "ix_b2share_pids_ledger_open"}
        definition = connection.execute(query, name).scalar_one()
    assert "generation > done_generation" in definition
    assert "parked_at IS NULL" in definition


def concerns_us(difference):
    return TABLE in repr(difference)
