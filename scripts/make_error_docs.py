"""Write docs/errors.md, a page for each code in docs/errors/, and docs/small-study.md.

python scripts/make_error_docs.py

Title, stage and remedy come from src/ced_cdisc/core/codes. Why a code is an error and what it looks like
stand in scripts/error_pages: ``why_*.yaml`` has a text for each code, ``examples_*.yaml`` an example.
tests/docs carries the examples out.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import yaml

from ced_cdisc.core.codes import CODES, Code
from ced_cdisc.core.findings import Stage

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "errors.md"
FOLDER = ROOT / "docs" / "errors"
STUDY_PAGE = ROOT / "docs" / "small-study.md"
DATA = Path(__file__).parent / "error_pages"
DEFINE_CASES = ROOT / "tests" / "define" / "lint_cases.yaml"

WRITTEN = "<!-- Written by scripts/make_error_docs.py{from_}; do not edit. -->\n"

HEAD = f"""\
# Error codes

{WRITTEN.format(from_=" from src/ced_cdisc/core/codes")}
A finding reads `place code message; hint`, with up to three raw records below it:

    mappings/sdtm/ae.yaml:19:23 CED250 AE.AESEV: raw value '4' of ae.SEV has no term in ct; ct has 1, 2, 3
        ae.csv line 3, subject #802db4

The place is `file:line:column` of the spec line to edit, or the file at fault.
The message names the value, the hint the nearest right word or the next step.
So it is of a value that no file can hold, too; where its line reads more than the raw row of its record, the
hint is the `ced-cdisc why` line that traces it, and a record of no raw row is named by its keys.
The stage decides the exit code; where findings of several stages meet, the first of 10, 11, 12 and 1 counts.
A warning or a note stops nothing and is kept in `build.json`. Beside errors no note is told of conditions,
orders and look-ups that only concerns subjects with an error: that may be its cause, and if it is not, the
note comes when the error has gone.

What people read is masked: the messages of all commands, build.json, and the reports of `check` and
`compare`. A subject is a short word that is the same in one run (`#802db4`), made of the subject with the
data themselves as its key; where no data were read yet it is `***`. A value of a column that the contract
calls `identifying`, or of a variable that tells who somebody is, such as BRTHDTC, is shown as its shape
(`99-AAA-9999`), as is a piece of a raw file that is no sound table. File and line lead to the record, and
`--show-ids` names both as they are. `why` shows the raw values of one subject: that is what it is for.
"""

STAGES = {
    Stage.SPEC: ("specs", "Known without data: `ced-cdisc check-spec` reports them all in one pass."),
    Stage.RAW: (
        "raw data",
        "A table that cannot be read as declared, or a value that its spec line cannot take.",
    ),
    Stage.OUTPUT: ("output", "What a transport file cannot hold, and folders that may not be replaced."),
    Stage.CHECK: ("checks", "What the checks find in datasets and define.xml."),
}

STUDY_HEAD = f"""\
# The small study

