# SPDX-License-Identifier: MIT
"""The process ``b2share``: what it imports, and how it ends."""

import os
import subprocess
import sys

import pytest

from b2share_cli import __version__, manifest

HEAVY = {"flask", "invenio_app", "invenio_base", "sqlalchemy", "celery", "marshmallow", "yaml"}

STREAM = """
import sys
from flask import Flask
from b2share_cli import main
from tests.cli.sample_commands import sample
main.installed_claims = lambda: [sample("count", "count")]
with Flask("x").app_context():
    sys.exit(main.main(["count", "--rows", "1000000"]))
"""


def run(*words, **options):
    """Run Python with these arguments and return how it ended."""
    return subprocess.run(
        [sys.executable, *words], check=False, capture_output=True, text=True, **options
    )


@pytest.fixture(scope="module")
def stored_manifest(tmp_path_factory):
    """An environment in which a manifest of stock commands is there already."""
    folder = tmp_path_factory.mktemp("cache") / "b2share"
    folder.mkdir()
    text = '{"index": {"help": "Indices.", "plain": true, "commands": {}}}'
    (folder / manifest.file_name()).write_text(text)
    return {**os.environ, "XDG_CACHE_HOME": str(folder.parent)}


@pytest.mark.parametrize(
    "words",
    [["--help"], ["communities", "--help"], ["communities", "create", "--help"], ["--version"]],
    ids=" ".join,
)
def test_help_of_own_commands_imports_no_invenio(words, stored_manifest):
    code = f"import sys; from b2share_cli.main import main; assert main({words!r}) == 0; "
    code += f"print(sorted({HEAVY!r} & set(sys.modules)), file=sys.stderr)"
    done = run("-c", code, env=stored_manifest)
    assert done.returncode == 0, done.stderr
    assert done.stderr == "[]\n"


def test_version_is_ours():
    done = run("-m", "b2share_cli.main", "--version")
    assert done.stdout == f"b2share {__version__}\n"


def test_completion_offers_own_and_stock_nouns(stored_manifest):
    environment = {
        **stored_manifest,
        "_B2SHARE_COMPLETE": "bash_complete",
        "COMP_WORDS": "b2share ",
        "COMP_CWORD": "1",
    }
    done = run("-c", "from b2share_cli.main import main; main()", env=environment)
    assert {"plain,communities", "plain,index", "plain,upgrade"} <= set(done.stdout.split())


def test_closed_pipe_ends_the_process_quietly():
    with subprocess.Popen(
        [sys.executable, "-c", STREAM], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ROW\n"
        process.stdout.close()
        assert process.wait(60) == 1
        assert process.stderr is not None
        assert process.stderr.read() == ""


def test_unreachable_services_are_one_line_and_code_one(tmp_path):
    environment = {
        **os.environ,
        "INVENIO_INSTANCE_PATH": str(tmp_path),
        "INVENIO_SQLALCHEMY_DATABASE_URI": "postgresql+psycopg2://nobody@127.0.0.1:9/none",
        "INVENIO_SEARCH_HOSTS": '[{"host": "127.0.0.1", "port": 9}]',
    }
    done = run(
        "-m", "b2share_cli.main", "upgrade", "run", "--dry-run", env=environment, cwd=tmp_path
    )
    assert done.returncode == 1
    assert done.stdout == ""
    assert "The database reports:" in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr
