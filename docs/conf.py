"""Sphinx configuration: `sphinx-build docs docs/_build` (needs sphinx and myst-parser)."""

project = "ckanext-migration"
extensions = ["myst_parser"]
html_theme = "alabaster"
exclude_patterns = ["_build"]
myst_heading_anchors = 3
