"""Accounts: users, their logins, failed logins, and whose each session is."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Makes the four tables; sessions from before have no owner and stay the machine's."""
    op.create_table(
        "users",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("name", sa.String(64), nullable=False, unique=True),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("password", sa.String(256), nullable=False),
        sa.Column("at", sa.String(32), nullable=False),
    )
    op.create_table(
        "logins",
        sa.Column("token", sa.String(64), primary_key=True),
        sa.Column("user_id", sa.String(32), nullable=False, index=True),
        sa.Column("until", sa.String(32), nullable=False),
    )
    op.create_table(
        "login_failures",
        sa.Column("n", sa.Integer, primary_key=True),
        sa.Column("what", sa.String(64), nullable=False, index=True),
        sa.Column("at", sa.String(32), nullable=False),
    )
    op.create_table(
        "owners",
        sa.Column("session_id", sa.String(32), primary_key=True),
        sa.Column("user_id", sa.String(32), nullable=False, index=True),
        sa.Column("shared", sa.Boolean, nullable=False),
    )
