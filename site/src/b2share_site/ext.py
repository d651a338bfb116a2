# SPDX-License-Identifier: MIT
"""The Flask extension of the site."""

import re

from flask import Flask

from b2share_site import config
from b2share_site.errors import AddressError

LINK_TARGET = re.compile(r"https?://[^\s/]|/(?!/)")


class B2ShareSite:
    """Set the site's own defaults and check its own keys; nothing else is changed."""

    def __init__(self, app: Flask | None = None) -> None:
        if app is not None:
            self.init_app(app)

    def init_app(self, app: Flask) -> None:
        """Register the extension.

        :raises AddressError: an address is set that browsers would not follow as meant.
        """
        for key in dir(config):
            if key.startswith("B2SHARE_SITE_"):
                app.config.setdefault(key, getattr(config, key))
                if key.endswith("_URL"):
                    check_address(key, app.config[key])
        app.extensions["b2share-site"] = self


def check_address(key: str, value: object) -> None:
    """Accept an http(s) address, a path of this site, or ``None``.

    :raises AddressError: it is something else, such as a script or a bare host name.
    """
    if value is not None and not (isinstance(value, str) and LINK_TARGET.match(value)):
        raise AddressError(key, value)
