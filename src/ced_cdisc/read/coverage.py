"""The account of raw columns of a finished build."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast, get_args

from ced_cdisc.build_file import NAME as BUILD_FILE
from ced_cdisc.build_file import read_build_file
from ced_cdisc.plan.account import BuildAccount, ColumnAccount, Status, TableAccount


class NoAccount(Exception):
    """A folder holds no account; the text says why (exit code 2)."""


def read_account(out: Path) -> BuildAccount:
    """The account in ``build.json`` of a folder that a build wrote.

    Raises:
        NoAccount: the folder is not there, or no build, or the file was damaged.
    """
    shown = out.as_posix()
    if not out.is_dir():
        raise NoAccount(f"there is no folder {shown}")
    try:
        content = read_build_file(out)
        tables = {str(name): _table(table) for name, table in content["raw"]["tables"].items()}
        partial = cast("list[str]", content["partial"] or [])
        return BuildAccount(str(content["study"]), tuple(partial), tables)
    except FileNotFoundError:
        raise NoAccount(f"{shown} is no output of a build: it has no {BUILD_FILE}") from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise NoAccount(f"{shown}/{BUILD_FILE} cannot be read: build again") from None


def _table(table: Mapping[str, Any]) -> TableAccount:
    columns: dict[str, ColumnAccount] = {}
    filled: dict[str, int] = {}
    for name, column in table["columns"].items():
        if column["status"] not in get_args(Status):
            raise ValueError(column["status"])
        read_by = tuple(map(str, column.get("read by", ())))
        columns[name] = ColumnAccount(column["status"], read_by, str(column.get("reason", "")))
        if "filled cells" in column:
            filled[name] = int(column["filled cells"])
    excluded = {str(why): int(count) for why, count in table.get("records excluded", {}).items()}
    return TableAccount(int(table["records"]), excluded, int(table["duplicates left out"]), columns, filled)
