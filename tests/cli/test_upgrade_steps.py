# SPDX-License-Identifier: MIT
"""``upgrade run`` of a stock site on the real services, from an empty database."""

import shutil
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
import yaml
from invenio_access.permissions import system_identity
from invenio_app.factory import create_api

from b2share_cli.errors import FixtureFileError, NoMigrationsError, RoleNotFoundError, StepError
from b2share_cli.upgrade import NamedStep, installed_steps, one_at_a_time, plan_steps, run_steps
from b2share_cli.upgrade_steps import (
    custom_fields,
    database,
    indices,
    pages,
    queues,
    roles,
    users,
    vocabularies,
)
from b2share_cli.upgrade_steps.vocabulary_files import VocabularyList, installed_lists
from tests.support.app import APP_DATA, site_settings

USERS = """
- email: upgrade-admin@example.org
  username: upgradeadmin
  full_name: Ada Admin
  password: secret123
  active: true
  confirmed: true
  roles: [admin]
"""


def own_steps() -> list[NamedStep]:
    """The steps of b2share_cli that change the site."""
    return [
        item
        for item in installed_steps()
        if type(item.step).__module__.startswith("b2share_cli.") and item.name != "commands"
    ]


def states(rows):
    return {row["step"]: row["state"] for row in rows}


@pytest.fixture(scope="module")
def make_site(new_database, search_address, redis_url, run_name, instance_path):
    """Make REST applications on databases of their own; their indices go at the end."""
    shutil.copytree(APP_DATA, Path(instance_path) / "app_data")
    (Path(instance_path) / "app_data" / "users.yaml").write_text(USERS)
    apps = []

    def make(url=None):
        prefix = f"{run_name}u{len(apps)}"
        settings = site_settings(url or new_database(), search_address, redis_url, prefix)
        app = create_api(**settings)
        # The factory keeps the path of its first application (invenio-base 2, app.py).
        app.instance_path = instance_path
        apps.append(app)
        return app

    yield make
    for app in apps:
        with app.app_context():
            search = app.extensions["invenio-search"]
            search.client.indices.delete(index=f"{app.config['SEARCH_INDEX_PREFIX']}*")
            app.extensions["sqlalchemy"].engine.dispose()


@pytest.fixture(scope="module")
def site(make_site):
    return make_site()


@pytest.fixture(scope="module")
def empty_plan(site):
    """The states before anything was done."""
    return states(plan_steps(site, own_steps()))


@pytest.fixture(scope="module")
def half_done(site, empty_plan):
    """What a killed run leaves: indices lost, a vocabulary half loaded and not indexed."""
    run_steps(site, steps=[item for item in own_steps() if item.step.order < 600])
    with site.app_context():
        client = site.extensions["invenio-search"].client
        there = indices.server_aliases()
        lost = indices.index_behind("communities-communities-v2.0.0", there)
        bare = indices.index_behind("names-name-v2.0.0", there)
        client.indices.delete(index=lost)
        client.indices.delete_alias(index=bare, name="*")
        languages = next(one for one in installed_lists() if one.key == "languages")
        vocabularies.make_type(languages)
        vocabularies.add_batch(languages, list(languages.entries())[::2])
    return {"bare": bare}


@pytest.fixture(scope="module")
def first_run(site, half_done):
    return run_steps(site, steps=own_steps())


def test_everything_is_pending_on_an_empty_database(empty_plan):
    expected = dict.fromkeys(empty_plan, "pending") | {"custom_fields": "kept"}
    # Without indices nobody can say more about custom fields than that none are configured.
    assert empty_plan == expected


def test_killed_run_is_completed(first_run, half_done):
    assert states(first_run) == {
        "database": "kept",
        "files": "kept",
        "roles": "kept",
        "indices": "done",
        "custom_fields": "kept",
        "pages": "kept",
        "queues": "done",
        "vocabularies": "done",
        "users": "done",
    }


def test_second_run_does_nothing(site, first_run):
    assert set(states(run_steps(site, steps=own_steps())).values()) == {"kept"}


def test_all_migrations_are_applied(site, first_run):
    with site.app_context():
        engine = site.extensions["sqlalchemy"].engine
        tables = set(sa.inspect(engine).get_table_names())
    assert {"rdm_records_metadata", "communities_metadata", "alembic_version"} <= tables


