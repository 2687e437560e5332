"""Where everything lives: one ignored folder, `.registry/`, in the checkout.

Servers refuse to run as root, so root hands them to the account `nobody`. That account must be
able to walk to their files; below a private home such as /root it cannot. Then the servers' part
of the folder is a link to a folder of the same name under /var/tmp.
"""

from __future__ import annotations

import hashlib
import os
import pwd
import shutil
import stat
from dataclasses import dataclass
from pathlib import Path

from migration_stack.errors import StackError

FOLDER = ".registry"
SHELTER = Path("/var/tmp")  # noqa: S108 - outlives a restart; the folder made in it is private and checked
UNPRIVILEGED = "nobody"


@dataclass(frozen=True, slots=True)
class Account:
    """The account that runs the servers; empty when it is the one that runs this command."""

    name: str | None = None
    uid: int = -1
    gid: int = -1

    def own(self, path: Path) -> None:
        """Give a file or folder, with all that is in it, to this account."""
        if self.name is None:
            return
        os.chown(path, self.uid, self.gid)
        for folder, folders, files in os.walk(path):
            for name in (*folders, *files):
                os.chown(Path(folder) / name, self.uid, self.gid, follow_symlinks=False)


def account() -> Account:
    """Say who runs the servers: we ourselves, or `nobody` when we are root."""
    if os.geteuid() != 0:
        return Account()
    try:
        entry = pwd.getpwnam(UNPRIVILEGED)
    except KeyError as exc:
        raise StackError(
            f"Servers must not run as root and there is no account {UNPRIVILEGED}",
            "run this as an ordinary user",
        ) from exc
    return Account(UNPRIVILEGED, entry.pw_uid, entry.pw_gid)


@dataclass(frozen=True, slots=True)
class Places:
    """The folders of one checkout."""

    project: Path

    @property
    def home(self) -> Path:
        """The ignored folder."""
        return self.project / FOLDER

    @property
    def environment(self) -> Path:
        """The Python environment."""
        return self.home / "venv"

    @property
    def services(self) -> Path:
        """Programs, data and logs of the servers; a link when the checkout is private (see above)."""
        return self.home / "services"

    @property
    def programs(self) -> Path:
        """The servers' programs."""
        return self.services.resolve() / "programs"

    @property
    def data(self) -> Path:
        """The servers' data."""
        return self.services.resolve() / "data"

    @property
    def logs(self) -> Path:
        """What servers, workers and the web server print."""
        return self.home / "logs"

    @property
    def run(self) -> Path:
        """Locks, chosen ports, passwords."""
        return self.home / "run"

    @property
    def ckan(self) -> Path:
        """CKAN's configuration and storage."""
        return self.home / "ckan"

    def marker(self, name: str) -> str:
        """Return the text by which a process of this checkout is known (see processes.py)."""
        return f"{self.home}:{name}"

    def prepare(self) -> None:
        """Make the folders; those of the servers where the servers' account can reach them."""
        for folder in (self.home, self.logs, self.run, self.ckan):
            folder.mkdir(parents=True, exist_ok=True)
        self.run.chmod(0o700)
        if not self.services.is_symlink() and not self.services.exists():
            if account().name is None or reachable(self.home):
                self.services.mkdir()
            else:
                self.services.symlink_to(shelter(self.home))
        elif self.services.is_symlink() and not self.services.exists():
            shelter(self.home)  # /var/tmp was cleaned
        for folder in (self.programs, self.data):
            folder.mkdir(exist_ok=True)

    def remove(self) -> None:
        """Remove everything that `prepare` and its users made, the environment too."""
        if self.services.is_symlink():
            shutil.rmtree(self.services.resolve(), ignore_errors=True)
        if self.home.exists():
            shutil.rmtree(self.home)


def project() -> Path:
    """Find the checkout that the current folder belongs to."""
    for folder in (Path.cwd(), *Path.cwd().parents):
        if (folder / "stack" / "migration_stack").is_dir() and (folder / "setup.py").is_file():
            return folder
    raise StackError(
        f"{Path.cwd()} is not in a checkout of this project", "change to the folder with the Makefile"
    )


def reachable(path: Path) -> bool:
    """Say whether every account may walk to this folder."""
    walk = stat.S_IXOTH
    return all(folder.stat().st_mode & walk for folder in (path, *path.parents))


def shelter(home: Path) -> Path:
    """Make the folder under /var/tmp for a checkout that only root can reach; refuse one that is not ours."""
    folder = SHELTER / f"registry-{hashlib.sha256(str(home).encode()).hexdigest()[:12]}"
    try:
        folder.mkdir(mode=0o711)
    except FileExistsError:
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
            raise StackError(f"{folder} exists and is not ours", "remove it and try again") from None
    folder.chmod(0o711)
    return folder


if __name__ == "__main__":  # `make clean`, which must work when there is no environment
    Places(Path(__file__).resolve().parents[2]).remove()
