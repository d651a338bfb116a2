# SPDX-License-Identifier: MIT
"""``b2share communities`` on the real services."""

import json
from pathlib import Path

import pytest
from invenio_access.permissions import system_identity

from b2share_cli import communities
from b2share_cli.main import main
from tests.support.records import refresh_indices

PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)


@pytest.fixture
def b2share(app, location, search, capsys):
    """Run ``b2share`` and return exit code, stdout and stderr."""

    def run(*words):
        refresh_indices()
        capsys.readouterr()
        code = main(words)
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run


@pytest.fixture
def service(app):
    return app.extensions["invenio-communities"].service


@pytest.fixture
def logo(tmp_path):
    path = tmp_path / "logo.png"
    path.write_bytes(PNG)
    return path


def test_create_as_the_manual_prints_it_makes_a_community_with_logo(b2share, service, logo):
    code, out, err = b2share("communities", "create", "Clarín Corpora", "Texts", str(logo))
    assert (code, err) == (0, "")
    assert "slug         clarin-corpora" in out
    item = service.read(system_identity, "clarin-corpora").to_dict()
    assert item["metadata"] == {"title": "Clarín Corpora", "description": "Texts"}
    assert item["access"]["visibility"] == "public"
    assert service.read_logo(system_identity, "clarin-corpora").get_stream("rb").read() == PNG


def test_create_is_found_by_list_at_once(b2share):
    assert b2share("communities", "create", "Listed", "One", "--slug", "zz-listed")[0] == 0
    code, out, _ = b2share("communities", "list", "--json")
    rows = json.loads(out)
    assert code == 0
    assert [row["slug"] for row in rows] == sorted(row["slug"] for row in rows)
    assert rows[-1] == {
        "slug": "zz-listed",
        "id": rows[-1]["id"],
        "title": "Listed",
        "visibility": "public",
        "description": "One",
    }
    assert "zz-listed" in b2share("communities", "list", "-v")[1]


def test_owner_becomes_a_member_with_that_role(b2share, service, make_user):
    person = make_user("cli-owner")
    words = ["communities", "create", "Owned", "x", "--owner", "cli-owner@example.org", "--json"]
    code, out, _ = b2share(*words, "--visibility", "restricted")
    assert code == 0
    created = json.loads(out)
    assert created["visibility"] == "restricted"
    refresh_indices()
    members = service.members.search(system_identity, created["id"]).to_dict()["hits"]["hits"]
    assert [(m["member"]["id"], m["role"]) for m in members] == [(person.id, "owner")]


def test_dry_run_checks_and_changes_nothing(b2share, service, logo):
    code, out, _ = b2share("communities", "create", "Not made", "x", str(logo), "--dry-run")
    assert code == 0
    assert "dry_run      yes" in out
    assert "not-made" not in b2share("communities", "list")[1]
    assert b2share("communities", "create", "Not made", "x")[0] == 0


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["", "x"], "slug: "),
        (["日本", "x"], "slug: "),
        (["Long", "x" * 251], "metadata.description: "),
        (["N" * 251, "x"], "metadata.title: "),
        (["Bad slug", "x", "--slug", "a b"], "slug: "),
        (["Orphan", "x", "--owner", "nobody@example.org"], "no user with the e-mail address"),
        (["No logo", "x", "/nonexistent.png"], "cannot be a logo: No such file"),
        (["No image", "x", __file__], "it is none of SVG, GIF, JPEG, PNG, WebP"),
    ],
    ids=lambda value: value[0][:9] if isinstance(value, list) else "",
)
def test_bad_input_is_refused_by_name_and_leaves_nothing(b2share, words, message):
    before = b2share("communities", "list", "--json")[1]
    code, out, err = b2share("communities", "create", *words)
    assert (code, out) == (1, "")
    assert message in err
    assert "Traceback" not in err
    assert b2share("communities", "list", "--json")[1] == before


def test_name_that_is_taken_is_refused(b2share):
    assert b2share("communities", "create", "Taken", "x")[0] == 0
    code, _, err = b2share("communities", "create", "Taken", "x")
    assert code == 1
    assert "slug: " in err


def test_logo_over_the_limit_is_refused_before_anything_is_made(b2share, app, logo, monkeypatch):
    monkeypatch.setitem(app.config, "COMMUNITIES_LOGO_MAX_FILE_SIZE", 20)
    code, _, err = b2share("communities", "create", "Heavy", "x", str(logo))
    assert (code, "more than 20 bytes" in err) == (1, True)
    assert "heavy" not in b2share("communities", "list")[1]


def test_unknown_visibility_is_wrong_use(b2share):
    assert b2share("communities", "create", "V", "x", "--visibility", "secret")[0] == 2


@pytest.mark.parametrize(
    ("name", "slug"),
    [("Ünï & Co.", "uni-co"), ("  a--b ", "a-b"), ("日本", ""), ("x" * 300, "x" * 100)],
)
def test_slug_is_made_of_small_letters_digits_and_dashes(name, slug):
    assert communities.slug_of(name) == slug


def test_svg_is_an_image(app, tmp_path):
    path = Path(tmp_path / "logo.svg")
    path.write_text('<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>')
    with app.app_context():
        assert communities.read_logo(path).endswith(b"/>")
