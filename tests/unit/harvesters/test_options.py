"""Options of a source: declared once by its protocol, checked by name and kind (CF-01)."""

from __future__ import annotations

import pytest

from migration_harvesters import options, registry
from migration_harvesters.errors import PartnerConfigError
from migration_harvesters.options import Option

LABEL = {"en": "Label", "fr": "Libellé"}


def option(**changes):
    return Option(**{"name": "thing", "label": LABEL, **changes})


@pytest.mark.parametrize("protocol", registry.protocols())
def test_each_protocol_declares_its_options_for_people_in_two_languages(protocol):
    declared = registry.known_options(protocol)
    assert declared is not None, f"{protocol} has no OPTIONS"
    names = [entry.name for entry in declared]
    assert len(names) == len(set(names))
    for entry in declared:
        assert entry.label["en"], entry.name
        assert entry.label["fr"], entry.name
        assert (entry.kind == "choice") == bool(entry.choices), entry.name
        if entry.default is not None:
            assert entry.read(entry.default) == entry.default, entry.name
    for lang in ("en", "fr"):
        assert registry.title(protocol, lang)
        assert registry.address(protocol, lang)


@pytest.mark.parametrize(
    ("kind", "given", "read"),
    [
        ("text", " a ", "a"),
        ("number", "7", 7),
        ("flag", "yes", True),
        ("flag", "false", False),
        ("list", "a, b\nc,", ["a", "b", "c"]),
        ("list", ["a", " b "], ["a", "b"]),
        ("lines", "a, b\n\nc", ["a, b", "c"]),
        ("mapping", "a = 1\n\nb=x=y", {"a": "1", "b": "x=y"}),
        ("address", "https://partner.example/x", "https://partner.example/x"),
    ],
)
def test_a_value_is_read_as_people_write_it(kind, given, read):
    assert option(kind=kind).read(given) == read


@pytest.mark.parametrize(
    ("changes", "given"),
    [
        ({}, {"a": 1}),
        ({}, True),
        ({"kind": "number"}, "many"),
        ({"kind": "number"}, True),
        ({"kind": "number"}, 1.5),
        ({"kind": "number", "minimum": 1}, 0),
        ({"kind": "number", "maximum": 9}, 10),
        ({"kind": "flag"}, "perhaps"),
        ({"kind": "list"}, 7),
        ({"kind": "choice", "choices": ("a", "b")}, "c"),
        ({"kind": "mapping"}, "no equals sign"),
        ({"kind": "mapping"}, [1]),
        ({"kind": "address"}, "ftp://partner.example"),
    ],
)
def test_cf_01_a_wrong_value_is_refused_by_the_name_of_its_option(changes, given):
    with pytest.raises(PartnerConfigError, match=r"^thing: "):
        options.check([option(**changes)], {"thing": given})


def test_cf_01_an_unknown_option_is_refused_with_those_that_exist():
    with pytest.raises(PartnerConfigError, match=r"^thin: .*it has: language, thing"):
        options.check((*options.COMMON, option()), {"thin": "x"})


def test_an_option_that_is_needed_is_asked_for_and_empty_ones_are_left_out():
    with pytest.raises(PartnerConfigError, match=r"^thing: this option is needed"):
        options.check([option(required=True)], {"thing": ""})
    assert options.check([option(), option(name="other", kind="list")], {"thing": "", "other": []}) == {}


def test_a_protocol_without_declarations_takes_what_it_is_given():
    class Foreign:
        pass

    assert options.declared(Foreign) is None
    assert options.check(options.declared(Foreign), {"anything": 1}) == {"anything": 1}
