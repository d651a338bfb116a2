# SPDX-License-Identifier: MIT
"""The settings of b2share; a site sets them in its ``invenio.cfg``."""

B2SHARE_CLI_FILES_LOCATION: str | None = None
"""Path or URI of the first default storage location that ``upgrade run`` makes.

The default is the folder ``files`` of the instance. A site that has a default location
keeps it, whatever is written here.
"""
