# SPDX-License-Identifier: MIT
"""The life of a stock v13 site, one stage per process: ``python -P stock_site.py STAGE``.

Run by an environment that has stock v13 and perhaps some of our distributions: nothing of ours is
named here, it shows only in what the site does. The working folder is the site's instance. What a
stage learns is kept in ``memory.json`` for the next one; what it saw goes to ``answer.json``.
"""

import json
import sys
from collections.abc import Iterator
from importlib.metadata import entry_points
from io import BytesIO
from pathlib import Path
from typing import Any

from flask import Flask

BASE_URL = "https://127.0.0.1:5000"

OCTETS = {"Content-Type": "application/octet-stream"}

EAGER = {"CELERY_TASK_ALWAYS_EAGER": True, "CELERY_TASK_EAGER_PROPAGATES": True}
"""For the set-up without a worker: the stock command for vocabularies leaves all work to it."""

SONDE = {"name": "Ozone sonde", "pid": "10.1234/sonde-7", "pid_type": "doi"}

Answer = dict[str, Any]


class NoScripts(dict[str, str]):
    """An asset manifest with an empty entry for every name: pages without a JavaScript build."""

    def __missing__(self, name: str) -> str:
        return ""

    def load(self, filepath: str) -> "NoScripts":
        """Be its own loader."""
        return self


class Site:
    """The REST application of one process, and what a person and an operator do with it."""

    def __init__(self, **settings: Any) -> None:
        from invenio_app.factory import create_api

        self.memory = json.loads(Path("memory.json").read_text())
        self.api = create_api(**settings)

    def invenio(self, *words: str) -> str:
        """Run a command of ``invenio`` in this process; return what it printed."""
        from invenio_app.cli import cli

        result = self.api.test_cli_runner().invoke(cli, words)
        if result.exit_code:
            raise RuntimeError(f"{words}: {result.output}") from result.exception
        return result.output

    def call(self, method: str, path: str, status: int = 200, **options: Any) -> Any:
        """Send a request to the REST API as the person; return the JSON of the answer."""
        headers = {"Authorization": f"Bearer {self.memory['token']}", "Accept": "application/json"}
        headers |= options.pop("headers", {})
        client = self.api.test_client()
        reply = client.open(path, method=method, base_url=BASE_URL, headers=headers, **options)
        assert reply.status_code == status, f"{method} {path}: {reply.status} {reply.text}"
        return reply.json

    def deposit(self, files: tuple[str, ...] = (), **metadata: Any) -> str:
        """Make a draft; return its id."""
        body = {
            "access": {"record": "public", "files": "public"},
            "files": {"enabled": bool(files)},
            "metadata": self.memory["metadata"] | metadata,
        }
        draft = self.call("POST", "/records", 201, json=body)
        assert not draft.get("errors"), draft["errors"]
        url = f"/records/{draft['id']}/draft/files"
        for key in files:
            self.call("POST", url, 201, json=[{"key": key}])
            stream = {"headers": OCTETS, "input_stream": BytesIO(b"depth,count\n1,17\n")}
            self.call("PUT", f"{url}/{key}/content", **stream)
            self.call("POST", f"{url}/{key}/commit")
        return str(draft["id"])

    def publish(self, draft: str) -> str:
        """Publish a draft; return the record's id, which is the same."""
        self.call("POST", f"/records/{draft}/draft/actions/publish", 202)
        return draft

    def edit(self, record: str, **metadata: Any) -> str:
        """Change a published record and publish it again."""
        draft = self.call("POST", f"/records/{record}/draft", 201)
        draft["metadata"] |= metadata
        saved = self.call("PUT", f"/records/{record}/draft", json=draft)
        assert not saved.get("errors"), saved["errors"]
        return self.publish(record)

    def records(self) -> Answer:
        """Return what the API says of every published record."""
        return {id_: self.call("GET", f"/records/{id_}") for id_ in self.memory["records"]}

    def holdings(self) -> Answer:
        """Return all that the stock site holds: records, draft, bytes of a file, tables."""
        first, draft = self.memory["records"][0], self.memory["draft"]
        content = f"/records/{first}/files/a.csv/content"
        return {
            "records": self.records(),
            "draft": self.call("GET", f"/records/{draft}/draft"),
            "content": self.api.test_client().get(content, base_url=BASE_URL).text,
            "tables": self.tables(),
        }

    def find(self, query: str) -> Answer:
        """Return the hits of a search by their ids, all that was indexed before included."""
        search = self.api.extensions["invenio-search"].client
        search.indices.refresh(index=f"{self.api.config['SEARCH_INDEX_PREFIX']}*")
        hits = self.call("GET", "/records", query_string={"q": query, "size": 25})["hits"]["hits"]
        return {hit["id"]: hit for hit in hits}

    def tables(self) -> list[str]:
        """Return the names of the tables in the database."""
        import sqlalchemy as sa
        from invenio_db import db

        with self.api.app_context():
            return sorted(sa.inspect(db.engine).get_table_names())

    def upgrade(self) -> None:
        """Run the steps that distributions offer, as any runner would."""
        steps = [point.load() for point in entry_points(group="b2share_cli.upgrade_steps")]
        for step in sorted(steps, key=lambda step: step.order):
            with self.api.app_context():
                assert step.pending(), step.title
                step.run()
                assert not step.pending(), step.title


