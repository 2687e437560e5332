"""Mail is sent when the standing of a source changes, and only then, to those who asked (FI-27, FI-38)."""

from __future__ import annotations

import ckan.plugins.toolkit as tk
import pytest

import replay
from ckanext.migration.harvest import notifying
from harvest_portal import call, package


@pytest.fixture
def mails(monkeypatch):
    """Run the mail job at once and keep what it hands to the mailer."""
    sent = []
    monkeypatch.setattr(tk, "enqueue_job", lambda job, args, **_more: job(*args))
    monkeypatch.setattr(
        tk, "mail_recipient", lambda _name, to, subject, body: sent.append((to, subject, body))
    )
    return sent


def test_fi_38_only_a_change_of_standing_is_told(partner, mails, monkeypatch):
    partner.register(notify="data@partner.example, steward@agency.example")
    partner.offer(*(package(number) for number in range(1, 7)))
    partner.run()
    partner.run()
    assert mails == [], "all is well and was well"

    partner.offer()
    run = partner.run()
    assert run["state"] == "needs-approval"
    assert [to for to, _subject, _body in mails] == ["data@partner.example", "steward@agency.example"]
    assert "waits for a person" in mails[0][1]
    assert "The partner's list was empty" in mails[0][2]
    assert run["id"] in mails[0][2]
    partner.run()
    assert len(mails) == 2, "the same again is not told again"

    partner.offer(*(package(number) for number in range(1, 7)))
    partner.run()
    assert len(mails) == 4
    assert "went well" in mails[-1][1]


def test_fi_27_a_mail_server_that_is_away_costs_nothing(partner, monkeypatch):
    monkeypatch.setattr(tk, "enqueue_job", lambda job, args, **_more: job(*args))

    def refuse(*_given):
        raise OSError("no route")

    monkeypatch.setattr(tk, "mail_recipient", refuse)
    partner.register(notify="data@partner.example")
    partner.portal.answering = lambda _path, _query: replay.Answer(b"gone", "text/plain", 410)

    assert partner.run()["state"] == "failed"


def test_nobody_is_told_who_did_not_ask(partner, mails):
    partner.register()
    partner.portal.answering = lambda _path, _query: replay.Answer(b"gone", "text/plain", 410)
    partner.run()

    assert mails == []


@pytest.mark.parametrize(
    "text", ["nobody", "a@b.example; c@d.example", "a@b.example\nBcc: x", "<a@b.example>"]
)
def test_cf_01_what_is_no_address_is_refused(partner, text):
    with pytest.raises(tk.ValidationError, match="mail address"):
        partner.register(notify=text)


def test_addresses_are_kept_one_after_the_other(partner):
    assert partner.register(notify="a@b.example ,c@d.example")["notify"] == "a@b.example, c@d.example"
    assert notifying.addresses(call("source_show", id="partner")["notify"]) == ["a@b.example", "c@d.example"]