{WRITTEN.format(from_=" from tests/small_study.py")}
The pages of the error codes and the how-tos change one thing in this study, and show what comes of it.
It has two subjects, three raw tables, the domains DM, EX and AE, and ADSL.
"""

LANGUAGES = {".yaml": "yaml", ".md": "markdown", ".xml": "xml"}


def whys() -> dict[str, str]:
    """Why each code is an error, by code."""
    return _read("why_*.yaml")


def examples() -> dict[str, dict[str, Any]]:
    """The example of each code: written ones, then the first fault of a define.xml that the tests plant."""
    found: dict[str, dict[str, Any]] = _read("examples_*.yaml")
    cases: list[dict[str, Any]] = yaml.load(DEFINE_CASES.read_text(encoding="utf-8"), yaml.CSafeLoader)
    for case in sorted(cases, key=lambda case: len(case["findings"])):
        for text in case["findings"]:
            code = text[:6]
            if code not in found:
                found[code] = {"define": case["edits"], "says": text + "\n"}
    return found


def _read(pattern: str) -> dict[str, Any]:
    """The entries of several files; no code stands in two of them."""
    found: dict[str, Any] = {}
    for file in sorted(DATA.glob(pattern)):
        entries: dict[str, Any] = yaml.load(file.read_text(encoding="utf-8"), yaml.CSafeLoader)
        if twice := sorted(set(entries) & set(found)):
            raise ValueError(f"{file.name}: {', '.join(twice)} stands in another file, too")
        found |= entries
    return found


def index(found: dict[str, dict[str, Any]]) -> str:
    """The page of all codes: one table a stage, in the order of the exit codes."""
    run = sum("run" in found[code] for code in CODES)
    planted = sum("define" in found[code] for code in CODES)
    quoted = len(CODES) - run - planted
    parts = [HEAD]
    parts.append(
        f"\nEach code has a page: why it is an error, an example, and the fix. Of the {len(CODES)} examples "
        f"{run} are carried out on the [small study](small-study.md) whenever the tests run, {planted} "
        f"are faults that the tests plant into a define.xml, and {quoted} are quoted from "
        "the test that shows the message, or from the source.\n"
    )
    for stage, (name, what) in STAGES.items():
        parts.append(f"\n## Exit code {stage.value}: {name}\n\n{what}\n\n")
        parts.append("| code | stage | meaning | what to do |\n|---|---|---|---|\n")
        parts += [
            f"| [{code}](errors/{code}.md) | {name} | {entry.title} | {entry.remedy} |\n"
            for code, entry in CODES.items()
            if entry.stage is stage
        ]
    return "".join(parts)


def code_page(code: str, entry: Code, why: str, example: dict[str, Any]) -> str:
    """The page of one code."""
    name, _ = STAGES[entry.stage]
    return (
        f"# {code}: {entry.title}\n\n{WRITTEN.format(from_=' from scripts/error_pages')}\n"
        f"Stage: {name}; an error of this stage ends a command with exit code {entry.stage.value}.\n\n"
        f"## Why\n\n{why}\n\n"
        f"## Example\n\n{_example(example)}"
        f"\n## What to do\n\n{sentence(entry.remedy)}\n{_sound(example)}"
        "\n[All codes](../errors.md)\n"
    )


def _example(example: dict[str, Any]) -> str:
    parts: list[str] = []
    if "define" in example:
        verb = "If a define.xml"
        for edit in example["define"]:
            has, text = ("has", edit["new"]) if edit["new"].strip() else ("lacks", edit["old"].strip())
            parts.append(f"{verb} {has}\n\n```xml\n{text}\n```\n\n")
            verb = "and"
        parts.append("`ced-cdisc define check` says\n\n")
    elif "quoted" in example:
        shown = "a test of the tool shows" if example["quoted"].startswith("tests/") else "the source words"
        parts.append(f"The message, as {shown} it:\n\n")
    else:
        parts.append(_study_example(example))
    parts.append(f"```text\n{example['says']}```\n")
    return "".join(parts)


def _study_example(example: dict[str, Any]) -> str:
    """What is changed in the small study, the commands before, and the command that finds it."""
    parts: list[str] = []

    def add(text: str, after: list[str]) -> None:
        ran = " and ".join(f"`ced-cdisc {command}`" for command in after)
        start = "Then" if parts else "In the [small study](../small-study.md)"
        if ran:
            start += f", after {ran}"
        elif parts and text.startswith(" `") and " says" not in text:
            start = "and"
        parts.append(start + ("," if ran or not parts else "") + text)

    for edit in example.get("edits", []):
        add(_edit(edit), [])
    first = example.get("first", [])
    for edit in example.get("then", []):
        add(_edit(edit), first)
        first = []
    add(f" `ced-cdisc {example['run']}` says\n\n", [*first, *example.get("second", [])])
    return "".join(parts)


def _edit(edit: dict[str, Any]) -> str:
    """What a file has that it did not have before."""
    file = f" `{edit['file']}`"
    if edit.get("remove"):
        return f"{file} is not there.\n\n"
    if "link_to" in edit:
        return f"{file} is a link to `{edit['link_to']}`.\n\n"
    if "copy_of" in edit:
        return f"{file} is a copy of `{edit['copy_of']}`.\n\n"
    if "sheets" in edit:
        return f"{file} has the cells\n\n{_sheets(edit['sheets'])}"
    if edit["write"].strip():
        encoding = f" (in {edit['encoding']})" if "encoding" in edit else ""
        return f"{file}{encoding} has\n\n{_block(edit['file'], edit['write'])}"
    if "instead_of" in edit:
        return f"{file} lacks\n\n{_block(edit['file'], edit['instead_of'])}"
    return f"{file} is empty.\n\n"


def _sheets(sheets: dict[str, list[list[str]]]) -> str:
    """The cells of a workbook, a line a row, each sheet below its name."""
    lines = [
        line for name, rows in sheets.items() for line in (f"[{name}]", *(" | ".join(row) for row in rows))
    ]
    return "```text\n" + "\n".join(lines) + "\n```\n\n"


def _block(file: str, text: str) -> str:
    shown = "".join(_visible(character) for character in text)
    return f"```{LANGUAGES.get(Path(file).suffix, 'text')}\n{shown.rstrip(chr(10))}\n```\n\n"


def _visible(character: str) -> str:
    """Control characters and the byte order mark as signs, so that a page shows them."""
    if character == "\ufeff":
        return "[byte order mark]"
    return chr(0x2400 + ord(character)) if ord(character) < 32 and character not in "\n\t" else character


def _sound(example: dict[str, Any]) -> str:
    """What stood in the place of the fault, where one edit of the specs made it."""
    edits = [*example.get("edits", []), *example.get("then", [])]
    if len(edits) != 1 or not edits[0].get("instead_of") or not edits[0].get("write"):
        return ""
    return (
        f"\nIn the example, the sound file has\n\n{_block(edits[0]['file'], edits[0]['instead_of'])}".rstrip(
            "\n"
        )
        + "\n"
    )


def sentence(text: str) -> str:
    """A remedy as a sentence; a word of code keeps its first letter."""
    return (text[:1].upper() if text[:1].isalpha() else text[:1]) + text[1:] + "."


def study_page() -> str:
    """The files of the small study."""
    sys.path.insert(0, str(ROOT / "tests"))
    from small_study import FILES

    return STUDY_HEAD + "".join(
        f"\n## {file}\n\n{_block(file, text)}".rstrip("\n") + "\n" for file, text in FILES.items()
    )


def pages() -> dict[Path, str]:
    """Every page with its text."""
    why, found = whys(), examples()
    made = {PAGE: index(found), STUDY_PAGE: study_page()}
    for code, entry in CODES.items():
        made[FOLDER / f"{code}.md"] = code_page(code, entry, why[code], found[code])
    return made


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    written = pages()
    for stale in set(FOLDER.glob("*.md")) - set(written):
        stale.unlink()
    for path, text in written.items():
        path.write_text(text, encoding="utf-8", newline="\n")
