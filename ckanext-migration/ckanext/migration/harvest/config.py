"""The configuration of the harvest, typed; every option is declared in config_declaration.yaml."""

from __future__ import annotations

from datetime import timedelta

import ckan.plugins.toolkit as tk

from ckanext.migration.harvest.decisions import Limits

AREA = "ckanext.migration.harvest"


def limits() -> Limits:
    """Say how much change passes without a person."""
    return Limits(
        shrink_share=_number("shrink_percent") / 100,
        shrink_minimum=_number("shrink_minimum"),
        growth_share=_number("growth_percent") / 100,
        growth_minimum=_number("growth_minimum"),
        worse_share=_number("worse_percent") / 100,
        worse_minimum=_number("worse_minimum"),
        grace=timedelta(days=_number("grace_days")),
        grace_runs=_number("grace_runs"),
    )


def whole_list_interval() -> timedelta:
    """Say how old the last whole list of a source may be for a run to read only what changed since."""
    return timedelta(days=max(0, _number("whole_list_days")))


def lease_seconds() -> int:
    """Say after how long a silent worker loses its run."""
    return max(1, _number("lease_seconds"))


def batch_size() -> int:
    """Say how many records are mapped and validated together."""
    return max(1, _number("batch_size"))


def postponements() -> int:
    """Say how often a run waits for a partner who asks us to come back later, before it is given up."""
    return max(0, _number("postponements"))


def readers_per_host() -> int:
    """Say how many runs may read from the same host at once."""
    return max(1, _number("readers_per_host"))


def request_gap() -> float:
    """Say how many seconds lie between two requests to the same partner."""
    return max(0, _number("request_gap_milliseconds")) / 1000


def _number(option: str) -> int:
    return int(tk.config[f"{AREA}.{option}"])
