# SPDX-License-Identifier: MIT
"""The plugin's widgets for the deposit form; it has no npm dependency of its own."""

from invenio_assets.webpack import WebpackThemeBundle

theme = WebpackThemeBundle(
    __name__,
    "assets",
    default="semantic-ui",
    themes={
        "semantic-ui": {
            "aliases": {
                "@js/b2share_extensions": "js/b2share_extensions",
                "@translations/b2share_extensions": "translations/b2share_extensions",
            },
        },
    },
)
