# SPDX-License-Identifier: MIT
"""Start the site's service commands with nothing but Python 3.11: ``bootstrap.py run|test|…``."""

import sys
from pathlib import Path

if sys.version_info[:2] != (3, 11):
    sys.exit(f"B2SHARE needs Python 3.11; this is {sys.version.split()[0]} (try PYTHON=python3.11)")

sys.path.insert(0, str(Path(__file__).parent / "site" / "src"))

from b2share_site.services.commands import main  # needs the path above

sys.exit(main())
