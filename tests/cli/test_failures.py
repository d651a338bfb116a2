# SPDX-License-Identifier: MIT
"""Which message and exit code an error becomes."""

import click
import jsonschema
import pytest
from flask_principal import PermissionDenied
from invenio_pidstore.errors import PIDDoesNotExistError
from invenio_records_resources.services.errors import PermissionDeniedError
from marshmallow import ValidationError
from opensearchpy.exceptions import NotFoundError, RequestError
from redis.exceptions import ConnectionError as RedisConnectionError
from sqlalchemy.exc import NoResultFound, OperationalError, ProgrammingError

from b2share_cli.failures import explain, report


class UndefinedTable(Exception):  # noqa: N818 - the name that the driver has
    """As psycopg2 names it."""


NESTED = ValidationError({"metadata": {"fields": {0: {"name": ["Too long.", "No."]}}}})
ERROR = {"error": {"reason": "limit of shards"}}


@pytest.mark.parametrize(
    ("error", "lines"),
    [
        (NESTED, ["metadata.fields.0.name: Too long.", "metadata.fields.0.name: No."]),
        (ValidationError("Taken.", field_name="slug"), ["slug: Taken."]),
        (ValidationError("Both."), ["Both."]),
        (ValidationError({"a": {"_schema": ["Odd."]}}), ["a: Odd."]),
        (PermissionDeniedError("create"), ["Permission denied."]),
        (PermissionDenied(), ["Permission denied."]),
        (PIDDoesNotExistError("comid", "x"), ["There is no 'x' (looked for the type 'comid')."]),
        (NoResultFound(), ["It was not found."]),
        (OperationalError("S", {}, Exception("refused\nmore")), ["The database reports: refused"]),
        (RequestError(400, "illegal", ERROR), ["The search server refuses: limit of shards"]),
        (RedisConnectionError("no route"), ["Redis or the message broker reports: no route"]),
        (FileNotFoundError(2, "No such file", "x"), ["[Errno 2] No such file: 'x'"]),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_domain_error_becomes_lines_without_traceback(error, lines, capsys):
    assert report(error) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert [line for line in captured.err.splitlines() if not line.endswith("valid:")] == lines


def test_json_schema_error_names_the_place():
    with pytest.raises(jsonschema.ValidationError) as caught:
        jsonschema.validate({"a": [1]}, {"properties": {"a": {"items": {"type": "string"}}}})
    assert explain(caught.value)[1] == "a.0: 1 is not of type 'string'"


@pytest.mark.parametrize(
    "error",
    [
        ProgrammingError("S", {}, UndefinedTable('relation "x" does not exist')),
        NotFoundError(404, "index_not_found_exception", {"error": {"index": "x"}}),
    ],
    ids=["table", "index"],
)
def test_site_that_is_not_set_up_is_told_how(error):
    assert "b2share upgrade run" in explain(error)[0]


def test_error_with_exit_code_keeps_it(capsys):
    class OddError(Exception):
        exit_code = 5

    assert report(OddError("no")) == 5
    assert capsys.readouterr().err == "no\n"


def test_exit_code_that_is_no_number_counts_as_one():
    class OddError(Exception):
        exit_code = "5"

    assert report(OddError("no")) == 1


def test_python_error_is_called_a_fault_of_the_software(capsys, caplog):
    assert report(KeyError("\x1bkey")) == 1
    assert "Error inside the software: KeyError" in capsys.readouterr().err
    assert caplog.records[0].exc_info


def test_wrong_use_is_two(capsys):
    assert report(click.UsageError("so not")) == 2
    assert "so not" in capsys.readouterr().err


def test_error_without_text_is_named_by_description_or_class(capsys):
    class DescribedError(Exception):
        description = "Because."

    class SilentError(Exception):
        pass

    assert explain(DescribedError()) == ["Because."]
    assert explain(SilentError()) == ["SilentError"]


def test_message_with_escapes_is_neutral(capsys):
    report(FileNotFoundError(2, "\x1b[2Jgone"))
    assert "\x1b" not in capsys.readouterr().err


def explain_nothing():
    raise NoResultFound("x")


def test_traceback_is_shown_with_the_debug_switch(capsys, monkeypatch):
    monkeypatch.setenv("FLASK_DEBUG", "1")
    with pytest.raises(NoResultFound) as caught:
        explain_nothing()
    report(caught.value)
    assert "Traceback" in capsys.readouterr().err
