# SPDX-License-Identifier: MIT
"""The site's JavaScript; it has no npm dependency of its own."""

from invenio_assets.webpack import WebpackThemeBundle

theme = WebpackThemeBundle(
    __name__,
    "assets",
    default="semantic-ui",
    themes={
        "semantic-ui": {
            "aliases": {
                "@js/b2share_site": "js/b2share_site",
                "@translations/b2share_site": "translations/b2share_site",
            },
        },
    },
)
