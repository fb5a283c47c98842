"""What Alembic runs for each command: the revisions, over the connection that `migrate` has opened and locked."""

from alembic import context

from interviewer.migrations import VERSION_TABLE

context.configure(
    connection=context.config.attributes["connection"],
    version_table=VERSION_TABLE,
    # SQLite changes a column by copying its table.
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