def test_files_go_to_a_folder_of_the_instance(site, first_run, instance_path):
    from invenio_files_rest.models import Location

    with site.app_context():
        assert Location.get_default().uri == str(Path(instance_path) / "files")
    assert (Path(instance_path) / "files").is_dir()


def test_administrators_may_do_everything(site, first_run):
    from invenio_access.models import ActionRoles

    with site.app_context():
        rows = ActionRoles.query.filter_by(role_id=roles.ROLE).all()
        assert {row.action for row in rows} == set(roles.ACTIONS)


def test_no_migrations_at_all_is_an_error_not_a_finished_step(monkeypatch):
    alembic = SimpleNamespace(heads=lambda resolve_dependencies: [])
    monkeypatch.setattr(database, "migrations", lambda: alembic)
    with pytest.raises(NoMigrationsError, match="splits paths at spaces and commas"):
        database.step.pending()


def test_role_that_is_there_keeps_the_rights_of_its_site(site, first_run):
    from invenio_access.models import ActionRoles
    from invenio_db import db

    with site.app_context():
        lost = ActionRoles.query.filter_by(action="superuser-access").one()
        db.session.delete(lost)
        db.session.commit()
        assert not roles.step.pending()
        db.session.add(ActionRoles(action="superuser-access", role_id=roles.ROLE))
        db.session.commit()


def test_every_mapping_has_one_index_with_all_its_aliases(site, first_run, half_done):
    with site.app_context():
        there = indices.server_aliases()
        wanted = list(indices.mapped_indices())
        behind = [indices.index_behind(name, there) for name, _ in wanted]
    assert len(wanted) > 20
    assert len(set(behind)) == len(wanted)
    assert None not in behind
    assert half_done["bare"] in behind


def test_vocabularies_are_complete_in_database_and_index(site, first_run):
    with site.app_context():
        lists = installed_lists()
        for one in lists:
            assert one.ids() <= vocabularies.known_ids(one), one.key
        service = vocabularies.service_of(next(one for one in lists if one.key == "languages"))
        found = service.search(system_identity, type="languages").total
        entries = yaml.safe_load((APP_DATA / "vocabularies" / "languages.yaml").read_text())
        assert found == len(entries)
        assert all(vocabularies.unindexed(item) == [] for item in vocabularies.services(lists))


def test_entry_that_the_index_lost_is_indexed_again(site, first_run):
    with site.app_context():
        service = site.extensions["invenio-records-resources"].registry.get("vocabularies")
        record = service.record_cls.pid.resolve(("resourcetypes", "dataset"))
        service.indexer.delete(record, refresh=True)
        assert vocabularies.step.pending()
        assert vocabularies.step.run() == "0 entries added, 1 indexed"
        assert not vocabularies.step.pending()


def test_entry_that_was_deleted_stays_deleted(site, first_run):
    with site.app_context():
        service = site.extensions["invenio-records-resources"].registry.get("vocabularies")
        service.delete(system_identity, ("resourcetypes", "lesson"))
        assert not vocabularies.step.pending()


def test_refused_entry_is_named_with_its_file(site, first_run, tmp_path):
    path = tmp_path / "odd.yaml"
    path.write_text("- id: fine\n  title: {en: Fine}\n- id: odd\n  title: 5\n")
    with site.app_context(), pytest.raises(FixtureFileError, match=r"odd\.yaml: entry 'odd'"):
        vocabularies.add_missing(VocabularyList("resourcetypes", "rsrct", path))


def test_subject_schemes_are_loaded_once(site, first_run, tmp_path):
    path = tmp_path / "subjects.yaml"
    path.write_text("- {id: 'https://s.org/1', scheme: SCH, subject: Trees}\n")
    bare = VocabularyList("subjects", "sub", None)
    scheme = (("id", "SCH"), ("name", "Scheme"), ("uri", ""))
    one = VocabularyList("subjects", "sub", path, scheme)
    with site.app_context():
        assert [vocabularies.add_missing(item) for item in (bare, one)] == [0, 1]
        assert vocabularies.has_type(one)
        assert vocabularies.add_missing(one) == 0
        assert vocabularies.index_missing(vocabularies.service_of(one)) == 1


