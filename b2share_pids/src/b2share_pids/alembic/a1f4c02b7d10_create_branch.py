# SPDX-License-Identifier: MIT
"""Create the branch b2share_pids."""

revision = "a1f4c02b7d10"
down_revision = None
branch_labels = ("b2share_pids",)
depends_on = None


def upgrade():
    """Only the branch is new."""


def downgrade():
    """Only the branch goes."""
