# SPDX-License-Identifier: MIT
"""The Flask extension of b2share_pids."""

from flask import Flask

from b2share_pids import config
from b2share_pids.settings import check_settings


class B2SharePIDs:
    """Set the plugin's own defaults; without ``B2SHARE_PIDS_ENABLED`` nothing else happens."""

    def __init__(self, app: Flask | None = None) -> None:
        if app is not None:
            self.init_app(app)

    def init_app(self, app: Flask) -> None:
        """Register with the application.

        :raises SettingError: the plugin is enabled and a setting of it is wrong.
        """
        for key in dir(config):
            if key.startswith("B2SHARE_PIDS_"):
                app.config.setdefault(key, getattr(config, key))
        if app.config["B2SHARE_PIDS_ENABLED"]:
            check_settings(app.config)
        app.extensions["b2share-pids"] = self
