"""Free text, dates and language names as partners write them."""

# ruff: noqa: E501 - tables of cases read best one case a line

from __future__ import annotations

import pytest

from migration_harvesters import text


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2013", "2013"), ("2013-04", "2013-04"), ("2013-04-26", "2013-04-26"), ("2013-09-30 22:00:00", "2013-09-30"),
        ("2017-10-25T13:46:11.509167", "2017-10-25"), ("2017-10-25T13:46:11Z", "2017-10-25"), ("2020-01-01+02:00", "2020-01-01"),
        ("2020Z", "2020"), ("jeu, 19/12/2019 - 03:00", "2019-12-19"), ("26/05/2009", "2009-05-26"), ("05/26/2009", "2009-05-26"),
        ("05/05/2009", "2009-05-05"), ("06/05/2009", None), ("18.11.2013", "2013-11-18"), ("Mon, 30 Jan 2023 14:58:59 GMT", "2023-01-30"),
        ("1516734237", "2018-01-23"), ("2013-02-30", None), ("2013-13", None), ("0000", None), ("10000", None), ("-0005", None),
        ("yesterday", None), ("", None), (None, None), (2013, "2013"), (True, None), ("2013-4-6", None), ("Montag, 18. November 2013", None),
    ],
)  # fmt: skip
def test_a_date_is_read_for_certain_or_not_at_all(written, read):
    assert text.day(written) == read


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("[2020-01-01T00:00:00 TO 2020-12-31T23:59:59]", {"start": "2020-01-01", "end": "2020-12-31"}),
        ("[2020-01-01T00:00:00 TO *]", {"start": "2020-01-01"}),
        ("08/01/2014-08/31/2014", {"start": "2014-08-01", "end": "2014-08-31"}),
        ("01/02/2014", {"start": "2014-01-02", "end": "2014-01-02"}),
        ("2010/2012-06", {"start": "2010", "end": "2012-06"}),
        ("2010/..", {"start": "2010"}),
        ("start=2010-01-01; end=2011-01-01;", {"start": "2010-01-01", "end": "2011-01-01"}),
        ("2015", {"start": "2015", "end": "2015"}),
        ("recent years", {}),
        (None, {}),
    ],
)
def test_a_period_is_read_as_far_as_it_is_said(written, read):
    assert text.period(written) == read


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("<p>One</p><p>Two &amp; three</p>", "One\n\nTwo & three"),
        ("<ul><li>a</li><li>b</li></ul>", "- a\n- b"),
        ('See <a href="https://x.org/">this</a><br/>now', "See [this](https://x.org/)\nnow"),
        ('<a href="javascript:alert(1)">click</a>', "click"),
        ("<p>x<script>alert(1)</script><style>p{}</style>y</p>", "xy"),
        ("<b>Strong</b> <em>words</em>", "**Strong** *words*"),
        ("a < b and c > d", "a < b and c > d"),
        ("# Heading\n\n[link](https://x.org)", "# Heading\n\n[link](https://x.org)"),
        ("caf&eacute; &amp; more", "café & more"),
        ("\x00null\x07\ud800", "null"),
        ("\u200f\u202b \u200b", ""),
        ("   ", ""),
        (300.21, "300.21"),
        (None, ""),
        (["a"], ""),
        ("x" * 1_000_000, ""),
    ],
)
def test_js07_js15_texts_become_markdown_that_people_can_read(written, read):
    assert text.markdown(written) == read


def test_js15_a_title_is_one_line_and_no_book():
    assert text.line("A\n title\u00a0with  gaps") == "A title with gaps"
    assert text.line("x" * 1_000_000) == ""


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("en-GB", "en"), ("pt_BR", "pt"), ("FRA", "FRA"), ("French", "French"), ("sr@latin", "sr"),
        ("http://publications.europa.eu/resource/authority/language/ENG", "ENG"), ("", ""), (None, ""),
    ],
)  # fmt: skip
def test_languages_lose_their_region(written, read):
    assert text.language(written) == read
