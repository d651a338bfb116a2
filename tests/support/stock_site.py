# SPDX-License-Identifier: MIT
"""The life of a stock v13 site, one stage per process: ``python -P stock_site.py STAGE``.

Run by an environment that has stock v13 and perhaps some of our distributions: nothing of ours is
named here, it shows only in what the site does. The working folder is the site's instance. What a
stage learns is kept in ``memory.json`` for the next one; what it saw goes to ``answer.json``.
"""

import json
import sys
from io import BytesIO
from pathlib import Path

from flask_webpackext.manifest import JinjaManifest, JinjaManifestEntry, JinjaManifestLoader

EMAIL = "old@example.org"
BASE_URL = "https://127.0.0.1:5000"
CONTENT = b"depth,count\n1,17\n"


class AnyManifest(JinjaManifest):
    """An asset manifest that has an (empty) entry for every name."""

    def __getattr__(self, name):
        return JinjaManifestEntry(name, [name])

    __getitem__ = __getattr__


class AnyManifestLoader(JinjaManifestLoader):
    """Pages without a JavaScript build."""

    def load(self, filepath):
        return AnyManifest()


class Site:
    """The applications of one process, and what a person and an operator do with them."""

    def __init__(self):
        from invenio_app.factory import create_api

        self.memory = json.loads(Path("memory.json").read_text())
        self.api = create_api()

    def invenio(self, *words):
        """Run a command of ``invenio`` in this process; return what it printed."""
        from invenio_app.cli import cli

        result = self.api.test_cli_runner().invoke(cli, words)
        if result.exit_code:
            raise RuntimeError(f"{words}: {result.output}") from result.exception
        return result.output

    def call(self, method, path, status=200, **options):
        """Send a request to the REST API as the person; return the JSON of the answer."""
        headers = {"Authorization": f"Bearer {self.memory['token']}", "Accept": "application/json"}
        client = self.api.test_client()
        headers |= options.pop("headers", {})
        reply = client.open(path, method=method, base_url=BASE_URL, headers=headers, **options)
        assert reply.status_code == status, f"{method} {path}: {reply.status} {reply.text}"
        return reply.json

    def deposit(self, files=(), **metadata):
        """Make a draft; return its id."""
        body = {
            "access": {"record": "public", "files": "public"},
            "files": {"enabled": bool(files)},
            "metadata": self.memory["metadata"] | metadata,
        }
        draft = self.call("POST", "/records", 201, json=body)["id"]
        for key in files:
            url = f"/records/{draft}/draft/files"
            self.call("POST", url, 201, json=[{"key": key}])
            stream = {"Content-Type": "application/octet-stream"}
            content = BytesIO(CONTENT)
            self.call("PUT", f"{url}/{key}/content", headers=stream, input_stream=content)
            self.call("POST", f"{url}/{key}/commit")
        return draft

    def publish(self, draft):
        """Publish a draft; return its id, which is the record's."""
        self.call("POST", f"/records/{draft}/draft/actions/publish", 202)
        return draft

    def edit(self, record, **metadata):
        """Change a published record and publish it again."""
        draft = self.call("POST", f"/records/{record}/draft", 201)
        draft["metadata"] |= metadata
        saved = self.call("PUT", f"/records/{record}/draft", json=draft)
        assert not saved.get("errors"), saved["errors"]
        return self.publish(record)

    def read(self):
        """Return what the API says of everything that the stock site holds, and of all hits."""
        self.refresh()
        records = {id_: self.call("GET", f"/records/{id_}") for id_ in self.memory["records"]}
        draft = self.memory["draft"]
        return {
            "records": records,
            "draft": self.call("GET", f"/records/{draft}/draft"),
            "file": self.api.test_client()
            .get(f"/records/{self.memory['records'][0]}/files/a.csv/content", base_url=BASE_URL)
            .text,
        }

    def find(self, query):
        """Return the hits of a search by their ids."""
        self.refresh()
        hits = self.call("GET", "/records", query_string={"q": query, "size": 25})["hits"]["hits"]
        return {hit["id"]: hit for hit in hits}

    def refresh(self):
        """Make everything that was indexed findable."""
        search = self.api.extensions["invenio-search"].client
        search.indices.refresh(index=f"{self.api.config['SEARCH_INDEX_PREFIX']}*")

    def tables(self):
        """Return the names of the tables in the database."""
        import sqlalchemy as sa
        from invenio_db import db

        with self.api.app_context():
            return sorted(sa.inspect(db.engine).get_table_names())

    def upgrade_steps(self):
        """Run what distributions offer for an upgrade, as any runner would; return the lines."""
        from importlib.metadata import entry_points

        steps = [point.load() for point in entry_points(group="b2share_cli.upgrade_steps")]
        lines = {}
        for step in sorted(steps, key=lambda step: step.order):
            with self.api.app_context():
                lines[step.title] = step.run() if step.pending() else "kept"
        with self.api.app_context():
            assert not any(step.pending() for step in steps)
        return lines


