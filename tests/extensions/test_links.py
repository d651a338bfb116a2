# SPDX-License-Identifier: MIT
"""Which identifiers become links, and that none of them can run a script."""

import pytest

from b2share_extensions.fields.links import pid_url


@pytest.mark.parametrize(
    ("pid", "pid_type", "url"),
    [
        ("10.1234/xyz", "doi", "https://doi.org/10.1234/xyz"),
        ("https://doi.org/10.1234/xyz", "DOI", "https://doi.org/10.1234/xyz"),
        ("doi:10.1234/xyz", "doi", "https://doi.org/10.1234/xyz"),
        ("21.T11998/0000-1", "handle", "https://hdl.handle.net/21.T11998/0000-1"),
        ("http://hdl.handle.net/11304/ab", "epic", "https://hdl.handle.net/11304/ab"),
        ("10.1234/a?b#c\"'<", "doi", "https://doi.org/10.1234/a%3Fb%23c%22%27%3C"),
        ("https://example.org/a?b=c", "url", "https://example.org/a?b=c"),
        (" HTTP://example.org ", "url", "HTTP://example.org"),
    ],
)
def test_pid_url_known_type_leads_to_its_resolver(pid, pid_type, url):
    assert pid_url(pid, pid_type) == url


@pytest.mark.parametrize(
    ("pid", "pid_type"),
    [
        ("javascript:alert(1)", "url"),
        (" JavaScript:alert(1)", "url"),
        ("java\nscript:alert(1)", "url"),
        ("data:text/html,<script>", "url"),
        ("//evil.example.org", "url"),
        ("https://", "url"),
        ("http://[", "url"),
        ("no slash", "doi"),
        ("", "handle"),
        ("10.1234/xyz", "igsn"),
        ("https://example.org", "other"),
    ],
)
def test_pid_url_unknown_or_unsafe_gives_no_link(pid, pid_type):
    assert pid_url(pid, pid_type) is None


def test_pid_url_script_as_handle_stays_below_the_resolver():
    assert pid_url("javascript:alert(1)/x", "handle").startswith("https://hdl.handle.net/")
