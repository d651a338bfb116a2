# SPDX-License-Identifier: MIT
"""The actions that an operator grants with ``access allow``."""

from flask_principal import ActionNeed

community_create_action = ActionNeed("b2share-community-create")
"""Create communities, public and restricted ones."""