def create(site: Site) -> Answer:
    """Set up a stock site with stock commands, let a person use it, and look at it."""
    files = str(Path.cwd() / "files")
    site.invenio("alembic", "upgrade")
    site.invenio("files", "location", "create", "--default", "default-location", files)
    site.invenio("roles", "create", "admin")
    site.invenio("access", "allow", "superuser-access", "role", "admin")
    site.invenio("access", "allow", "administration-access", "role", "admin")
    site.invenio("index", "init")
    site.invenio("rdm-records", "custom-fields", "init")
    site.invenio("rdm", "fixtures")
    site.invenio("queues", "declare")
    site.invenio("rdm-records", "fixtures")
    email = "old@example.org"
    site.invenio("users", "create", email, "--password", "old-secret", "--active", "--confirm")
    site.memory["token"] = site.invenio("tokens", "create", "-n", "tests", "-u", email).split()[-1]
    first = site.publish(site.deposit(("a.csv",)))
    second = site.publish(site.deposit(title="Second"))
    site.memory |= {"records": [first, second], "draft": site.deposit(title="Third")}
    return look(site)


def use_inert(site: Site) -> Answer:
    """Look again with plugins installed and not enabled, without their tables; then publish."""
    seen = look(site)
    site.edit(site.memory["records"][1], title="Second, edited")
    new = site.publish(site.deposit(title="Fourth"))
    site.memory["records"].append(new)
    return {"seen": seen, "new": site.call("GET", f"/records/{new}"), "records": site.records()}


def use_fields(site: Site) -> Answer:
    """Migrate and sync, then write old and new records with the fields of the plugin."""
    before = site.holdings()
    site.invenio("alembic", "upgrade", "heads")
    site.invenio("rdm-records", "custom-fields", "init")
    site.upgrade()
    after = site.holdings()
    old = site.edit(site.memory["records"][0], instruments=[SONDE])
    new = site.publish(site.deposit(title="New", instruments=[SONDE | {"name": "Ozone lidar"}]))
    draft = site.publish(site.memory["draft"])
    site.memory["records"] += [new, draft]
    names = ("ozone", "sonde", "lidar", "balloon")
    found = {name: sorted(site.find(f"metadata.instruments.name:{name}")) for name in names}
    seen = {"before": before, "after": after, "found": found, "records": site.records()}
    return seen | {"written": {"old": old, "new": new, "draft": draft}}


