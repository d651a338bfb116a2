# SPDX-License-Identifier: MIT
"""The site's own configuration keys; the keys of others are set in ``invenio.cfg``."""

B2SHARE_SITE_SUPPORT_URL: str | None = None
"""Address of the support form, linked in header and footer; no link while it is ``None``."""

B2SHARE_SITE_TRAINING_URL: str | None = None
"""Address of the training material, linked in the footer; no link while it is ``None``."""

B2SHARE_SITE_DOCUMENTATION_URL: str | None = None
"""Address of the user documentation, linked in header and footer; no link while it is ``None``."""

B2SHARE_SITE_DEMO: bool = False
"""Whether set-up makes the demo's accounts, whose passwords are public; never on a real site."""
