# SPDX-License-Identifier: MIT
"""The blueprint that brings the site's templates and images."""

from flask import Blueprint, Flask


def create_blueprint(app: Flask) -> Blueprint:
    """Return a blueprint without pages of its own: the stock pages use our templates."""
    return Blueprint("b2share_site", __name__, template_folder="templates", static_folder="static")
