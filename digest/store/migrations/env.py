"""Alembic's entry point: runs migrations on the connection it is handed, inside its transaction."""

from alembic import context

from digest.store.metadata import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,  # SQLite changes a table by copying it
)
context.run_migrations()
