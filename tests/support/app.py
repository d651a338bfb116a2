# SPDX-License-Identifier: MIT
"""Invenio applications on the real services, one database and index prefix per test module.

Built on pytest-invenio: ``app_config`` is what a module changes (usually by calling
``wiring.enable`` on it), ``create_app`` may be replaced per module, ``app``, ``db``,
``search_clear`` and ``UserFixture`` are the stock ones.
"""

import hashlib
import itertools
import shutil
from collections.abc import Callable, Iterator
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

import pytest
import redis
import sqlalchemy as sa
from flask import Flask
from flask_webpackext.manifest import JinjaManifest, JinjaManifestEntry, JinjaManifestLoader
from invenio_access.permissions import system_identity
from invenio_app.factory import create_api

APP_DATA = Path(__file__).parent / "app_data"
"""A small set of vocabularies, enough for every record that the tests make."""

_prefixes = itertools.count()


class AnyManifest(JinjaManifest):
    """An asset manifest that has an (empty) entry for every name."""

    def __getattr__(self, name: str) -> JinjaManifestEntry:
        return JinjaManifestEntry(name, [name])

    __getitem__ = __getattr__


class AnyManifestLoader(JinjaManifestLoader):
    """Pages without a JavaScript build; the browser tests use the real one."""

    def load(self, filepath: str) -> AnyManifest:
        return AnyManifest()


def site_settings(
    database_url: sa.URL, search_address: dict[str, object], redis_url: str, prefix: str
) -> dict[str, Any]:
    """Return the Invenio settings of a site on these services, for ``create_app``."""
    return {
        "SQLALCHEMY_DATABASE_URI": database_url.render_as_string(hide_password=False),
        "SEARCH_HOSTS": [search_address],
        "SEARCH_INDEX_PREFIX": f"{prefix}-",
        "CACHE_TYPE": "flask_caching.backends.redis",
        "CACHE_REDIS_URL": f"{redis_url}/0",
        "ACCOUNTS_SESSION_REDIS_URL": f"{redis_url}/1",
        "CELERY_RESULT_BACKEND": f"{redis_url}/2",
        "RATELIMIT_STORAGE_URI": f"{redis_url}/3",
        "RATELIMIT_STORAGE_URL": f"{redis_url}/3",
        "COMMUNITIES_IDENTITIES_CACHE_REDIS_URL": f"{redis_url}/4",
        "BROKER_URL": f"{redis_url}/5",
        "CELERY_BROKER_URL": f"{redis_url}/5",
        "SITE_UI_URL": "https://127.0.0.1:5000",
        "SITE_API_URL": "https://127.0.0.1:5000/api",
        "TRUSTED_HOSTS": None,
        "RDM_FILES_DEFAULT_QUOTA_SIZE": 10**10,
        "RDM_FILES_DEFAULT_MAX_FILE_SIZE": 10**10,
        "DATACITE_ENABLED": False,
        "OAISERVER_ID_PREFIX": "oai.example.org",
        "JSONSCHEMAS_HOST": "not-used",
        "WEBPACKEXT_MANIFEST_LOADER": AnyManifestLoader,
        "MAIL_DEFAULT_SENDER": "b2share@example.org",
        "THEME_SITENAME": "B2SHARE",
    }


@pytest.fixture(scope="session")
def golden_fingerprint() -> str:
    """A digest of what decides how the template database looks."""
    digest = hashlib.sha256()
    for item in sorted(f"{d.name}=={d.version}" for d in distributions()):
        digest.update(item.encode())
    tables = Path(__file__).parents[2].glob("b2share_*/src/**/alembic/*.py")
    models = Path(__file__).parents[2].glob("b2share_*/src/**/models.py")
    for path in sorted([*APP_DATA.rglob("*.yaml"), *tables, *models, Path(__file__)]):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


