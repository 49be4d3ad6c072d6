"""A PostgreSQL server for one run of tests: its own data folder, on the loopback address alone."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

USER, PASSWORD = "tester", "open:sesame@1"
_FOLDERS = ("/usr/local/bin", *sorted(map(str, Path("/usr/lib/postgresql").glob("*/bin")), reverse=True))


def _program(name: str) -> str:
    found = shutil.which(name) or next(
        (f"{f}/{name}" for f in _FOLDERS if os.access(f"{f}/{name}", os.X_OK)), ""
    )
    if not found:
        pytest.skip(f"PostgreSQL is not installed: there is no {name}")
    return found


def _owner() -> pwd.struct_passwd | None:
    """The user that runs the server, where we are root, as whom PostgreSQL does not run."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    pytest.skip("PostgreSQL does not run as root, and there is neither a user postgres nor nobody")


@contextmanager
def server() -> Iterator[int]:
    """The port of a server with an empty database ``postgres``, for the user USER with the PASSWORD."""
    initdb, postgres = _program("initdb"), _program("postgres")
    owner = _owner()
    folder = Path(tempfile.mkdtemp(prefix="ced-pg-"))
    try:
        (folder / "password").write_text(PASSWORD)
        if owner is not None:
            for path in (folder, folder / "password"):
                os.chown(path, owner.pw_uid, owner.pw_gid)
        who = {} if owner is None else {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}
        words = [
            initdb,
            "-D",
            f"{folder}/data",
            "-U",
            USER,
            "--auth=scram-sha-256",
            f"--pwfile={folder}/password",
        ]
        words += ["--no-sync", "--encoding=UTF8", "--locale=C"]
        made = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False, **who)
        if made.returncode != 0:
            pytest.skip(f"PostgreSQL cannot be set up here: {made.stderr.strip().splitlines()[-1:]}")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        words = [postgres, "-D", f"{folder}/data", "-p", str(port), "-k", str(folder)]
        words += ["-c", "listen_addresses=127.0.0.1", "-c", "fsync=off", "-c", "timezone=Asia/Tokyo"]
        with (folder / "log").open("wb") as log:
            running = subprocess.Popen(words, cwd=folder, stdout=log, stderr=log, **who)
        try:
            _wait(port, running, folder / "log")
            yield port
        finally:
            running.terminate()
            running.wait(30)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _wait(port: int, running: subprocess.Popen[bytes], log: Path) -> None:
    """Until the server takes connections."""
    import time

    import psycopg

    for _ in range(150):
        if running.poll() is not None:
            pytest.skip(
                f"PostgreSQL does not start here: {log.read_text(errors='replace').splitlines()[-1:]}"
            )
        try:
            psycopg.connect(
                host="127.0.0.1", port=port, user=USER, password=PASSWORD, dbname="postgres"
            ).close()
            return
        except psycopg.OperationalError:
            time.sleep(0.2)
    raise AssertionError(log.read_text(errors="replace"))
