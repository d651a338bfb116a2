# SPDX-License-Identifier: MIT
"""The Flask extension of b2share_extensions."""

from flask import Flask

from b2share_extensions import config
from b2share_extensions.errors import SettingError

PREFIX = "B2SHARE_EXTENSIONS_"


class B2ShareExtensions:
    """Set the plugin's own defaults; without ``B2SHARE_EXTENSIONS_ENABLED`` nothing else happens.

    :raises SettingError: one of the plugin's settings has an impossible value.
    """

    def __init__(self, app: Flask | None = None) -> None:
        if app is not None:
            self.init_app(app)

    def init_app(self, app: Flask) -> None:
        """Register the extension and check the plugin's own settings."""
        for key in filter(lambda name: name.startswith(PREFIX), dir(config)):
            app.config.setdefault(key, getattr(config, key))
        check_settings(app)
        app.extensions["b2share-extensions"] = self


def check_settings(app: Flask) -> None:
    """Refuse values that would fail much later and far away.

    :raises SettingError: with the key, what was found and what is expected.
    """
    maximum = app.config["B2SHARE_EXTENSIONS_MAX_FIELDS"]
    if not isinstance(maximum, int) or isinstance(maximum, bool) or maximum < 1:
        raise SettingError("B2SHARE_EXTENSIONS_MAX_FIELDS", maximum, "a positive whole number")
    for key in ("B2SHARE_EXTENSIONS_ENABLED", "B2SHARE_EXTENSIONS_STRICT_WIRING"):
        if not isinstance(app.config[key], bool):
            raise SettingError(key, app.config[key], "True or False")
