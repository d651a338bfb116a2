# SPDX-License-Identifier: MIT
"""The templates that the landing page includes."""

from flask import Blueprint, Flask

from b2share_extensions.fields.links import pid_url


def create_blueprint(app: Flask) -> Blueprint:
    """Return a blueprint with our templates; an empty one unless the plugin is enabled."""
    if not app.config.get("B2SHARE_EXTENSIONS_ENABLED"):
        return Blueprint("b2share_extensions", __name__)
    blueprint = Blueprint("b2share_extensions", __name__, template_folder="templates")
    blueprint.add_app_template_filter(pid_url, "b2share_extensions_pid_url")
    return blueprint
