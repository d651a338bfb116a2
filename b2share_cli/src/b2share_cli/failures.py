# SPDX-License-Identifier: MIT
"""Turn exceptions into messages and exit codes.

Classes are known by their names, so that nothing is imported to explain an error.
"""

import logging
import os
import traceback
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import click

from b2share_cli import output

logger = logging.getLogger(__name__)

REFUSED = 1
INTERRUPTED = 130

SET_UP = "Is the site set up? `b2share upgrade run` does it."


def report(error: Exception) -> int:
    """Print an error on stderr and return the exit code for it.

    A traceback is printed for what nobody raised on purpose (a class of Python's own, such
    as ``KeyError``), and for every error with ``--debug``.
    """
    if isinstance(error, click.exceptions.Abort):
        interrupted = isinstance(error.__cause__, KeyboardInterrupt)
        click.echo("Interrupted." if interrupted else "Aborted.", err=True)
        return INTERRUPTED if interrupted else REFUSED
    if isinstance(error, click.ClickException):
        error.show()
        return error.exit_code
    if is_unexpected(error):
        logger.error("b2share failed", exc_info=error)
        click.echo(f"Error inside the software: {output.neutral(repr(error))}", err=True)
        return REFUSED
    for line in explain(error):
        click.echo(output.neutral(line, keep="\n"), err=True)
    if os.environ.get("FLASK_DEBUG", "0") not in ("", "0"):
        click.echo("".join(traceback.format_exception(error)), err=True)
    code = getattr(error, "exit_code", REFUSED)
    return code if isinstance(code, int) else REFUSED


def is_unexpected(error: BaseException) -> bool:
    """Tell whether Python itself raised the error, not a check of input or state."""
    return type(error).__module__ == "builtins" and not isinstance(error, OSError)


def explain(error: BaseException) -> list[str]:
    """Return lines for people; never empty."""
    for kind in type(error).__mro__:
        explainer = EXPLAINERS.get(f"{kind.__module__}.{kind.__qualname__}")
        if explainer:
            return explainer(error)
    text = str(getattr(error, "description", None) or error).strip()
    return [text or type(error).__name__]


def field_lines(messages: Any, path: str = "") -> Iterator[str]:
    """Yield one line per message of a validation error, with the path of its field."""
    if isinstance(messages, Mapping):
        for name, inner in messages.items():
            deeper = path if name == "_schema" else f"{path}.{name}" if path else str(name)
            yield from field_lines(inner, deeper)
    elif isinstance(messages, list | tuple):
        for inner in messages:
            yield from field_lines(inner, path)
    else:
        yield f"{path}: {messages}" if path else str(messages)


def explain_validation(error: Any) -> list[str]:
    """Name the field of each message."""
    return ["The input is not valid:", *field_lines(error.normalized_messages())]


def explain_json_schema(error: Any) -> list[str]:
    """Name the place in the document."""
    path = ".".join(str(part) for part in error.absolute_path)
    return ["The input is not valid:", f"{path}: {error.message}" if path else error.message]


def explain_denied(error: Any) -> list[str]:
    """Name the action, where it is known."""
    action = getattr(error, "action_name", None)
    return [f"Permission denied: {action}." if action else "Permission denied."]


def explain_missing_pid(error: Any) -> list[str]:
    """Name the identifier."""
    return [f"There is no {error.pid_value!r} (looked for the type {error.pid_type!r})."]


def explain_nothing_found(error: Any) -> list[str]:
    """Say that the thing is not there."""
    return ["It was not found."]


def first_line(error: Any) -> str:
    """Return the first line of what a driver says."""
    return str(getattr(error, "orig", None) or error).strip().splitlines()[0]


def explain_database(error: Any) -> list[str]:
    """Tell a server that does not answer from tables that are not there."""
    if type(getattr(error, "orig", None)).__name__ == "UndefinedTable":
        return [f"The database lacks a table: {first_line(error)}. {SET_UP}"]
    return [f"The database reports: {first_line(error)}"]


def explain_search(error: Any) -> list[str]:
    """Name the search server as the one that failed."""
    if type(error).__name__ == "NotFoundError" and error.error == "index_not_found_exception":
        return [f"The search server lacks an index: {error.info['error']['index']}. {SET_UP}"]
    info = getattr(error, "info", None)
    reason = info.get("error") if isinstance(info, Mapping) else None
    if isinstance(reason, Mapping) and reason.get("reason"):
        return [f"The search server refuses: {reason['reason']}"]
    return [f"The search server reports: {first_line(error)}"]


def explain_broker(error: Any) -> list[str]:
    """Name the server for the cache and messages as the one that failed."""
    return [f"Redis or the message broker reports: {first_line(error)}"]


EXPLAINERS: dict[str, Callable[[Any], list[str]]] = {
    "flask_principal.PermissionDenied": explain_denied,
    "invenio_pidstore.errors.PIDDoesNotExistError": explain_missing_pid,
    "jsonschema.exceptions.ValidationError": explain_json_schema,
    "kombu.exceptions.OperationalError": explain_broker,
    "marshmallow.exceptions.ValidationError": explain_validation,
    "opensearchpy.exceptions.OpenSearchException": explain_search,
    "redis.exceptions.RedisError": explain_broker,
    "sqlalchemy.exc.DBAPIError": explain_database,
    "sqlalchemy.exc.NoResultFound": explain_nothing_found,
}
