"""What the service knows of its own jobs, for /healthz."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class JobHealth:
    """One recurring job: when it last went well, and what went wrong since."""

    name: str
    every: timedelta
    started_at: datetime
    ok_at: datetime | None = None
    error: str = ""

    def failing(self, now: datetime) -> bool:
        """Whether it failed last time, or has been silent for ten of its intervals."""
        silent_for = now - (self.ok_at or self.started_at)
        return bool(self.error) or silent_for > 10 * self.every + timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthReport:
    """The verdict over all jobs, and the findings behind it."""

    ok: bool
    findings: Mapping[str, object]


class Pulse:
    """Keeps the health of every job; safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._jobs: dict[str, JobHealth] = {}

    def expect(self, name: str, *, every: timedelta, now: datetime) -> None:
        """Watch a job that should run at this interval."""
        with self._lock:
            self._jobs[name] = JobHealth(name=name, every=every, started_at=now)

    def went_well(self, name: str, *, now: datetime) -> None:
        """Note a run without an error."""
        with self._lock:
            self._jobs[name] = replace(self._jobs[name], ok_at=now, error="")

    def went_wrong(self, name: str, error: str) -> None:
        """Note a run that failed; the job runs again all the same."""
        with self._lock:
            self._jobs[name] = replace(self._jobs[name], error=error)

    def report(self, now: datetime) -> HealthReport:
        """Whether all is well, and the facts behind it as plain data."""
        with self._lock:
            jobs = tuple(self._jobs.values())
        facts = {
            job.name: {
                "ok": not job.failing(now),
                "last_ok": job.ok_at and job.ok_at.isoformat(),
                "error": job.error,
            }
            for job in jobs
        }
        ok = not any(job.failing(now) for job in jobs)
        return HealthReport(ok=ok, findings={"jobs": facts})
