"""What an administrator can set for a source: each protocol declares its options once, on its source class.

The form of a source and the check of what is given by API or as YAML are made of these declarations. A class
without `OPTIONS` takes whatever it is given.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from migration_harvesters.errors import PartnerConfigError

Kind = Literal["text", "number", "flag", "list", "lines", "choice", "mapping", "address"]
Texts = Mapping[str, str]  # a text by language; English always, French by custom of the house

_YES = frozenset({"true", "yes", "on", "1"})
_NO = frozenset({"false", "no", "off", "0", ""})


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One option of a protocol.

    Of the kinds, `list` is a list of texts, `lines` one of texts that may hold commas, `mapping` names and
    values, and `choice` one of `choices`.
    `minimum` and `maximum` bound a number. `example` is shown in the empty field of a form.
    """

    name: str
    label: Texts
    help: Texts = field(default_factory=dict)
    kind: Kind = "text"
    choices: tuple[str, ...] = ()
    default: Any = None
    required: bool = False
    minimum: int | None = None
    maximum: int | None = None
    example: str = ""

    def of(self, given: Mapping[str, Any]) -> Any:
        """Read the option out of what is given, or give its default. Raises PartnerConfigError."""
        value = given.get(self.name)
        return self.default if value in (None, "") else self.read(value)

    def read(self, value: Any) -> Any:
        """Bring a value into its form; a text is read as people write it.

        Raises PartnerConfigError that names the option and what is wrong with the value (CF-01).
        """
        return _READERS[self.kind](self, value)


LANGUAGE = Option(
    name="language",
    label={"en": "Language of the texts", "fr": "Langue des textes"},
    help={
        "en": "For texts that do not say theirs: two letters, such as en.",
        "fr": "Pour les textes qui ne l'indiquent pas : deux lettres, par exemple fr.",
    },
    example="en",
)
COMMON = (LANGUAGE,)


WHOLE_LISTS = Option(
    name="whole_lists",
    label={"en": "Read the whole list each time", "fr": "Lire chaque fois la liste entière"},
    help={
        "en": "Otherwise, between whole lists, only what changed. Choose it if the partner's dates of change "
        "cannot be relied on.",
        "fr": "Sinon, entre deux listes entières, seulement ce qui a changé. À choisir si les dates du "
        "partenaire ne sont pas fiables.",
    },
    kind="flag",
    default=False,
)


def all_types(besides: Texts) -> Option:
    """Make the option to read more than datasets; `besides` says what comes then."""
    return Option(
        name="all_types",
        label={"en": "Read records of all types", "fr": "Lire les fiches de tous les types"},
        help=besides,
        kind="flag",
        default=False,
    )


def rows(default: int, most: int) -> Option:
    """Make the option for how many records are asked for at once."""
    return Option(
        name="rows",
        label={"en": "Records a page", "fr": "Fiches par page"},
        kind="number",
        default=default,
        minimum=1,
        maximum=most,
    )


def said(texts: Texts, lang: str) -> str:
    """Give a text in a language, else in English."""
    return texts.get(lang) or texts.get("en", "")


def declared(source: Any) -> tuple[Option, ...] | None:
    """List the options of a source class with those that all protocols have; None if it declares none."""
    own = getattr(source, "OPTIONS", None)
    return None if own is None else (*COMMON, *own)


def check(known: Iterable[Option] | None, given: Mapping[str, Any]) -> dict[str, Any]:
    """Check what is given against the declared options, and bring each value into its form.

    Empty values are left out. Raises PartnerConfigError that names the option (CF-01).
    """
    if known is None:
        return dict(given)
    by_name = {option.name: option for option in known}
    for name in given:
        if name not in by_name:
            names = ", ".join(sorted(by_name))
            raise PartnerConfigError(f"{name}: this protocol has no such option; it has: {names}.")
    read = {name: by_name[name].read(value) for name, value in given.items() if value not in (None, "")}
    for option in by_name.values():
        if option.required and read.get(option.name) in (None, "", [], {}):
            raise PartnerConfigError(f"{option.name}: this option is needed.")
    return {name: value for name, value in read.items() if value not in (None, "", [], {})}


def _wrong(option: Option, what: str) -> PartnerConfigError:
    return PartnerConfigError(f"{option.name}: {what}.")


def _text(option: Option, value: Any) -> str:
    if not isinstance(value, str | int | float) or isinstance(value, bool):
        raise _wrong(option, "expected a text")
    return str(value).strip()


def _number(option: Option, value: Any) -> int:
    try:
        number = int(value)
    except (TypeError, ValueError):
        raise _wrong(option, "expected a whole number") from None
    if isinstance(value, bool) or (isinstance(value, float) and value != number):
        raise _wrong(option, "expected a whole number")
    if option.minimum is not None and number < option.minimum:
        raise _wrong(option, f"must be at least {option.minimum}")
    if option.maximum is not None and number > option.maximum:
        raise _wrong(option, f"must be at most {option.maximum}")
    return number


def _flag(option: Option, value: Any) -> bool:
    if isinstance(value, bool):
        return value
    word = str(value).strip().lower()
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise _wrong(option, "expected yes or no")


def _list(option: Option, value: Any) -> list[str]:
    parts = value.replace("\n", ",").split(",") if isinstance(value, str) else value
    if not isinstance(parts, list | tuple):
        raise _wrong(option, "expected a list of texts")
    return [text for part in parts if (text := _text(option, part))]


def _lines(option: Option, value: Any) -> list[str]:
    parts = value.splitlines() if isinstance(value, str) else value
    return _list(option, parts)


def _choice(option: Option, value: Any) -> str:
    chosen = _text(option, value)
    if chosen not in option.choices:
        raise _wrong(option, f"must be one of: {', '.join(option.choices)}")
    return chosen


def _mapping(option: Option, value: Any) -> dict[str, Any]:
    """Read names and values; a text has one `name = value` on each line."""
    if isinstance(value, str):
        pairs = [line.partition("=") for line in value.splitlines() if line.strip()]
        if not all(sign and name.strip() for name, sign, _rest in pairs):
            raise _wrong(option, "expected lines of the form name = value")
        return {name.strip(): rest.strip() for name, _sign, rest in pairs}
    if not isinstance(value, Mapping):
        raise _wrong(option, "expected names and values")
    return dict(value)


def _address(option: Option, value: Any) -> str:
    text = _text(option, value)
    if not text.lower().startswith(("http://", "https://")):
        raise _wrong(option, "expected a web address that begins with http:// or https://")
    return text


_READERS: Mapping[Kind, Callable[[Option, Any], Any]] = {
    "text": _text,
    "number": _number,
    "flag": _flag,
    "list": _list,
    "lines": _lines,
    "choice": _choice,
    "mapping": _mapping,
    "address": _address,
}