@pytest.fixture(scope="session")
def golden_database(
    database_server: sa.Engine,
    new_database: Callable[..., sa.URL],
    search_address: dict[str, object],
    redis_url: str,
    run_name: str,
    golden_fingerprint: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> str:
    """The name of a database with all tables and the small vocabularies, kept between runs."""
    name = f"golden_{golden_fingerprint}"
    with database_server.connect() as connection:
        known = sa.text("SELECT 1 FROM pg_database WHERE datname = :name")
        if connection.execute(known, {"name": name}).scalar():
            return name
    url = new_database()
    folder = tmp_path_factory.mktemp("golden")
    shutil.copytree(APP_DATA, folder / "app_data")
    settings = site_settings(url, search_address, redis_url, f"{run_name}g")
    fill_database(create_api(instance_path=str(folder), **settings), folder)
    with database_server.connect() as connection:
        outdated = sa.text(r"SELECT datname FROM pg_database WHERE datname LIKE 'golden\_%'")
        for other in connection.execute(outdated).scalars().all():
            connection.execute(sa.text(f'DROP DATABASE IF EXISTS "{other}"'))
        connection.execute(sa.text(f'ALTER DATABASE "{url.database}" RENAME TO "{name}"'))
    return name


def fill_database(app: Flask, folder: Path) -> None:
    """Create tables, roles and vocabularies, and leave no connection and no index behind."""
    from invenio_accounts.proxies import current_datastore
    from invenio_db import db
    from invenio_rdm_records.fixtures import PrioritizedVocabulariesFixtures
    from invenio_search import current_search, current_search_client

    app.config.update(CELERY_TASK_ALWAYS_EAGER=True, CELERY_TASK_EAGER_PROPAGATES=True)
    with app.app_context():
        db.create_all()
        list(current_search.create())
        for role in ("admin", "b2share-admin"):
            current_datastore.create_role(id=role, name=role)
        db.session.commit()
        PrioritizedVocabulariesFixtures(
            system_identity, app_data_folder=folder / "app_data", delay=False
        ).load()
        db.session.commit()
        current_search_client.indices.delete(index=f"{app.config['SEARCH_INDEX_PREFIX']}*")
        db.session.remove()
        db.engine.dispose()


@pytest.fixture(scope="module")
def db_uri(new_database: Callable[..., sa.URL], golden_database: str) -> sa.URL:
    """A fresh copy of the golden database for this module."""
    return new_database(golden_database)


@pytest.fixture(scope="module")
def app_config(
    app_config: dict[str, Any],
    db_uri: sa.URL,
    search_address: dict[str, object],
    redis_url: str,
    run_name: str,
) -> dict[str, Any]:
    """The settings of a stock v13 site on the services of this run."""
    prefix = f"{run_name}m{next(_prefixes)}"
    return app_config | site_settings(db_uri, search_address, redis_url, prefix)


@pytest.fixture(scope="module")
def create_app(instance_path: str) -> Callable[..., Flask]:
    """The REST application; a module that tests pages sets ``create_app`` itself."""
    return create_api


@pytest.fixture(scope="module")
def database(appctx: Any) -> Iterator[Any]:
    """The tables exist already in the copied database; it is dropped after the run."""
    from invenio_db import db as database_

    yield database_
    database_.session.remove()
    database_.engine.dispose()


@pytest.fixture(scope="module")
def search(appctx: Any, database: Any, redis_url: str) -> Iterator[Any]:
    """All indices under the prefix of this module, with the vocabularies in them."""
    from invenio_search import current_search, current_search_client

    empty_redis(redis_url)
    indices = f"{appctx.config['SEARCH_INDEX_PREFIX']}*"
    try:
        list(current_search.create())
        index_vocabularies()
        current_search_client.indices.refresh(index=indices)
        yield current_search_client
    finally:
        # By prefix, since stock's delete does not know the percolator indices.
        current_search_client.indices.delete(index=indices, ignore=[404])


def empty_redis(url: str) -> None:
    """Remove what earlier modules left, except the bindings of the message queues.

    Kombu takes a queue for declared as long as its connection lives; messages to a queue that lost
    its binding would vanish without an error.
    """
    for database in range(6):
        client = redis.Redis.from_url(f"{url}/{database}")
        left = [key for key in client.scan_iter() if not key.startswith(b"_kombu.binding.")]
        if left:
            client.delete(*left)


def index_vocabularies() -> None:
    """Put every vocabulary entry of the database into the index, in one bulk call each."""
    from invenio_records_resources.proxies import current_service_registry

    for name in ("vocabularies", "affiliations", "funders", "names", "subjects"):
        service = current_service_registry.get(name)
        records = [r.id for r in service.record_cls.model_cls.query.all() if not r.is_deleted]
        service.indexer.bulk_index(records)
        service.indexer.process_bulk_queue(search_bulk_kwargs={"refresh": True})


@pytest.fixture(scope="module")
def location(database: Any, instance_path: str) -> Any:
    """A default storage location for files."""
    from invenio_files_rest.models import Location

    place = Location(name="test", uri=str(Path(instance_path) / "files"), default=True)
    Path(place.uri).mkdir(parents=True, exist_ok=True)
    database.session.add(place)
    database.session.commit()
    return place
