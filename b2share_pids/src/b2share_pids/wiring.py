# SPDX-License-Identifier: MIT
"""The public door: the values of this plugin, and ``enable``, which composes them."""

from datetime import timedelta
from importlib.metadata import entry_points
from typing import Any

from invenio_rdm_records import config as rdm_defaults
from invenio_rdm_records.services.components import DefaultRecordsComponents

from b2share_pids.components import RecordPIDsComponent
from b2share_pids.providers import B2REC_PROVIDER, EPIC_PROVIDER
from b2share_pids.schemes import B2REC, EPIC

PROVIDERS = [EPIC_PROVIDER, B2REC_PROVIDER]
"""For ``RDM_PERSISTENT_IDENTIFIER_PROVIDERS``."""

IDENTIFIERS: dict[str, dict[str, Any]] = {
    EPIC: {
        "providers": [EPIC],
        "required": True,
        "label": EPIC_PROVIDER.label,
        "is_enabled": EPIC_PROVIDER.is_enabled,
    },
    # Not "required" in stock's words, which leave out restricted records: our component mints it.
    B2REC: {
        "providers": [B2REC],
        "required": False,
        "label": B2REC_PROVIDER.label,
        "is_enabled": B2REC_PROVIDER.is_enabled,
    },
}
"""For ``RDM_PERSISTENT_IDENTIFIERS``."""

RECORD_COMPONENTS = [RecordPIDsComponent]
"""For ``RDM_RECORDS_SERVICE_COMPONENTS``, after the stock ``PIDsComponent``."""

BEAT_SCHEDULE: dict[str, dict[str, Any]] = {
    "b2share-pids-work": {
        "task": "b2share_pids.tasks.work",
        "schedule": timedelta(seconds=60),
        # Runs that no worker took within their minute would only pile up.
        "options": {"expires": 60},
    }
}
"""For ``CELERY_BEAT_SCHEDULE``."""

SIDE_BAR_TEMPLATES = ["b2share_pids/record_pids.html"]
"""For ``APP_RDM_DETAIL_SIDE_BAR_TEMPLATES``, after the block of the versions."""

VERSIONS = "invenio_app_rdm/records/details/side_bar/versions.html"
"""The stock block after which ours stand, where a site has it."""


def current(namespace: dict[str, Any], key: str, stock_default: Any) -> Any:
    """Return what a site has for a key: its file, else a configuration module, else stock."""
    if key in namespace:
        return namespace[key]
    points = sorted(entry_points(group="invenio_config.module"), key=lambda point: point.name)
    modules = (point.load() for point in reversed(points))
    return next((getattr(m, key) for m in modules if hasattr(m, key)), stock_default)


def added(items: list[Any], additions: list[Any]) -> list[Any]:
    """Return a new list with the additions at its end, each once."""
    return [*items, *(item for item in additions if item not in items)]


def side_bar(templates: list[str]) -> list[str]:
    """Return the blocks of the landing page's side bar with ours after the versions."""
    ours = [template for template in SIDE_BAR_TEMPLATES if template not in templates]
    place = templates.index(VERSIONS) + 1 if VERSIONS in templates else len(templates)
    return [*templates[:place], *ours, *templates[place:]]


def enable(namespace: dict[str, Any]) -> None:
    """Switch the plugin on for the site whose ``invenio.cfg`` has this namespace.

    Sets ``RDM_PERSISTENT_IDENTIFIER_PROVIDERS``, ``RDM_PERSISTENT_IDENTIFIERS``,
    ``RDM_RECORDS_SERVICE_COMPONENTS``, ``CELERY_BEAT_SCHEDULE``,
    ``APP_RDM_DETAIL_SIDE_BAR_TEMPLATES`` and ``B2SHARE_PIDS_ENABLED``, each to what is there
    plus ours. A second call changes nothing.
    """
    ns = namespace
    key = "RDM_PERSISTENT_IDENTIFIER_PROVIDERS"
    ns[key] = added(current(ns, key, rdm_defaults.RDM_PERSISTENT_IDENTIFIER_PROVIDERS), PROVIDERS)
    key = "RDM_PERSISTENT_IDENTIFIERS"
    ns[key] = {**current(ns, key, rdm_defaults.RDM_PERSISTENT_IDENTIFIERS), **IDENTIFIERS}
    key = "RDM_RECORDS_SERVICE_COMPONENTS"
    ns[key] = added(current(ns, key, DefaultRecordsComponents), RECORD_COMPONENTS)
    key = "CELERY_BEAT_SCHEDULE"
    ns[key] = {**current(ns, key, {}), **BEAT_SCHEDULE}
    key = "APP_RDM_DETAIL_SIDE_BAR_TEMPLATES"
    ns[key] = side_bar(current(ns, key, []))
    ns["B2SHARE_PIDS_ENABLED"] = True
