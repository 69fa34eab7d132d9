"""Alembic's migrations of the tables; each is never edited once released."""
