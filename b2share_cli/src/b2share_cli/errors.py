# SPDX-License-Identifier: MIT
"""What b2share refuses by itself; each error knows the exit code of the process."""

from collections.abc import Sequence
from typing import Any

import click


class B2ShareCLIError(Exception):
    """The root of the errors of b2share; ``result`` is rendered before the message."""

    exit_code = 1
    result: Any = None


class EntryPointError(B2ShareCLIError):
    """An entry point does not lead to what its group demands."""

    def __init__(self, name: str, value: str, reason: object) -> None:
        super().__init__(f"{name!r} ({value}) cannot be loaded: {reason}")
        self.name = name
        self.value = value


class UnknownCommandError(click.ClickException):
    """There is no such command; ``near`` are names that may have been meant."""

    exit_code = 2

    def __init__(self, words: Sequence[str], near: Sequence[str]) -> None:
        hint = f" Did you mean {' or '.join(repr(name) for name in near)}?" if near else ""
        super().__init__(f"No such command {' '.join(words)!r}.{hint}")


class SiteCheckError(B2ShareCLIError):
    """At least one health check of the site found an error."""

    def __init__(self, count: int, result: list[dict[str, Any]]) -> None:
        super().__init__(f"{count} of {len(result)} results are errors.")
        self.count = count
        self.result = result


class StepError(B2ShareCLIError):
    """A step of ``upgrade run`` failed; those before it are done and stay done."""

    def __init__(self, name: str, title: str, reason: str, result: list[dict[str, Any]]) -> None:
        super().__init__(
            f"The upgrade stopped at the step {name!r} ({title}): {reason}\n"
            "Mend the cause and run `b2share upgrade run` again: it goes on from here."
        )
        self.name = name
        self.title = title
        self.reason = reason
        self.result = result


class UnversionedDatabaseError(B2ShareCLIError):
    """The database has tables, but does not know which migrations made them."""

    def __init__(self) -> None:
        super().__init__(
            "The database has tables but no migration history. If they were made by"
            " `db create` of the installed version, run `b2share alembic stamp heads` once."
        )


class NoMigrationsError(B2ShareCLIError):
    """The installed packages seem to have no migrations, which is true of no v13 site."""

    def __init__(self) -> None:
        super().__init__(
            "No database migrations were found. Alembic splits paths at spaces and commas: is"
            " there one in the path of this environment?"
        )


class FixtureFileError(B2ShareCLIError):
    """A file with what a site starts with (vocabularies, pages, users) cannot be used."""

    def __init__(self, path: object, reason: object) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = str(path)


class RoleNotFoundError(B2ShareCLIError):
    """A list of users names a role that does not exist."""

    def __init__(self, role: str, email: str) -> None:
        super().__init__(f"The role {role!r} of the user {email} does not exist.")
        self.role = role
        self.email = email


class UserNotFoundError(B2ShareCLIError):
    """Nobody has the e-mail address."""

    def __init__(self, email: str) -> None:
        super().__init__(f"There is no user with the e-mail address {email}.")
        self.email = email


class LogoError(B2ShareCLIError):
    """A file cannot be the logo of a community."""

    def __init__(self, path: object, reason: str) -> None:
        super().__init__(f"{path} cannot be a logo: {reason}")
        self.path = str(path)
