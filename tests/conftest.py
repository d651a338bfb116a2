# SPDX-License-Identifier: MIT
"""The fixtures of every test: real services from tests.support on top of pytest-invenio."""

import os

import pytest

pytest_plugins = [
    "tests.support.servers",
    "tests.support.app",
    "tests.support.records",
    "tests.support.handles",
    "tests.support.packages",
    "tests.support.browser",
]


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Let a run in CI fail if it skipped a test: what cannot run there is not tested at all."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") and reporter and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
