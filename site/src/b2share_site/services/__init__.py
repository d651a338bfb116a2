# SPDX-License-Identifier: MIT
"""Set up and run a B2SHARE site with embedded services; standard library only.

Nothing in this package imports Invenio or anything else that has to be installed:
``bootstrap.py`` runs it with a bare Python 3.11 before the environment exists.
"""
