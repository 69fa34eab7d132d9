"""Two subjects: who gets which, the renderings under the second, and what came of trying them."""

import sqlalchemy as sa
from alembic import op

revision = "0018_arms"
down_revision = "0017_afterwards"

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add the column, and make the tables."""
    op.add_column("deliveries", sa.Column("arm", sa.String(16)))
    op.create_table(
        "second_renderings",
        sa.Column("issue_id", sa.Integer, sa.ForeignKey("issues.id"), primary_key=True),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("preheader", sa.Text, nullable=False),
        sa.Column("html", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("web", sa.Text, nullable=False),
    )
    op.create_table(
        "subject_trials",
        sa.Column("issue_id", sa.Integer, sa.ForeignKey("issues.id"), primary_key=True),
        sa.Column("rule", sa.String(16), nullable=False),
        sa.Column("minimum", sa.Integer, nullable=False),
        sa.Column("started_at", _MOMENT, nullable=False),
        sa.Column("ends_at", _MOMENT, nullable=False),
        sa.Column("rest", sa.Integer, nullable=False),
        sa.Column("winner", sa.String(16)),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("decided_by", sa.Text, nullable=False),
        sa.Column("decided_at", _MOMENT),
        sa.Column("figures", sa.Text, nullable=False),
    )
