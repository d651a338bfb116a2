# SPDX-License-Identifier: MIT
"""What keeps the demo content from being loaded."""

import re

from b2share_site.errors import B2ShareSiteError

TAGS = re.compile(r"<(script|style|head)\b.*?</\1>|<!--.*?-->|<[^>]*>", re.DOTALL)

LONGEST_BODY = 1000
"""Characters of an answer that an error shows."""


class DemoError(B2ShareSiteError):
    """The demo content cannot be loaded; loading again goes on where it stopped."""


class UnreachableError(DemoError):
    """The site gave no answer."""

    def __init__(self, request: str, reason: object) -> None:
        self.request = request
        super().__init__(f"no answer to {request}: {reason}")


class RefusedError(DemoError):
    """The site answered, but did not do what it was asked."""

    def __init__(self, request: str, status: int, body: str) -> None:
        self.request = request
        self.status = status
        super().__init__(f"{request} was answered with {status}: {readable(body)}")


def readable(body: str) -> str:
    """Return the beginning of an answer in one line, of a page its text alone."""
    if "<html" in body:
        body = TAGS.sub(" ", body)
    return " ".join(body.split())[:LONGEST_BODY]


class LoginError(DemoError):
    """A demo account cannot log in; the site's set-up makes these accounts."""

    def __init__(self, email: str) -> None:
        self.email = email
        super().__init__(
            f"{email} cannot log in: the account is made by the site's set-up "
            "(`b2share upgrade run` with B2SHARE_SITE_DEMO = True)"
        )


class PageError(DemoError):
    """A page of the site lacks what the loader needs of it."""

    def __init__(self, page: str, missing: str) -> None:
        super().__init__(f"the page {page} shows no {missing}")


class InvalidRecordError(DemoError):
    """The site saved a draft, but found errors in its metadata."""

    def __init__(self, title: str, errors: object) -> None:
        self.errors = errors
        super().__init__(f"the record {title!r} is not valid here: {errors}")


class NobodyAcceptsError(DemoError):
    """A submission waits for a review, but its content names nobody who accepts it."""

    def __init__(self, title: str) -> None:
        super().__init__(f"{title!r} waits for a review; `accepted_by` names nobody")


class NotFoundInTimeError(DemoError):
    """Search does not find what was entered."""

    def __init__(self, what: str, seconds: float) -> None:
        super().__init__(f"search did not find {what} within {seconds:g} seconds")


class MissingRoleError(DemoError):
    """An account needs a role that the site does not have."""

    def __init__(self, role: str) -> None:
        self.role = role
        super().__init__(f"the site has no role {role!r}; run the earlier set-up steps first")
