# SPDX-License-Identifier: MIT
"""Two configuration modules of a site, as ``invenio_config.module`` entry points load them."""

from invenio_records_resources.services.custom_fields import KeywordCF


class First:
    """Loaded before stock's own module: its values lose."""

    RDM_NAMESPACES = {"first": "https://first.example.org/"}  # noqa: RUF012


class Last:
    """Loaded after stock's own module."""

    RDM_NAMESPACES = {"site": "https://site.example.org/"}  # noqa: RUF012
    RDM_CUSTOM_FIELDS = [KeywordCF("site:code")]  # noqa: RUF012
