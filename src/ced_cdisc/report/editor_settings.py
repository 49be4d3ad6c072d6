"""What an editor must be told to use the schemas of a study."""

from __future__ import annotations

import json
import os
from pathlib import Path

from ced_cdisc.schema.files import KINDS


def settings_text(out: Path, mappings: Path, define: Path, shown: tuple[str, str]) -> str:
    """The line that a spec begins with, by kind of file, and the settings of VS Code that do without it.

    Args:
        out: the folder of the schemas.
        mappings: the folder of mapping specs.
        define: the folder of define.xml specs.
        shown: how the two are named.
    """
    folders = {"mappings": (mappings, shown[0]), "define": (define, shown[1])}
    lines: list[tuple[str, str]] = []
    settings: dict[str, str] = {}
    for name, kind in KINDS.items():
        folder, named = folders[kind.folder]
        place = (folder / kind.files).parent
        schema = out / f"{name}.schema.json"
        try:
            path = Path(os.path.relpath(schema.resolve(), place.resolve())).as_posix()
        except ValueError:  # another drive
            path = schema.resolve().as_uri()
        lines.append((f"{named}/{kind.files}", f"# yaml-language-server: $schema={path}"))
        settings[schema.as_posix()] = f"{named}/{kind.files}"
    wide = max(len(file) for file, _ in lines)
    text = "the first line of a spec, for any editor with the YAML language server:\n\n"
    text += "".join(f"  {file:<{wide}}  {line}\n" for file, line in lines)
    text += "\nor once for all files, in .vscode/settings.json:\n\n"
    return text + json.dumps({"yaml.schemas": settings}, indent=2, ensure_ascii=False) + "\n"
