"""The small study with edits that can be made to it, and its builds beside full ones."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from ced_cdisc.core.conformance import CheckResult
from ced_cdisc.core.findings import Finding, Stopped
from ced_cdisc.pipeline import build
from small_study import write_study

ADAE = """\
dataset: ADAE
label: Adverse Event Analysis Dataset
class: OCCDS
from: AE
copy: [AE.AETERM, AE.AEDECOD, AE.AESEV, AE.AESEQ, ADSL.TRTSDT, ADSL.SEX]
rows:
  AENDED: {derive: "if(AE.AEENDTC is present, 'Y', 'N')", label: Has an End}
sort: [USUBJID, AESEQ]
"""


PLUG_IN = """\
from ced_cdisc.derivations import derivation


@derivation(inputs={"term": "text"}, output="text", method="whether {term} is a long text")
def long_or_short(term):
    return "LONG" if len(term) > 6 else "SHORT"
"""


class Study:
    """The small study in a folder, with edits that can be made to it, again and again."""

    def __init__(self, folder: Path) -> None:
        self.folder = write_study(folder / "study")
        self.reasons: dict[str, str] = {}
        self.checked = False
        (self.folder / "mappings/adam/adae.yaml").write_text(ADAE)
        supp = "supp:\n  AEXTRA: {collect: ae.TERM, label: Extra}\nvariables:"
        self.edit("mappings/sdtm/ae.yaml", "variables:", supp)
        (self.folder / "mappings/derivations.py").write_text(PLUG_IN)
        self.edit("mappings/study.yaml", "study:", "derivations: [derivations.py]\nstudy:")
        self.edit(
            "mappings/adam/adae.yaml",
            "rows:",
            "rows:\n  AESIZE: {derive: long_or_short(AE.AETERM), label: Size}",
        )

    def edit(self, name: str, old: str, new: str) -> None:
        path = self.folder / name
        if path.is_file():
            path.write_bytes(path.read_bytes().replace(old.encode(), new.encode(), 1))

    def swap(self, name: str, one: str, other: str) -> None:
        """Replace a text by another one, or that one by it where it stands there."""
        text = (self.folder / name).read_text() if (self.folder / name).is_file() else ""
        self.edit(name, *((other, one) if other in text else (one, other)))

    def hide(self, name: str) -> None:
        """Delete a file, or bring it back."""
        path, hidden = self.folder / name, self.folder / f"hidden-{Path(name).name}"
        (path.rename if path.is_file() else lambda _: hidden.rename(path))(hidden)

    def built(self, out: str, **way: Any) -> tuple[dict[str, str], list[Finding], list[CheckResult]]:
        """The digests of all files of OUT, the findings, and what the rules say, where they are asked.

        There are no files where the input has faults.
        """
        target = self.folder / out
        self.reasons = {}
        try:
            made = build(
                self.folder / "raw",
                target,
                mappings=self.folder / "mappings",
                define=self.folder / "define",
                check=self.checked,
                incremental=out == "incremental",
                **way,
            )
        except Stopped as stopped:
            return {}, stopped.findings.sorted(), []
        files = (path for path in sorted(target.rglob("*")) if path.is_file())
        hashes = {
            path.relative_to(target).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in files
        }
        self.reasons = dict(made.reasons)
        return hashes, made.findings.sorted(), [_anywhere(one) for one in made.checked]

    def files(self) -> tuple[tuple[str, bytes], ...]:
        """What a build reads."""
        read = (
            path for one in ("raw", "mappings", "define") for path in sorted((self.folder / one).rglob("*.*"))
        )
        return tuple((str(path.relative_to(self.folder)), path.read_bytes()) for path in read)


def _anywhere(result: CheckResult) -> CheckResult:
    """A result that does not name the folder of one test."""
    memory = result.memory
    return replace(result, folder="", memory=memory and replace(memory, file=Path(memory.file).name))


EDITS: dict[str, Callable[[Study], None]] = {
    "a raw cell": lambda s: s.swap("raw/ae.csv", "Headache", "Dizziness"),
    "a raw cell that no term fits": lambda s: s.swap("raw/ae.csv", "Nausea,3", "Nausea,7"),
    "a raw text of 230 bytes": lambda s: s.swap("raw/ae.csv", "Bone pain", "Bone pain" + " that lasted" * 18),
    "a raw text beyond ASCII": lambda s: s.swap("raw/ae.csv", "Bone", "Böne"),
    "a column of DM": lambda s: s.swap("raw/demog.csv", "05-JUN-1970", "06-JUN-1971"),
    "a first dose": lambda s: s.swap("raw/dose.csv", "1,10-FEB-2020", "1,09-FEB-2020"),
    "a row": lambda s: s.swap("raw/ae.csv", "STOP\n", "STOP\n002,9,Fever,2,13-FEB-2020,\n"),
    "a row of a subject that DM lacks": lambda s: s.swap("raw/dose.csv", "DOSE\n", "DOSE\n009,1,12-FEB-2020,1\n"),
    "a repeated key": lambda s: s.swap("raw/dose.csv", "001,2,", "001,1,"),
    "a line of AE": lambda s: s.swap("mappings/sdtm/ae.yaml", "upper(AETERM)", "lower(AETERM)"),
    "texts of AE split": lambda s: s.swap(
        "mappings/sdtm/ae.yaml", "AETERM:   ae.TERM", "AETERM:   {collect: ae.TERM, text: [split, transliterate]}"
    ),
    "a comment at the top of AE": lambda s: s.swap("mappings/sdtm/ae.yaml", "domain: AE", "# AE\ndomain: AE"),
    "a check of AE": lambda s: s.swap(
        "mappings/sdtm/ae.yaml", "sort: [AESTDTC", "checks: [\"AESEV != 'SEVERE'\"]\nsort: [AESTDTC"
    ),
    "a condition that is never true": lambda s: s.swap(
        "mappings/sdtm/ae.yaml", "AESER:    {assign: N}", "AESER:    {assign: N, when: \"ae.SEV = '9'\"}"
    ),
    "a line of DM": lambda s: s.swap("mappings/sdtm/dm.yaml", "{assign: Arm A}", "{assign: Arm B}"),
    "a label": lambda s: s.swap("mappings/adam/adsl.yaml", "Number of Adverse", "Count of Adverse"),
    "a line of ADSL": lambda s: s.swap("mappings/adam/adsl.yaml", "count(AE.AESEQ)", "count(EX.EXSEQ)"),
    "a deleted spec": lambda s: s.hide("mappings/adam/adae.yaml"),
    "a deleted raw table": lambda s: s.hide("raw/ae.csv"),
    "the sources": lambda s: s.swap("mappings/sources.yaml", "trim: yes", "trim: no"),
    "a missing code": lambda s: s.swap("mappings/sources.yaml", "columns: [SUBJ, DAY", "missing: ['5'], columns: [SUBJ, DAY"),
    "the title of the study": lambda s: s.swap("mappings/study.yaml", "A small study", "A very small study"),
    "the id of the study": lambda s: s.swap("mappings/study.yaml", "{id: T1,", "{id: T2,"),
    "the subjects": lambda s: s.swap("mappings/study.yaml", "'T1', SUBJECT", "'X', SUBJECT"),
    "the snapshot": lambda s: s.swap("mappings/study.yaml", "2020-12-01", "2020-12-02"),
    "pinned numbers": lambda s: s.swap("mappings/study.yaml", "usubjid:", "sequence: pinned\nusubjid:"),
    "a plug-in": lambda s: s.swap("mappings/derivations.py", "> 6", "> 9"),
    "a document": lambda s: s.swap("define/define.yaml", "Annotated CRF", "The Annotated CRF"),
}  # fmt: skip


FULL: dict[
    tuple[bool, tuple[tuple[str, bytes], ...]],
    tuple[dict[str, str], list[Finding], list[CheckResult], bytes | None],
] = {}
"""What a full build makes of the files that it reads, and the lock after it; many tests begin alike."""


def both(study: Study, monkeypatch: pytest.MonkeyPatch, **way: Any) -> bool:
    """An incremental build, as ``way`` says, and a full one must not differ; whether they came to an end."""
    lock = study.folder / "mappings/sequence.lock"
    before = lock.read_bytes() if lock.is_file() else None
    monkeypatch.setenv("CED_CDISC_CACHE", str(study.folder / "cache"))
    incremental = study.built("incremental", **way)
    after = lock.read_bytes() if lock.is_file() else None
    (lock.unlink(missing_ok=True) if before is None else lock.write_bytes(before))
    monkeypatch.setenv("CED_CDISC_CACHE", "off")
    files = study.checked, study.files()
    if files not in FULL or FULL[files][1]:  # findings name the folder of one test
        FULL[files] = *study.built("full"), lock.read_bytes() if lock.is_file() else None
    written, findings, said, kept = FULL[files]
    assert incremental == (written, findings, said)
    assert kept == after
    if after is not None:
        lock.write_bytes(after)
    return bool(written)


class Started:
    """A study that was built before, as ``way`` says, for tests that edit it and leave it as it was."""

    def __init__(self, **way: Any) -> None:
        self._way = way
        self._last: tuple[Study, tuple[tuple[str, bytes], ...]] | None = None

    def study(self, folders: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Study:
        """That of the last test, unless it was not left as it had been."""
        if self._last is None or self._last[0].files() != self._last[1]:
            new = Study(folders.mktemp("started"))
            assert both(new, monkeypatch, **self._way)
            self._last = new, new.files()
        return self._last[0]
