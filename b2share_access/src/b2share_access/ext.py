# SPDX-License-Identifier: MIT
"""The Flask extension of b2share_access."""

from flask import Flask

from b2share_access import config


class B2ShareAccess:
    """Set the plugin's own defaults; without ``B2SHARE_ACCESS_ENABLED`` nothing else happens."""

    def __init__(self, app: Flask | None = None) -> None:
        if app is not None:
            self.init_app(app)

    def init_app(self, app: Flask) -> None:
        """Give every setting of this plugin a value; those of the site stay."""
        for key in filter(str.isupper, dir(config)):
            app.config.setdefault(key, getattr(config, key))
        app.extensions["b2share-access"] = self
