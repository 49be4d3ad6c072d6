"""`fmt` is idempotent, keeps comments, and changes no meaning; what it writes, to the last blank."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner
from random_specs import Spec, comments_of

from ced_cdisc.cli import main
from ced_cdisc.core.findings import Findings
from ced_cdisc.plan.study import plan_study
from ced_cdisc.spec.layout import CannotLayOut, laid_out
from ced_cdisc.spec.load import Specs, load_specs
from ced_cdisc.spec.locate import StudyFolders
from ced_cdisc.spec.models import DomainSpec
from ced_cdisc.spec.parse import validate
from ced_cdisc.spec.source import load_yaml
from ced_cdisc.stages.laying_out import files_of, lay_out
from small_study import write_study

CLONE = Path(__file__).parents[2]
SPECS = int(os.environ.get("CED_PROOF_SPECS", "300"))
"""The first ten go through every line of the layout."""
STUDIES = {"example": CLONE, "second example": CLONE / "examples" / "vitals_labs"}


def model(text: str) -> dict[str, Any]:
    findings = Findings()
    tree = load_yaml(text, "ae.yaml", findings)
    assert tree is not None and not findings, ([str(f) for f in findings], text)
    made = validate(tree, DomainSpec, findings)
    assert made is not None, ([str(f) for f in findings], text)
    return made.model_dump()


def test_specs_by_chance() -> None:
    changed = refused = 0
    for seed in range(SPECS):
        spec = Spec(seed)
        try:
            made = laid_out(spec.text, "sdtm")
        except CannotLayOut as cannot:
            assert str(cannot) == "a comment between a key and its value", (seed, spec.text)
            refused += 1
            continue
        changed += made != spec.text
        assert laid_out(made, "sdtm") == made, (seed, spec.text, made)
        assert comments_of(made) == spec.comments, (seed, spec.text, made)
        before = yaml.load(spec.text, yaml.CBaseLoader)
        after = yaml.load(made, yaml.CBaseLoader)
        assert after == before, (seed, spec.text, made)
        for named in ("variables", "supp"):
            assert list(after.get(named, ())) == list(before.get(named, ())), (seed, named)
        assert model(made) == model(spec.text)
    assert changed > 0.9 * SPECS
    assert refused < 0.02 * SPECS


def specs_of(root: Path, edited: dict[Path, str]) -> Specs:
    findings = Findings()
    specs = load_specs(root / "mappings", root / "define", findings, edited=edited)
    assert specs is not None and not findings.errors
    return specs


def said(specs: Specs) -> list[Any]:
    """Everything that specs say, without places, and of their plan the variables with their methods."""
    findings = Findings()
    plan = plan_study(specs, findings)
    assert plan is not None
    models = [specs.study, specs.sources, specs.visits, specs.define, *specs.sdtm, *specs.adam]
    lines = [
        (
            dataset.name,
            variable.name,
            variable.label,
            variable.origin,
            variable.method and variable.method.text,
        )
        for study in plan.studies
        for dataset in study.datasets
        for variable in dataset.variables
    ]
    notes = sorted((f.code, f.message) for f in findings)
    return [*(one.model_dump() for one in models if one is not None), lines, notes]


@pytest.mark.parametrize("study", STUDIES)
def test_our_specs_say_the_same_laid_out(study: str) -> None:
    root = STUDIES[study]
    folders = StudyFolders(root / "mappings", root / "define", ("mappings", "define"), False, "")
    findings = Findings()
    made = lay_out(files_of(folders), findings)
    assert not findings and len(made) >= 15
    for one in made:
        [again] = [laid_out(one.after, kind(one.path))]
        assert again == one.after, one.shown
        comments = [
            sorted(re.findall(r"(?:^|\s)(#.*)", text, re.MULTILINE)) for text in (one.before, one.after)
        ]
        assert comments[0] == comments[1], one.shown
    edited = {one.path.resolve(): one.after for one in made}
    assert said(specs_of(root, edited)) == said(specs_of(root, {}))


@pytest.mark.parametrize("study", STUDIES)
def test_our_specs_are_in_the_form_that_they_ask_for(study: str) -> None:
    """In place, as CI would say it; `test_the_command_checks_shows_and_writes` has a spec that is not."""
    mappings, define = STUDIES[study] / "mappings", STUDIES[study] / "define"
    files = [path for folder in (mappings, define) for path in folder.rglob("*.yaml")]
    told = run("--check", "--mappings", str(mappings), "--define", str(define))
    assert told == (0, "", f"0 of {len(files)} files would be laid out anew\n")


def kind(path: Path) -> str:
    folders = ("sdtm", "adam", "instruments", "tests", "plug-ins")
    return path.parent.name if path.parent.name in folders else path.stem


BEFORE = """\
# Adverse events.
variables :
    AETERM:    {label: Term,collect: ae.TERM  }   # as reported
    # the severity
    AESEV:   {ct: {2: MODERATE,  1: MILD}, collect: ae.SEV}


    AESTDTC:
        date: edc
        # the day
        collect: ae.START
    # AEENDTC: to come
sort: [AESTDTC,
       AETERM,]  # the numbering
checks:
- "AEENDTC >= AESTDTC"
from: ae
comment: >-
    Two
    lines
# the end
domain: AE
"""

AFTER = """\
# Adverse events.
# the end
domain: AE
from: ae
sort: [AESTDTC,
  AETERM]  # the numbering
comment: >-
  Two
  lines
