# SPDX-License-Identifier: MIT
"""The PID providers ``epic`` and ``b2rec``: nobody chooses a value, nothing here speaks HTTP."""

from typing import Any
from uuid import uuid4

from flask import Flask, current_app
from invenio_i18n import lazy_gettext as _
from invenio_pidstore.errors import PIDDoesNotExistError
from invenio_pidstore.models import PersistentIdentifier, PIDStatus
from invenio_rdm_records.services.pids.providers import PIDProvider

from b2share_pids import ledger, tasks
from b2share_pids.schemes import B2REC, EPIC, b2rec_of, pid_value_of

Verdict = tuple[bool, list[dict[str, Any]]]


class ManagedProvider(PIDProvider):
    """A provider whose values are made by the server alone."""

    def __init__(self, name: str, label: Any) -> None:
        super().__init__(name, pid_type=name, label=label)

    @classmethod
    def is_enabled(cls, app: Flask) -> bool:  # type: ignore[override]  # stock calls it with app
        """Follow the switch of the plugin."""
        return bool(app.config.get("B2SHARE_PIDS_ENABLED", False))

    def can_modify(self, pid: PersistentIdentifier, **kwargs: Any) -> bool:
        """Refuse to drop or swap a PID once somebody may have cited it."""
        return bool(pid.status == PIDStatus.NEW)

    def refuse(self) -> Verdict:
        """Return the verdict on a value that was not made by this server for this record."""
        message = _("The identifier is given by the server and cannot be chosen.")
        return False, [{"field": f"pids.{self.pid_type}.identifier", "messages": [message]}]


class EpicProvider(ManagedProvider):
    """Give records a handle, registered later by the ledger's worker.

    ``register`` and ``update`` only wake the worker: the open work was noted in the publishing
    transaction, so that a crash or an outage loses nothing, and the status of the PID becomes
    REGISTERED when the worker has read the handle back.
    """

    def generate_id(self, record: Any, **kwargs: Any) -> str:
        """Return a new identifier: a full URL, the one form that is stored and shown."""
        return pid_value_of(f"{current_app.config['B2SHARE_PIDS_EPIC_PREFIX']}/{uuid4()}")

    def create(
        self,
        record: Any,
        pid_value: str | None = None,
        status: PIDStatus | None = None,
        **kwargs: Any,
    ) -> PersistentIdentifier:
        """Note a new PID; a fresh UUID needs no look whether it exists."""
        if pid_value is not None:
            return super().create(record, pid_value=pid_value, status=status, **kwargs)
        return PersistentIdentifier.create(
            self.pid_type,
            self.generate_id(record),
            pid_provider=self.name,
            object_type="rec",
            object_uuid=record.id,
            status=status or self.default_status,
        )

    def validate(
        self,
        record: Any,
        identifier: str | None = None,
        provider: str | None = None,
        **kwargs: Any,
    ) -> Verdict:
        """Accept only what PIDStore has for this record; asks nothing if nothing is given."""
        if identifier is None:
            return True, []
        try:
            pid = self.get(identifier)
        except PIDDoesNotExistError:
            return self.refuse()
        if pid.object_uuid != record.id or pid.is_deleted():
            return self.refuse()
        return True, []

    def validate_restriction_level(
        self, record: Any, identifier: str | None = None, **kwargs: Any
    ) -> None:
        """Drop a handle that was only reserved: a restricted record gets none."""
        if identifier and record["access"]["record"] == "restricted":
            pid = self.get(identifier)
            if pid.status == PIDStatus.NEW:
                self.delete(pid)
                del record["pids"][self.pid_type]

    def create_and_reserve(self, record: Any, **kwargs: Any) -> None:
        """Give a record whose embargo ends its handle, and note the work."""
        if self.pid_type in record.pids:
            return
        pid = self.create(record)
        self.reserve(pid, record=record)
        record.pids[self.pid_type] = {"identifier": pid.pid_value, "provider": self.name}
        ledger.note([ledger.Change("record", record.id, self.pid_type, pid.pid_value)])

    def register(self, pid: PersistentIdentifier, **kwargs: Any) -> bool:
        """Wake the worker."""
        tasks.wake()
        return True

    def update(self, pid: PersistentIdentifier, **kwargs: Any) -> bool:
        """Wake the worker."""
        tasks.wake()
        return True


class B2recProvider(ManagedProvider):
    """Give records their B2SHARE record id: the hex digits of their UUID, known to us alone."""

    def generate_id(self, record: Any, **kwargs: Any) -> str:
        """Return the id, always the same for a record."""
        return b2rec_of(record.id)

    def create(
        self,
        record: Any,
        pid_value: str | None = None,
        status: PIDStatus | None = None,
        **kwargs: Any,
    ) -> PersistentIdentifier:
        """Get or create the PID; stock names a status only while it publishes."""
        value = self.generate_id(record)
        try:
            return self.get(value)
        except PIDDoesNotExistError:
            status = PIDStatus.REGISTERED if status else PIDStatus.NEW
            return super().create(record, pid_value=value, status=status, **kwargs)

    def reserve(self, pid: PersistentIdentifier, **kwargs: Any) -> bool:
        """Register at once: there is no remote side."""
        return pid.is_registered() or bool(pid.register())

    def validate(
        self,
        record: Any,
        identifier: str | None = None,
        provider: str | None = None,
        **kwargs: Any,
    ) -> Verdict:
        """Accept only this record's own id; needs no look into the database."""
        if identifier is None or identifier == self.generate_id(record):
            return True, []
        return self.refuse()


EPIC_PROVIDER = EpicProvider(EPIC, label=_("ePIC handle"))
B2REC_PROVIDER = B2recProvider(B2REC, label=_("B2SHARE record id"))
