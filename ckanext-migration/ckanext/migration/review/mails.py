"""Short mails through CKAN's mailer, where operators want them: that something waits, and where."""

from __future__ import annotations

import logging
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model
from redis.exceptions import RedisError

from ckanext.migration.review import config
from ckanext.migration.review.model import STEP

log = logging.getLogger(__name__)


def submitted(package: Any) -> None:
    """Tell the administrators of the agency that a dataset waits for them."""
    members = model.Session.execute(
        sa.select(model.Member.table_id).where(
            model.Member.group_id == package.owner_org,
            model.Member.table_name == "user",
            model.Member.capacity == "admin",
            model.Member.state == "active",
        )
    )
    _queue(package, [row[0] for row in members], "submitted")


def decided(package: Any) -> None:
    """Tell whoever submitted a dataset last that there is a decision."""
    query = sa.select(STEP.c.user_id).where(STEP.c.package_id == package.id, STEP.c.step == "submitted")
    user = model.Session.execute(query.order_by(STEP.c.id.desc()).limit(1)).scalar()
    _queue(package, [user] if user else [], "decided")


def _queue(package: Any, users: list[str], occasion: str) -> None:
    """Leave the mails to a job worker, so that a slow mail server delays nobody."""
    if not config.mails() or not users:
        return
    try:
        tk.enqueue_job(send, [package.id, users, occasion], title="review mails")
    except RedisError as error:
        log.warning("review.mail-not-queued package=%s: %s", package.id, type(error).__name__)


def send(package_id: str, users: list[str], occasion: str) -> None:
    """Send the mails of one occasion (job). The address names the dataset by its id alone."""
    site = str(tk.config.get("ckan.site_url") or "").rstrip("/")
    url = f"{site}/dataset/{package_id}/review"
    subject, text = _words(occasion)
    for user in filter(None, map(model.User.get, users)):
        if user.state != model.State.ACTIVE or not user.email:
            continue
        try:
            tk.mail_user(user, subject, f"{text}\n\n{url}\n")
        except Exception as error:  # noqa: BLE001 - one address that does not work must not keep the mail from the others
            log.warning("review.mail-failed package=%s: %s", package_id, type(error).__name__)


def _words(occasion: str) -> tuple[str, str]:
    site = tk.config.get("ckan.site_title") or "CKAN"
    if occasion == "submitted":
        return (
            tk._("{site}: a dataset waits for your review").format(site=site),
            tk._("A dataset of your agency was submitted for review:"),
        )
    return (
        tk._("{site}: there is a decision about a dataset").format(site=site),
        tk._("The review of a dataset that you submitted has ended. See what was decided:"),
    )
