# SPDX-License-Identifier: MIT
"""Settings of an enabled plugin are refused early, with key, value and what is expected."""

import pytest

from b2share_pids import config
from b2share_pids.errors import SettingError
from b2share_pids.settings import check_settings, handle_server


@pytest.fixture
def settings():
    defaults = {key: getattr(config, key) for key in dir(config) if key.startswith("B2SHARE_")}
    return defaults | {
        "B2SHARE_PIDS_EPIC_URL": "https://handles.example.org:8000/",
        "B2SHARE_PIDS_EPIC_PREFIX": "21.T12345",
        "B2SHARE_PIDS_EPIC_USER": "300:21.T12345/USER",
        "B2SHARE_PIDS_EPIC_PASSWORD": "planted-secret",
    }


def test_complete_settings_make_a_server_that_hides_its_password(settings):
    check_settings(settings)
    server = handle_server(settings)
    assert server.admin == "200:0.NA/21.T12345"
    assert (server.connect_timeout, server.read_timeout) == (3.0, 10.0)
    assert server.credentials.password == "planted-secret"
    assert "planted-secret" not in repr(server)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("URL", None),
        ("URL", ""),
        ("URL", "handles.example.org"),
        ("URL", "http://handles.example.org"),
        ("URL", "http://127.0.0.1.example.org"),
        ("URL", "https://user:planted-secret@handles.example.org"),
        ("URL", "https://:planted-secret/@handles.example.org"),
        ("URL", "https://@handles.example.org"),
        ("URL", "https://[::1"),
        ("URL", "https://handles.example.org:port"),
        ("URL", "https://handles.example.org#part"),
        ("URL", "https://handles.example.org/api/handles"),
        ("PREFIX", None),
        ("PREFIX", "21.T12345/"),
        ("PREFIX", 11304),
        ("USER", None),
        ("USER", "21.T12345/USER"),
        ("PASSWORD", None),
        ("PASSWORD", ""),
        ("CERTIFICATE", "/nowhere/cert.pem"),
        ("CA", "/nowhere/ca.pem"),
        ("ADMIN", "0.NA/21.T12345"),
        ("CONNECT_TIMEOUT", 0),
        ("READ_TIMEOUT", "10"),
    ],
)
def test_wrong_setting_is_refused_and_named(key, value, settings):
    name = f"B2SHARE_PIDS_EPIC_{key}"
    settings[name] = value
    with pytest.raises(SettingError) as caught:
        check_settings(settings)
    assert caught.value.key == name
    assert name in str(caught.value)
    assert caught.value.expected in str(caught.value)
    assert "planted-secret" not in str(caught.value)


@pytest.mark.parametrize("value", [0, -1, True, 1.5, "5", None])
@pytest.mark.parametrize("key", ["WORKER_BATCH_SIZE", "WORKER_THREADS", "RETRY_MAX"])
def test_number_that_makes_no_sense_is_refused(key, value, settings):
    settings[f"B2SHARE_PIDS_{key}"] = value
    with pytest.raises(SettingError, match=key):
        check_settings(settings)


@pytest.mark.parametrize(
    "path",
    [
        None,
        "",
        "nowhere.Profile",
        "b2share_pids.profiles",
        "b2share_pids.profiles.Nothing",
        "b2share_pids.handles.HandleValue",
    ],
)
def test_profile_that_is_none_is_refused(path, settings):
    settings["B2SHARE_PIDS_PROFILE_CLS"] = path
    with pytest.raises(SettingError, match="B2SHARE_PIDS_PROFILE_CLS"):
        check_settings(settings)


def test_password_of_the_wrong_type_is_not_shown(settings):
    settings["B2SHARE_PIDS_EPIC_PASSWORD"] = 4711081508
    with pytest.raises(SettingError) as caught:
        check_settings(settings)
    assert "4711081508" not in str(caught.value)


def test_certificate_replaces_the_password_but_not_both(settings, tmp_path):
    file = tmp_path / "client.pem"
    file.write_text("PEM")
    settings["B2SHARE_PIDS_EPIC_CERTIFICATE"] = str(file)
    with pytest.raises(SettingError, match="both"):
        check_settings(settings)
    settings |= {"B2SHARE_PIDS_EPIC_PASSWORD": None, "B2SHARE_PIDS_EPIC_USER": None}
    check_settings(settings)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]"])
def test_plain_http_is_for_this_machine_alone(host, settings):
    settings["B2SHARE_PIDS_EPIC_URL"] = f"http://{host}:8000"
    check_settings(settings)
