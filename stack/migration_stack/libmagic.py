"""Loads the libmagic of the package pylibmagic, for machines without one.

Named in a `.pth` file of the embedded environment (environment.py). The loader finds a library
that is loaded already by its name, so python-magic, which CKAN imports, then works unchanged.
"""

from __future__ import annotations

import ctypes
import os
from importlib.util import find_spec
from pathlib import Path

_package = find_spec("pylibmagic")
if _package is not None and _package.submodule_search_locations:
    _folder = Path(next(iter(_package.submodule_search_locations)))
    ctypes.CDLL(str(_folder / "libmagic.so.1"), mode=ctypes.RTLD_GLOBAL)
    os.environ.setdefault("MAGIC", str(_folder / "magic.mgc"))
