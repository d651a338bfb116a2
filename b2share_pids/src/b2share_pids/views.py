# SPDX-License-Identifier: MIT
"""The blueprint that ships the templates; it has no route."""

from flask import Blueprint, Flask


def create_blueprint(app: Flask) -> Blueprint:
    """Let the site include the templates of this plugin."""
    return Blueprint("b2share_pids", __name__, template_folder="templates")
