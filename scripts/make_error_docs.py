"""Write docs/errors.md from the catalogue of codes.

python scripts/make_error_docs.py
"""

from __future__ import annotations

from pathlib import Path

from ced_cdisc.core.codes import CODES
from ced_cdisc.core.findings import Stage

PAGE = Path(__file__).parents[1] / "docs" / "errors.md"

HEAD = """\
# Error codes

<!-- Written by scripts/make_error_docs.py from src/ced_cdisc/core/codes; do not edit. -->

A finding reads `place code message; hint`, with up to three raw records below it:

    mappings/sdtm/ae.yaml:19:23 CED250 AE.AESEV: raw value '4' of ae.SEV has no term in ct; ct has 1, 2, 3
        ae.csv line 3, subject #802db4

The place is `file:line:column` of the spec line to edit, or the file at fault.
The message names the value, the hint the nearest right word or the next step.
The stage decides the exit code; where findings of several stages meet, the first of 10, 11, 12 and 1 counts.
A warning or a note stops nothing and is kept in `build.json`.

`ced-cdisc build` and build.json mask identifiers. A subject is a short word that is the same in one run
(`#802db4`), made of the subject with the data themselves as its key. A value of a column that the contract
calls `identifying` is shown as its shape (`99-AAA-9999`), as is a piece of a raw file that is no sound table.
File and line lead to the record, and `--show-ids` names both as they are.
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


def page() -> str:
    """The whole page: one table a stage, in the order of the exit codes."""
    parts = [HEAD]
    for stage, (name, what) in STAGES.items():
        parts.append(f"\n## Exit code {stage.value}: {name}\n\n{what}\n\n")
        parts.append("| code | stage | meaning | what to do |\n|---|---|---|---|\n")
        parts += [
            f"| {code} | {name} | {entry.title} | {entry.remedy} |\n"
            for code, entry in CODES.items()
            if entry.stage is stage
        ]
    return "".join(parts)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8", newline="\n")
