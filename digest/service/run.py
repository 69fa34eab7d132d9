"""Run the service: ticks, pages, and a clean end."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import structlog
import uvicorn
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

from digest.app import App
from digest.deliver.intake.lmtp import LmtpListener
from digest.errors import ListenError
from digest.pipeline.feedback import take_feedback
from digest.service.health import HealthReport, Pulse
from digest.service.jobs import COLLECT, HUBS, INBOX, PUBLISH, PUSHES, UPKEEP, Jobs

log = structlog.get_logger(__name__)

COLLECT_EVERY = timedelta(minutes=1)
"""How often the feeds that are due are looked for; each has an interval of its own."""
PUBLISH_EVERY = timedelta(seconds=20)
"""How often issues that are due are looked for."""
HUBS_EVERY = timedelta(minutes=1)
"""How often subscriptions at hubs that are due are looked for."""
PUSHES_EVERY = timedelta(seconds=10)
"""How often documents that hubs pushed are looked for: one indexed query where there are none."""
INBOX_EVERY = timedelta(seconds=20)
"""How often it is looked whether the bounce mailbox is due; its interval is configured."""
UPKEEP_EVERY = timedelta(days=1)
"""How often what is no longer needed is looked for: it reads every issue there is."""

Site = Callable[[App, Callable[[], HealthReport]], Any]
"""Makes the ASGI application of the public pages."""


def serve(app: App, *, site: Site, stop: threading.Event) -> None:
    """Tick and answer until ``stop`` is set, then finish what is in hand.

    :raises ListenError: when the port of the public pages cannot be had.
    """
    pulse = Pulse()
    server = Pages(app, site(app, lambda: pulse.report(app.clock())))
    server.start()
    try:
        listener = _listener(app)
    except ListenError:
        server.stop()
        raise
    scheduler = _schedule(Jobs(app, pulse=pulse, stop=stop), app, pulse)
    scheduler.start()
    if address := app.config.settings.deliver.test_mode:
        log.warning("test_mode.on", address=address, note="no reader gets any issue")
    log.info("service.started", url=app.config.settings.web.public_url, port=server.port)
    try:
        stop.wait()
    finally:
        log.info("service.draining")
        stop.set()
        if listener is not None:
            listener.stop()
        scheduler.shutdown(wait=True)
        server.stop()
        log.info("service.stopped")


def _listener(app: App) -> LmtpListener | None:
    """What takes returned mail, listening; None where none is wanted.

    :raises ListenError: when its port cannot be had.
    """
    settings = app.config.settings.feedback
    if not settings.lmtp_port:
        return None
    listener = LmtpListener(
        lambda data: take_feedback(app, data),
        bounce_address=settings.bounce_address,
        host=settings.lmtp_host,
        port=settings.lmtp_port,
    )
    listener.start()
    return listener


class Pages:
    """The public pages, served from a thread of their own."""

    def __init__(self, app: App, asgi: Any) -> None:  # noqa: ANN401 - ASGI has no type in uvicorn
        web = app.config.settings.web
        self.host = web.host
        self.port = web.port
        self._server = uvicorn.Server(
            uvicorn.Config(
                asgi,
                host=web.host,
                port=web.port,
                log_config=None,
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=5,
            )
        )
        self._thread = threading.Thread(target=self._server.run, name="pages", daemon=True)

    def start(self) -> None:
        """Listen.

        :raises ListenError: when the port cannot be had.
        """
        self._thread.start()
        while not self._server.started:
            self._thread.join(timeout=0.02)
            if not self._thread.is_alive():
                raise ListenError(
                    f"cannot listen on {self.host}:{self.port}; is it in use? "
                    f"Set another [web] port in digest.toml"
                )
        self.port = self._server.servers[0].sockets[0].getsockname()[1]

    def stop(self) -> None:
        """Finish the requests under way and close."""
        self._server.should_exit = True
        self._thread.join(timeout=10)


def _schedule(jobs: Jobs, app: App, pulse: Pulse) -> BackgroundScheduler:
    """The ticks. What is due is decided from the store, so a missed tick costs nothing."""
    scheduler = BackgroundScheduler(
        timezone="UTC",
        job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
    )
    now = app.clock()
    for name, job, every in (
        (COLLECT, jobs.collect, COLLECT_EVERY),
        (PUBLISH, jobs.publish, PUBLISH_EVERY),
        (HUBS, jobs.hubs, HUBS_EVERY),
        (PUSHES, jobs.pushes, PUSHES_EVERY),
        (INBOX, jobs.inbox, INBOX_EVERY),
        (UPKEEP, jobs.upkeep, UPKEEP_EVERY),
    ):
        pulse.expect(name, every=every, now=now)
        trigger = IntervalTrigger(seconds=int(every.total_seconds()))
        scheduler.add_job(job, trigger, id=name, next_run_time=now)
    return scheduler
