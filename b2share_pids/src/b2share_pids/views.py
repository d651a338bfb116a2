# SPDX-License-Identifier: MIT
"""The blueprint that ships the templates; it has no route."""

from flask import Blueprint, Flask


def create_blueprint(app: Flask) -> Blueprint:
    """Return a blueprint with our templates; an empty one unless the plugin is enabled."""
    if not app.config["B2SHARE_PIDS_ENABLED"]:
        return Blueprint("b2share_pids", __name__)
    return Blueprint("b2share_pids", __name__, template_folder="templates")