variables:
  AETERM: {collect: ae.TERM, label: Term}  # as reported
  # the severity
  AESEV:  {collect: ae.SEV, ct: {2: MODERATE, 1: MILD}}

  AESTDTC:
    # the day
    collect: ae.START
    date: edc
  # AEENDTC: to come
checks:
  - "AEENDTC >= AESTDTC"
"""


def test_what_is_written() -> None:
    assert laid_out(BEFORE, "sdtm") == AFTER


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{domain: AE}\n", "the whole file stands in braces"),
        ("---\ndomain: AE\n", "a directive or a document marker stands before the specs"),
        ("domain: AE\n...\n", "a document marker stands behind the specs"),
        ("? domain\n: AE\n", "a key that is not on one line, or that is written with a question mark"),
        (
            "domain: AE\ncomment: >2\n   x\n",
            "a block text that says its indentation, or keeps the lines at its end",
        ),
        (
            "domain: AE\ncomment: |+\n  x\n\nfrom: ae\n",
            "a block text that says its indentation, or keeps the lines at its end",
        ),
        ("domain:\n  # why\n  AE\n", "a comment between a key and its value"),
        (
            "domain: AE\nvariables: {X: # why\n    ae.X}\n",
            "a key inside braces that is not on one line with its value",
        ),
    ],
)
def test_what_is_left_as_it_is(text: str, why: str) -> None:
    with pytest.raises(CannotLayOut) as cannot:
        laid_out(text, "sdtm")
    assert str(cannot.value) == why


def run(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(main, ["fmt", *arguments], prog_name="ced-cdisc")
    return result.exit_code, result.stdout, result.stderr


@pytest.fixture(autouse=True)
def _in_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_the_command_checks_shows_and_writes() -> None:
    write_study(Path(), {})
    assert run()[0] == 0
    assert run("--check") == (0, "", "0 of 7 files would be laid out anew\n")
    path = Path("mappings/sdtm/ae.yaml")
    laid = path.read_text("utf-8")
    path.write_text(laid.replace("domain: AE\nfrom: ae\n", "from: ae\ndomain:  AE\n"), "utf-8")
    assert run("--check") == (
        1,
        "",
        "mappings/sdtm/ae.yaml would be laid out anew\n1 of 7 files would be laid out anew\n",
    )
    code, out, err = run("--diff")
    assert (code, err) == (0, "1 of 7 files would be laid out anew\n")
    assert out.startswith(
        "--- mappings/sdtm/ae.yaml\n+++ mappings/sdtm/ae.yaml\n@@ -1,5 +1,5 @@\n"
        "+domain: AE\n from: ae\n-domain:  AE\n"
    )
    assert run("--check", "--diff")[0] == 1
    path.chmod(0o640)
    assert run("mappings/sdtm/ae.yaml") == (
        0,
        "",
        "mappings/sdtm/ae.yaml laid out anew\n1 of 1 files laid out anew\n",
    )
    assert path.read_text("utf-8") == laid
    assert path.stat().st_mode & 0o777 == 0o640 or os.name == "nt"
    assert sorted(p.name for p in path.parent.iterdir()) == ["ae.yaml", "dm.yaml", "ex.yaml"]


def test_line_ends_stay_and_a_byte_order_mark_goes() -> None:
    Path("ae.yaml").write_bytes("\ufefffrom: ae\r\ndomain: AE".encode())
    assert run("ae.yaml")[0] == 0
    assert Path("ae.yaml").read_bytes() == b"domain: AE\r\nfrom: ae\r\n"


def test_faults_of_a_file_are_told_and_the_others_are_written() -> None:
    write_study(Path(), {})
    run()
    Path("x.yaml").write_text("from:  ae\n", "utf-8")
    Path("two.yaml").write_text("domain: AE\nfrom: ae\nfrom: ae\n", "utf-8")
    Path("odd.yaml").write_text("? domain\n: AE\n", "utf-8")
    Path("bytes.yaml").write_bytes(b"domain: \xff\n")
    Path("good.yaml").write_text("domain:  AE\n", "utf-8")
    assert run("x.yaml", "two.yaml", "odd.yaml", "bytes.yaml", "good.yaml") == (
        10,
        "",
        """\
good.yaml laid out anew
4 errors in the specs
bytes.yaml CED011 this file is not UTF-8: byte 9 cannot be read
odd.yaml CED741 this file cannot be laid out: a key that is not on one line, or that is written with a \
question mark
two.yaml:3:1 CED005 duplicate key 'from', first given in line 2
x.yaml CED741 nothing says what kind of spec this is; it has none of the keys domain, dataset and \
instrument, and no name of a spec file
""",
    )
    assert Path("good.yaml").read_text("utf-8") == "domain: AE\n"


def test_what_is_asked_for_wrongly() -> None:
    assert run() == (2, "", "Error: no mappings/ here: name files, or a folder with --mappings\n")
    assert run("none.yaml") == (2, "", "Error: there is no file none.yaml\n")
    assert run("--mappings", "none") == (2, "", "Error: there is no folder none\n")


def test_a_file_that_cannot_be_written_leaves_all_as_they_are() -> None:
    for name in ("ae", "dm"):
        Path(f"{name}.yaml").write_text(f"domain:  {name.upper()}\n", "utf-8")
    Path(".dm.yaml.new").mkdir()  # where the new text would be put first
    assert run("ae.yaml", "dm.yaml") == (
        12,
        "",
        "1 error in the output\n"
        ".dm.yaml.new CED750 the files cannot be written, and none was: Is a directory\n",
    )
    assert Path("ae.yaml").read_text("utf-8") == "domain:  AE\n"
    assert not Path(".ae.yaml.new").exists()
