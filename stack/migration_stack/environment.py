"""Making the Python environment in `.registry/venv` from `requirements.lock`.

Runs on the machine's own Python before anything is installed, so it uses the standard library
only. The environment is made anew when the lock, the Python or the place of the checkout changes,
and only then; one that was interrupted has no stamp and is made anew as well.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from migration_stack import disk, java
from migration_stack.errors import StackError
from migration_stack.places import Places

OLDEST = (3, 11)
ROOM = 1500
EVERY = 25
STAMP = "registry-stamp"
LIBMAGIC = "registry_libmagic.pth"
TROUBLE = {
    "No space left on device": ("The disk is full", "free some space and run the same command again"),
    "HASHES": ("A package differs from the one that was locked", "do not use it; see requirements.lock"),
    "No matching distribution": (
        "A package for this machine is missing in the package index",
        "use Python 3.11 to 3.13 on 64-bit Linux",
    ),
}
OFFLINE = (
    "The Python packages cannot be fetched",
    "check the connection and pip's settings and run the same command again",
)


def ensure(places: Places, *, with_java: bool) -> None:
    """Make the environment if it is missing or old, and install the checkout into it."""
    if sys.version_info < OLDEST:
        raise StackError(
            f"Python {sys.version_info[0]}.{sys.version_info[1]} is too old, 3.11 or newer is needed",
            "install it and run `make PYTHON=/path/to/python3.11 …`",
        )
    if with_java and not os.environ.get("ELASTICSEARCH_URL"):
        java.home()  # better to fail now than after some minutes
    lock = places.project / "requirements.lock"
    stamp = _stamp(lock.read_bytes(), sys.version.encode(), str(places.project).encode())
    if _read(places.environment / STAMP) != stamp:
        _create(places, lock)
        (places.environment / STAMP).write_text(stamp, "utf-8")
    stamp = _stamp((places.project / "setup.py").read_bytes())
    if _read(places.environment / f"{STAMP}-project") != stamp:
        _pip(places, ["--no-deps", "--no-build-isolation", "--editable", str(places.project)])
        _offer_libmagic(places)
        (places.environment / f"{STAMP}-project").write_text(stamp, "utf-8")


def _create(places: Places, lock: Path) -> None:
    """Make an empty environment and fill it from the lock."""
    disk.require(places.home, ROOM, "the first set-up")
    shutil.rmtree(places.environment, ignore_errors=True)
    places.environment.parent.mkdir(parents=True, exist_ok=True)
    made = subprocess.run(
        [sys.executable, "-m", "venv", str(places.environment)], capture_output=True, text=True, check=False
    )
    if made.returncode:
        raise StackError(
            "Python cannot make an environment (its module venv or ensurepip is missing)",
            "on Debian and Ubuntu: apt-get install python3-venv",
        )
    total = sum(1 for line in lock.read_text("utf-8").splitlines() if line[:1].isalnum())
    print(f"Installing {total} Python packages into {places.environment} (once)", flush=True)
    _pip(places, ["--no-deps", "--requirement", str(lock)], total)


def _pip(places: Places, arguments: list[str], total: int = 0) -> None:
    """Run pip; say how far it is, and in one sentence what went wrong."""
    log = places.logs / "pip.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    program = [str(places.environment / "bin" / "python"), "-m", "pip", "install"]
    options = ["--disable-pip-version-check", "--no-input", "--progress-bar", "off", *arguments]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        program + options, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment
    ) as process:
        assert process.stdout is not None  # noqa: S101 - asked for above
        with log.open("w", encoding="utf-8") as file:
            for line in _counted(process.stdout, total):
                file.write(line)
    if process.returncode:
        said = log.read_text("utf-8", "replace")
        problem, remedy = next((words for sign, words in TROUBLE.items() if sign in said), OFFLINE)
        raise StackError(problem, f"{remedy} (details in {log})")


def _counted(lines: Iterator[str], total: int) -> Iterator[str]:
    """Pass pip's lines on and print a line for each 25 packages."""
    seen = 0
    for line in lines:
        if total and line.startswith("Collecting "):
            seen += 1
            if seen % EVERY == 0:
                print(f"  {seen} of {total} packages", flush=True)
        elif total and line.startswith("Installing collected"):
            print("  unpacking", flush=True)
        yield line


def _offer_libmagic(places: Places) -> None:
    """Let CKAN find libmagic on a machine that has none, by the copy in the package pylibmagic."""
    python = places.environment / "bin" / "python"
    script = "import sysconfig; print(sysconfig.get_path('purelib'))"
    answer = subprocess.run([python, "-c", script], capture_output=True, text=True, check=True)
    hook = Path(answer.stdout.strip()) / LIBMAGIC
    hook.unlink(missing_ok=True)
    probe = "import ctypes; ctypes.CDLL('libmagic.so.1')"
    if subprocess.run([python, "-c", probe], capture_output=True, check=False).returncode:
        hook.write_text("import migration_stack.libmagic\n", "utf-8")


def _stamp(*parts: bytes) -> str:
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def _read(file: Path) -> str:
    return file.read_text("utf-8") if file.exists() else ""


def main() -> int:
    """Make the environment of the checkout that this file lies in."""
    try:
        ensure(Places(Path(__file__).resolve().parents[2]), with_java="--with-java" in sys.argv)
    except StackError as problem:
        print(f"registry: {problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("registry: stopped; the next run goes on", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