def test_user_of_the_instance_can_log_in_and_is_found(site, first_run):
    from flask_security.utils import verify_password

    with site.app_context():
        user = site.extensions["security"].datastore.get_user_by_email("upgrade-admin@example.org")
        assert verify_password("secret123", user.password)
        assert [role.name for role in user.roles] == ["admin"]
        assert users.unindexed([user.id]) == []
        assert users.unindexed([user.id, 999]) == [999]


def test_user_with_a_role_that_does_not_exist_is_refused_before_anything_is_written(site):
    entries = [{"email": "a@example.org", "roles": ["nobles"]}]
    with site.app_context(), pytest.raises(RoleNotFoundError, match=r"nobles.*a@example\.org"):
        users.check_roles(entries)


def test_changed_page_and_set_survive_an_upgrade(site, first_run):
    from invenio_db import db
    from invenio_oaiserver.models import OAISet

    with site.app_context():
        kept = OAISet.query.filter_by(spec="openaire").one()
        kept.description = "changed by hand"
        db.session.delete(OAISet.query.filter_by(spec="openaire_data").one())
        db.session.commit()
        assert pages.step.pending()
        assert pages.step.run() == "0 pages, 1 sets added"
        assert OAISet.query.filter_by(spec="openaire").one().description == "changed by hand"


def test_instance_pages_are_added(site, first_run, instance_path):
    from invenio_pages.records.models import PageModel

    folder = Path(instance_path) / "app_data"
    (folder / "pages").mkdir()
    (folder / "pages" / "help.html").write_text("<p>Help</p>")
    (folder / "pages.yaml").write_text("- {url: /help/cli, title: Help, template: help.html}\n")
    with site.app_context():
        assert pages.step.pending()
        pages.step.run()
        assert not pages.step.pending()
        assert {page.content for page in PageModel.query.filter_by(url="/help/cli")} == {
            "<p>Help</p>"
        }


def test_custom_field_that_the_index_lacks_is_put(site, first_run, monkeypatch):
    from invenio_records_resources.services.custom_fields import KeywordCF

    monkeypatch.setitem(site.config, "RDM_NAMESPACES", {"cli": None})
    monkeypatch.setitem(site.config, "RDM_CUSTOM_FIELDS", [KeywordCF(name="cli:colour")])
    with site.app_context():
        assert custom_fields.step.pending()
        assert custom_fields.step.run() == "custom_fields.cli:colour"
        assert not custom_fields.step.pending()


def test_custom_field_without_namespace_stops_the_step_by_name(site, first_run, monkeypatch):
    from invenio_records_resources.services.custom_fields import KeywordCF

    monkeypatch.setitem(site.config, "RDM_CUSTOM_FIELDS", [KeywordCF(name="odd:colour")])
    steps = [item for item in own_steps() if item.name == "custom_fields"]
    with pytest.raises(StepError, match="Namespace odd is not valid"):
        run_steps(site, steps=steps)


def test_undeclared_queue_is_pending(site, first_run):
    with site.app_context():
        queue = next(iter(site.extensions["invenio-queues"].queues.values()))
        queue.queue.delete()
        assert queues.undeclared() == [queue.routing_key]
        queues.step.run()
        assert queues.undeclared() == []


def test_tables_without_migration_history_are_left_alone(make_site, new_database, golden_database):
    app = make_site(new_database(golden_database))
    steps = [item for item in own_steps() if item.name == "database"]
    with pytest.raises(StepError, match="alembic stamp heads"):
        run_steps(app, steps=steps)


def test_older_database_is_upgraded(make_site, site, first_run):
    with site.app_context():
        alembic = database.migrations()
        heads = {script.revision for script in alembic.current()}
        last = next(script for script in alembic.current() if script.down_revision)
        alembic.downgrade(f"{last.revision}-1")
    with site.app_context():
        assert database.step.pending()
        database.step.run()
        assert {script.revision for script in database.migrations().current()} == heads


def test_two_runs_at_once_wait_for_each_other(site):
    order = []

    def second():
        with one_at_a_time(site):
            order.append("second")

    thread = threading.Thread(target=second)
    with one_at_a_time(site):
        thread.start()
        time.sleep(0.3)
        order.append("first")
    thread.join(10)
    assert order == ["first", "second"]
