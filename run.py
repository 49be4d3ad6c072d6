"""The two commands of the README: ``python3 run.py example`` and ``python3 run.py test``.

Makes the virtual environment ``.venv`` beside this file on first use and installs the package into it; needs
nothing but Python 3.11 or later with the venv module, and the Python package index.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parent
VENV = HERE / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
STAMP = VENV / ".installed"


def main(arguments: list[str]) -> int:
    """Run one of the two commands and return its exit code."""
    if arguments[:1] == ["example"]:
        prepare(".")
        out = arguments[1] if len(arguments) > 1 else "out"
        return run("ced-cdisc", "build", "examples/improve_ced/raw", out)
    if arguments[:1] == ["test"]:
        prepare(".[dev]")
        # Each worker takes tests that stand together, so that what a file or a folder sets up is made once.
        return run("pytest", "-n", "auto", "--dist", "worksteal", *arguments[1:])
    print(__doc__, file=sys.stderr)
    return 2


def prepare(what: str) -> None:
    """Make the virtual environment and install, unless this was done for the same pyproject.toml."""
    if sys.version_info < (3, 11):  # noqa: UP036 - the one file that an older Python may be asked to run
        sys.exit("ced-cdisc needs Python 3.11 or later")
    wanted = hashlib.sha256((HERE / "pyproject.toml").read_bytes()).hexdigest() + what
    done = STAMP.read_text(encoding="utf-8").split() if STAMP.is_file() else []
    if wanted in done or wanted.removesuffix(what) + ".[dev]" in done:
        return
    if not (BIN / "python").exists() and not (BIN / "python.exe").exists():
        try:
            venv.create(VENV, with_pip=True)
        except (subprocess.CalledProcessError, ImportError):
            sys.exit("this Python cannot make virtual environments; on Debian: apt install python3-venv")
    subprocess.run(
        [BIN / "python", "-m", "pip", "install", "--quiet", "--editable", what], cwd=HERE, check=True
    )
    # As pip does for packages it copies: so the first run does not, nor one that may not write bytecode.
    subprocess.run([BIN / "python", "-m", "compileall", "-q", "src"], cwd=HERE, check=False)
    STAMP.write_text("\n".join([*done, wanted]) + "\n", encoding="utf-8")


def run(program: str, *arguments: str) -> int:
    """Run a program of the virtual environment in this folder."""
    return subprocess.run([BIN / program, *arguments], cwd=HERE, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
