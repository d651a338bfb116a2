# SPDX-License-Identifier: MIT
"""The fixtures of every test: real services from tests.support on top of pytest-invenio."""

pytest_plugins = [
    "tests.support.servers",
    "tests.support.app",
    "tests.support.records",
    "tests.support.handles",
    "tests.support.packages",
    "tests.support.browser",
]
