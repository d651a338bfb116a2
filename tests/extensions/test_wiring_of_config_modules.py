# SPDX-License-Identifier: MIT
"""A site that composes its settings in config modules keeps them."""

import pytest
from invenio_app.factory import create_api

from b2share_extensions import wiring
from b2share_extensions.fields.base import CUSTOM_FIELDS
from tests.extensions.site_config import Last


@pytest.fixture(scope="module")
def extra_entry_points():
    return {
        "invenio_config.module": [
            "aa_site = tests.extensions.site_config:First",
            "zz_site = tests.extensions.site_config:Last",
        ]
    }


def test_enable_last_module_by_name_is_kept(entry_points, instance_path, app_config):
    wiring.enable(app_config)
    app = create_api(instance_path=instance_path, **app_config)
    assert set(app.config["RDM_NAMESPACES"]) == {"b2share", "site"}
    assert app.config["RDM_CUSTOM_FIELDS"] == [*Last.RDM_CUSTOM_FIELDS, *CUSTOM_FIELDS]
    assert len(Last.RDM_CUSTOM_FIELDS) == 1
    assert set(Last.RDM_NAMESPACES) == {"site"}