def use_pids(site: Site) -> Answer:
    """Publish old and new records, and look at their pages."""
    before = site.records()
    old = site.edit(site.memory["records"][0], title="First, with PIDs")
    new = site.publish(site.deposit(("b.csv",), title="Fifth"))
    site.memory["records"].append(new)
    pages = make_pages()
    return {
        "before": before,
        "written": {"old": old, "new": new},
        "records": site.records(),
        "pages": {id_: page(pages, id_) for id_ in (old, new)},
        "tables": site.tables(),
    }


def look(site: Site) -> Answer:
    """Return all that a plugin could change of the site, in a form that can be compared."""
    pages = make_pages()
    apps = {"api": site.api, "pages": pages}
    services = site.api.extensions["invenio-records-resources"].registry._services
    return {
        "settings": {name: settings(app) for name, app in apps.items()},
        "services": {
            name: parts(one) for name, one in services.items() if not name.startswith("b2share")
        },
        "routes": {name: routes(app) for name, app in apps.items()},
        "menus": menus(pages),
        "request types": sorted(
            f"{kind.type_id} {plain(type(kind))}"
            for kind in site.api.extensions["invenio-requests"].request_type_registry
        ),
        "landing page": page(pages, site.memory["records"][0]),
        "hits": site.find(""),
        **site.holdings(),
    }


def make_pages() -> Flask:
    """Return the application of the pages; they refer to scripts that nobody built."""
    from invenio_app.factory import create_ui

    return create_ui(WEBPACKEXT_MANIFEST_LOADER=NoScripts)


def page(pages: Flask, record: str) -> str:
    """Return the landing page of a record."""
    reply = pages.test_client().get(f"/records/{record}", base_url=BASE_URL)
    assert reply.status_code == 200, reply.text
    return str(reply.text)


def settings(app: Flask) -> Answer:
    """Return the settings as the application resolved them, without those of the plugins."""
    with app.app_context():  # some are read from the application
        return {
            key: plain(value)
            for key, value in app.config.items()
            if not key.startswith("B2SHARE_") and key not in EAGER
        }


def parts(service: Any) -> Answer:
    """Return of what a service is made, whoever chose it."""
    names = ("permission_policy_cls", "schema", "components", "links_item", "record_cls")
    made = {name: plain(getattr(service.config, name, None)) for name in names}
    return {"class": plain(type(service)), **made}


def plain(value: Any) -> Any:
    """Return a value without addresses in memory, so that two processes can be compared."""
    if value is None or type(value) in {bool, int, float, str}:  # not a proxy that looks like one
        return value
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, set | frozenset):
        return sorted(str(plain(item)) for item in value)
    if hasattr(value, "__qualname__"):
        return f"{value.__module__}.{value.__qualname__}"
    text = repr(value)
    return f"{type(value).__module__}.{type(value).__qualname__}" if " at 0x" in text else text


def routes(app: Flask) -> list[str]:
    """Return every route with its endpoint and methods."""
    return sorted(f"{r.rule} {r.endpoint} {sorted(r.methods)}" for r in app.url_map.iter_rules())


def menus(app: Flask) -> list[str]:
    """Return all entries of all menus, those of the administration included."""

    def entries(node: Any, path: str) -> Iterator[str]:
        for child in node.children:
            name = f"{path}/{child.name}"
            yield f"{name} {child.text} {child._endpoint} {child.order}"
            yield from entries(child, name)

    with app.test_request_context(base_url=BASE_URL):
        return sorted(entries(app.extensions["menu"].root_node, ""))


def main() -> None:
    """Run the stage that was named."""
    stages = {stage.__name__: stage for stage in (create, use_inert, use_fields, use_pids)}
    stage = stages[sys.argv[1]]
    site = Site(**(EAGER if stage is create else {}))
    Path("answer.json").write_text(json.dumps(stage(site)))
    Path("memory.json").write_text(json.dumps(site.memory))


if __name__ == "__main__":
    main()
