"""Structured logs on standard error: lines for people, JSON for machines."""

import logging
import sys

import structlog
from structlog.typing import Processor

from digest.config import LogSettings

_QUIET = ("alembic", "apscheduler", "uvicorn.access", "asyncio", "watchfiles")
"""Libraries that tell at INFO what only their authors want to know."""


def configure_logs(settings: LogSettings, *, level: str = "") -> None:
    """Send our events and the libraries' to standard error, in the form that is configured.

    ``level`` overrides the configured one when it is not empty.
    """
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_formatter(settings, shared))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel((level or settings.level).upper())
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


def _formatter(settings: LogSettings, shared: list[Processor]) -> logging.Formatter:
    wants_json = settings.format == "json" or (
        settings.format == "auto" and not sys.stderr.isatty()
    )
    renderer: list[Processor] = (
        [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
        if wants_json
        else [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())]
    )
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *renderer],
    )
