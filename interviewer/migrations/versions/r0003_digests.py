"""A digest of each event, so that a changed byte is noticed."""

import hashlib

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

AT_ONCE = 1000


def upgrade() -> None:
    """Adds the column and fills it in for the events that are there."""
    op.add_column("events", sa.Column("digest", sa.String(16)))
    events = sa.table("events", *(sa.column(name) for name in ("session_id", "seq", "at", "type", "payload", "digest")))
    fill = (
        sa.update(events)
        .where(events.c.session_id == sa.bindparam("id"), events.c.seq == sa.bindparam("n"))
        .values(digest=sa.bindparam("found"))
    )
    connection = op.get_bind()
    query = sa.select(events).where(events.c.digest.is_(None)).limit(AT_ONCE)
    while rows := connection.execute(query).all():
        connection.execute(fill, [{"id": row.session_id, "n": row.seq, "found": _digest(*row[:5])} for row in rows])


def _digest(*fields: object) -> str:
    return hashlib.sha256("\n".join(map(str, fields)).encode()).hexdigest()[:16]
