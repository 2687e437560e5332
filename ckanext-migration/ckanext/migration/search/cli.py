"""``ckan migration search``."""

from __future__ import annotations

import click

search = click.Group("search", help="The search index.")
