"""What editors waived of an issue's pre-flight, what was found behind links, and last looks."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Table, delete, select

from digest.model import LastLook, LinkCheck, Trial, Waiver
from digest.store.codec.looks import decode_look, encode_look
from digest.store.database import Database, portions
from digest.store.tables import last_looks, link_checks, trials, waivers


class SqlPreflight:
    """A :class:`digest.ports.PreflightStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def waive(self, issue_id: int, given: Sequence[Waiver]) -> None:
        """Keep waivers of an issue; a later one on the same finding replaces the earlier."""
        rows = [{"issue_id": issue_id, **_waiver_columns(waiver)} for waiver in given]
        self._put(waivers, rows, key=("issue_id", "rule", "excerpt"))

    def waivers(self, issue_id: int) -> tuple[Waiver, ...]:
        """What was waived of an issue, in order of rule and excerpt."""
        columns = waivers.c
        wanted = (
            select(waivers)
            .where(columns.issue_id == issue_id)
            .order_by(columns.rule, columns.excerpt)
        )
        with self._database.reading() as connection:
            return tuple(_waiver(row) for row in connection.execute(wanted))

    def keep_trial(self, issue_id: int, trial: Trial) -> None:
        """Keep that a test of an issue was sent; a later one of the same rendering replaces it."""
        row = {"issue_id": issue_id, "digest": trial.digest, "by": trial.by, "at": trial.at}
        self._put(trials, [row], key=("issue_id", "digest"))

    def trials(self, issue_id: int) -> tuple[Trial, ...]:
        """The tests of an issue that were sent, the newest first."""
        columns = trials.c
        wanted = (
            select(trials)
            .where(columns.issue_id == issue_id)
            .order_by(columns.at.desc(), columns.digest)
        )
        with self._database.reading() as connection:
            rows = connection.execute(wanted)
            return tuple(Trial(digest=row.digest, by=row.by, at=row.at) for row in rows)

    def keep_links(self, checks: Sequence[LinkCheck], *, since: datetime) -> None:
        """Keep what was found behind links; what is older than ``since`` is forgotten."""
        with self._database.writing() as connection:
            connection.execute(delete(link_checks).where(link_checks.c.checked_at < since))
        self._put(link_checks, [_link_columns(check) for check in checks], key=("url",))

    def links(self, urls: Sequence[str], *, since: datetime) -> dict[str, LinkCheck]:
        """What was found behind those links that were asked ``since`` then."""
        found: dict[str, LinkCheck] = {}
        fresh = select(link_checks).where(link_checks.c.checked_at >= since)
        with self._database.reading() as connection:
            for some in portions(list(dict.fromkeys(urls))):
                rows = connection.execute(fresh.where(link_checks.c.url.in_(some)))
                found.update((row.url, _link(row)) for row in rows)
        return found

    def keep_look(self, issue_id: int, look: LastLook) -> None:
        """Keep the last look at an issue, in place of the one before."""
        row = {
            "issue_id": issue_id,
            "approved_at": look.approved_at,
            "looked_at": look.looked_at,
            "document": encode_look(look),
        }
        self._put(last_looks, [row], key=("issue_id",))

    def look(self, issue_id: int) -> LastLook | None:
        """The last look at an issue, of whichever approval."""
        wanted = select(last_looks).where(last_looks.c.issue_id == issue_id)
        with self._database.reading() as connection:
            row = connection.execute(wanted).one_or_none()
        if row is None:
            return None
        return decode_look(row.document, approved_at=row.approved_at, looked_at=row.looked_at)

    def _put(self, table: Table, rows: Sequence[dict[str, object]], *, key: Sequence[str]) -> None:
        if not rows:
            return
        new = self._database.insert(table)
        changes = {name: new.excluded[name] for name in rows[0] if name not in key}
        either = new.on_conflict_do_update(index_elements=list(key), set_=changes)
        with self._database.writing() as connection:
            connection.execute(either, list(rows))


def _waiver_columns(waiver: Waiver) -> dict[str, object]:
    return {
        "rule": waiver.rule,
        "excerpt": waiver.excerpt,
        "reason": waiver.reason,
        "by": waiver.by,
        "at": waiver.at,
    }


def _waiver(row: Row[Any]) -> Waiver:
    return Waiver(rule=row.rule, excerpt=row.excerpt, reason=row.reason, by=row.by, at=row.at)


def _link_columns(check: LinkCheck) -> dict[str, object]:
    return {
        "url": check.url,
        "checked_at": check.checked_at,
        "final_url": check.final_url,
        "failure": check.failure,
        "status": check.status,
        "unresolved": check.unresolved,
    }


def _link(row: Row[Any]) -> LinkCheck:
    return LinkCheck(
        url=row.url,
        checked_at=row.checked_at,
        final_url=row.final_url,
        failure=row.failure,
        status=row.status,
        unresolved=row.unresolved,
    )