def create(site):
    """Set up a stock site with stock commands, and let a person use it."""
    # Without a worker: the vocabularies are loaded here and now.
    site.api.config.update(CELERY_TASK_ALWAYS_EAGER=True, CELERY_TASK_EAGER_PROPAGATES=True)
    site.invenio("alembic", "upgrade")
    files = str(Path.cwd() / "files")
    site.invenio("files", "location", "create", "--default", "default-location", files)
    site.invenio("roles", "create", "admin")
    site.invenio("index", "init")
    site.invenio("rdm-records", "custom-fields", "init")
    site.invenio("queues", "declare")
    site.invenio("rdm-records", "fixtures")
    site.invenio("users", "create", EMAIL, "--password", "old-secret", "--active", "--confirm")
    token = site.invenio("tokens", "create", "-n", "tests", "-u", EMAIL).split()[-1]
    site.memory["token"] = token
    records = [site.publish(site.deposit(["a.csv"])), site.publish(site.deposit(title="Second"))]
    site.memory |= {"records": records, "draft": site.deposit(title="Third")}
    return look(site)


def look(site):
    """Return all that a plugin could change of the site, in a form that can be compared."""
    from invenio_app.factory import create_ui

    pages = create_ui(WEBPACKEXT_MANIFEST_LOADER=AnyManifestLoader)
    apps = {"api": site.api, "ui": pages}
    record = site.memory["records"][0]
    landing_page = pages.test_client().get(f"/records/{record}", base_url=BASE_URL)
    return {
        "config": {name: resolved(app.config) for name, app in apps.items()},
        "urls": {name: routes(app) for name, app in apps.items()},
        "menus": menus(pages),
        "request_types": plain(dict(site.api.extensions["invenio-requests"].request_type_registry)),
        "landing_page": [landing_page.status_code, landing_page.text],
        "hits": site.find(""),
        "tables": site.tables(),
        **site.read(),
    }


def use_inert(site):
    """Publish while plugins are installed and not enabled, on a database without their tables."""
    seen = look(site)
    site.edit(site.memory["records"][1], title="Second, edited")
    site.memory["inert"] = site.publish(site.deposit(title="Fourth"))
    seen["published"] = site.call("GET", f"/records/{site.memory['inert']}")
    seen["published_keys"] = sorted(seen["published"])
    return seen


def use_fields(site):
    """Migrate and sync as documented, then write old and new records with the new fields."""
    before = {"tables": site.tables(), **site.read()}
    site.invenio("alembic", "upgrade", "heads")
    site.invenio("rdm-records", "custom-fields", "init")
    steps = site.upgrade_steps()
    after = {"tables": site.tables(), **site.read()}
    sonde = {"name": "Ozone sonde", "pid": "10.1234/sonde-7", "pid_type": "doi"}
    old = site.edit(site.memory["records"][0], instruments=[sonde])
    new = site.publish(site.deposit(title="New", instruments=[sonde | {"name": "Ozone lidar"}]))
    draft = site.publish(site.memory["draft"])
    site.memory["records"] += [new, draft]
    return {
        "before": before,
        "after": after,
        "steps": steps,
        "old": old,
        "new": new,
        "published_draft": site.call("GET", f"/records/{draft}"),
        "metadata": {id_: site.call("GET", f"/records/{id_}")["metadata"] for id_ in (old, new)},
        "found": {
            word: sorted(site.find(f"metadata.instruments.name:{word}"))
            for word in ("ozone", "lidar", "balloon")
        },
    }


def use_pids(site):
    """Read what was there before, publish old and new ones."""
    before = site.read()["records"]
    old = site.edit(site.memory["records"][1], title="Second, with PIDs")
    new = site.publish(site.deposit(["b.csv"], title="Fifth"))
    site.memory["records"].append(new)
    return {"before": before, "old": old, "new": new, "after": site.read()["records"]}


def resolved(config):
    """Return the settings of others, as the application has them."""
    return {key: plain(value) for key, value in config.items() if not key.startswith("B2SHARE_")}


def plain(value):
    """Return a value without addresses in memory, so that two processes can be compared."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, set | frozenset):
        return sorted(str(plain(item)) for item in value)
    name = getattr(value, "__qualname__", None)
    if name:
        return f"{value.__module__}.{name}"
    text = repr(value)
    kind = type(value)
    return f"{kind.__module__}.{kind.__qualname__}" if " at 0x" in text else text


def routes(app):
    """Return every route with its endpoint and methods."""
    return sorted(f"{r.rule} {r.endpoint} {sorted(r.methods)}" for r in app.url_map.iter_rules())


def menus(app):
    """Return all entries of all menus, those of the administration included."""

    def entries(item, path):
        for child in item.children:
            name = f"{path}.{child.name}"
            yield f"{name} {child._text} {child._endpoint} {child._order}"
            yield from entries(child, name)

    with app.test_request_context(base_url=BASE_URL):
        return sorted(entries(app.extensions["menu"], ""))


def main():
    """Run the stage that was named."""
    stage = {one.__name__: one for one in (create, use_inert, use_fields, use_pids)}[sys.argv[1]]
    site = Site()
    answer = stage(site)
    Path("memory.json").write_text(json.dumps(site.memory))
    Path("answer.json").write_text(json.dumps(answer, default=str))


if __name__ == "__main__":
    main()
