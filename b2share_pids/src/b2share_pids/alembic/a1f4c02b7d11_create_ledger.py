# SPDX-License-Identifier: MIT
"""Create the ledger of open work on PIDs."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "a1f4c02b7d11"
down_revision = "a1f4c02b7d10"
branch_labels = ()
depends_on = None


def time_column(name, **options):
    return sa.Column(name, sa.DateTime(timezone=True), **options)


def upgrade():
    """Create table and indices."""
    now = {"nullable": False, "server_default": sa.func.now()}
    op.create_table(
        "b2share_pids_ledger",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("object_type", sa.String(6), nullable=False),
        sa.Column("object_id", postgresql.UUID(), nullable=False),
        sa.Column("scheme", sa.String(6), nullable=False),
        sa.Column("pid_value", sa.String(255), nullable=False),
        sa.Column("generation", sa.BigInteger(), server_default="1", nullable=False),
        sa.Column("done_generation", sa.BigInteger(), server_default="0", nullable=False),
        time_column("open_since", **now),
        sa.Column("lease_owner", sa.String(64)),
        time_column("lease_until"),
        time_column("sent_at"),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        time_column("next_try", **now),
        sa.Column("last_error", sa.Text()),
        time_column("parked_at"),
        time_column("created", **now),
        time_column("updated", **now),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_b2share_pids_ledger")),
        sa.UniqueConstraint(
            "object_type", "object_id", "scheme", name="uq_b2share_pids_ledger_object"
        ),
    )
    op.create_index(
        "ix_b2share_pids_ledger_open",
        "b2share_pids_ledger",
        ["attempts", "next_try"],
        postgresql_where=sa.text("generation > done_generation AND parked_at IS NULL"),
    )
    op.create_index("ix_b2share_pids_ledger_pid_value", "b2share_pids_ledger", ["pid_value"])


def downgrade():
    """Drop the table; the handles on the server and PIDStore stay as they are."""
    op.drop_table("b2share_pids_ledger")
