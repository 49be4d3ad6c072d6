"""Which datasets are made anew, and why: what is said is true, and OUT is that of a full build."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

import pytest
from kept_builds import built, change, files

from ced_cdisc.core.findings import Stopped
from ced_cdisc.plan.model import DatasetPlan
from ced_cdisc.stages.reasons import WORDS
from edited_study import PLUG_IN
from small_study import AE, write_study

EXAMPLE = Path(__file__).parents[2] / "examples/vitals_labs"


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CED_CDISC_CACHE", str(tmp_path / "cache"))
    write_study(tmp_path / "study")
    monkeypatch.chdir(tmp_path / "study")
    return Path()


def anew(study: Path) -> dict[str, str]:
    """Why datasets are made anew, of those that are; the output is that of a full build, byte for byte."""
    lock = study / "mappings/sequence.lock"
    before = lock.read_bytes() if lock.is_file() else None
    reasons = built(study, check=False).reasons
    if before is not None:
        lock.write_bytes(before)
    built(study, "full", incremental=False, check=False)
    assert files(study) == files(study, "full")
    return {name: why for name, why in reasons.items() if why != "kept"}


def first(study: Path) -> None:
    assert set(anew(study).values()) == {"nothing kept of it"}


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def test_a_text_that_is_the_name_of_a_dataset_reads_none(study: Path) -> None:
    """Of DM is said that EX changed, which it reads; so it would be if EX read AE."""
    old = "EXTRT:    {assign: DRUG}"
    change(
        study / "mappings/sdtm/ex.yaml", old, "EXTRT: {collect: dose.DAY, ct: {1: AE, 2: ADSL, ae: visits}}"
    )
    first(study)
    change(study / "raw/ae.csv", "Headache", "Dizziness")
    assert anew(study) == {"AE": "raw/ae.csv changed", "ADSL": "AE, which it reads, changed"}


def test_a_comment_in_the_file_of_plug_ins(study: Path) -> None:
    """Only what calls them is made anew; a reader of what comes out as before is not."""
    write(study / "mappings/derivations.py", PLUG_IN)
    change(study / "mappings/study.yaml", "study:", "derivations: [derivations.py]\nstudy:")
    supp = "supp:\n  AESIZE: {derive: long_or_short(AETERM), label: Size}\nvariables:"
    change(study / "mappings/sdtm/ae.yaml", "variables:", supp)
    first(study)
    change(study / "mappings/derivations.py", "from", "# a word\nfrom")
    assert anew(study) == {"AE": "mappings/derivations.py changed"}
    change(study / "mappings/derivations.py", "> 6", "> 7")
    change(study / "mappings/sdtm/ae.yaml", "upper(AETERM)", "lower(AETERM)")
    assert anew(study) == {
        "AE": "mappings/sdtm/ae.yaml: AEDECOD changed; mappings/derivations.py changed",
        "ADSL": "AE, which it reads, changed",
    }
    change(study / "mappings/derivations.py", "whether {term} is", "if {term} is")
    assert anew(study) == {"AE": "mappings/derivations.py: AESIZE changed"}


def test_places_in_sources_yaml_make_nothing_anew(study: Path) -> None:
    first(study)
    change(study / "mappings/sources.yaml", "defaults:", "# on top\ndefaults:")
    change(study / "mappings/sources.yaml", "page: 2", "page: 3")
    assert anew(study) == {"EX": "mappings/sources.yaml: EXDOSE, EXSTDTC and EXENDTC changed"}, (
        "they cite the page"
    )
    change(study / "mappings/sources.yaml", "trim: yes", "trim: no")
    assert anew(study) == {
        "EX": "the contract of dose changed; DM, which it reads, changed",
        "DM": "the contract of demog changed; EX, which it reads, changed",
        "AE": "the contract of ae changed; DM, which it reads, changed",
    }


def test_the_place_of_a_contract_that_findings_on_visits_name(tmp_path: Path, study: Path) -> None:
    study = shutil.copytree(EXAMPLE, tmp_path / "example", ignore=shutil.ignore_patterns("build"))
    first(study)
    sources = study / "mappings/sources.yaml"
    sources.write_text("# on top\n" + sources.read_text(encoding="utf-8"), encoding="utf-8")
    assert anew(study) == {"LB": "the contract of lab moved", "VS": "the contract of vit moved"}

    def said(incremental: bool) -> list[str]:
        with pytest.raises(Stopped) as caught:
            built(study, check=False, incremental=incremental)
        return [str(one) for one in caught.value.findings.sorted()]

    change(study / "raw/vital.csv", "Screening", "Scrooning")
    assert said(True) == said(False)
    sources.write_text("# more\n" + sources.read_text(encoding="utf-8"), encoding="utf-8")
    assert said(True) == said(False)


def test_numbers_that_are_kept_are_no_change_of_the_spec(study: Path) -> None:
    first(study)
    change(study / "mappings/study.yaml", "usubjid:", "sequence: pinned\nusubjid:")
    assert anew(study)["AE"] == "the study changed; its numbers changed; DM, which it reads, changed"
    assert anew(study)["AE"] == "its numbers changed; DM, which it reads, changed"
    assert anew(study) == {}
    change(
        study / "mappings/sdtm/ae.yaml", "AETERM:   ae.TERM", "AETERM: {collect: ae.TERM, comment: As told}"
    )
    assert anew(study) == {"AE": "mappings/sdtm/ae.yaml: AETERM changed"}


def test_the_file_is_named_in_which_something_changed(study: Path) -> None:
    own = 'domain: AE\nvariables:\n  AEDECOD: {derive: "upper(AETERM)"}\n'
    write(study / "company/sdtm/ae.yaml", AE.replace('  AEDECOD:  {derive: "upper(AETERM)"}\n', ""))
    write(study / "mappings/sdtm/ae.yaml", own)
    change(study / "mappings/study.yaml", "study:", "extends: ../company\nstudy:")
    time.sleep(0.05)  # a layer that has just changed is not relied on
    first(study)
    company, read = "company/sdtm/ae.yaml", {"ADSL": "AE, which it reads, changed"}
    change(study / company, "domain: AE", "# AE\ndomain: AE")
    time.sleep(0.05)
    assert anew(study) == {"AE": f"{company}: its lines moved"}
    change(study / company, "{assign: N}", "{assign: Y}")
    time.sleep(0.05)
    assert anew(study) == {"AE": f"{company}: AESER changed", **read}
    change(study / company, "  AESPID:   ae.AENO\n", "")
    time.sleep(0.05)
    assert anew(study) == {"AE": f"{company}: AESPID changed", **read}
    change(study / company, "sort: [AESTDTC, AETERM]", "sort: [AETERM]")
    change(study / "mappings/sdtm/ae.yaml", "upper(AETERM)", "lower(AETERM)")
    time.sleep(0.05)
    assert anew(study) == {
        "AE": f"{company} and mappings/sdtm/ae.yaml: AESEQ, AEDECOD and sort changed",
        **read,
    }
    change(study / "mappings/study.yaml", "UN-UNK-YYYY]", "UN-UNK-YYYY, YYYY]")
    assert anew(study)["AE"].startswith("mappings/study.yaml: AESTDTC and AEENDTC changed")


def test_a_new_version_of_the_tool(study: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first(study)
    monkeypatch.setattr("ced_cdisc.spec.plan_key.VERSION", "99.0")
    assert set(anew(study).values()) == {"the tool changed"}
    assert anew(study) == {}


def test_every_part_of_a_dataset_has_words() -> None:
    by_line = {"blocks", "computed", "lines", "variables", "supplemental"}
    assert {*WORDS} == {*DatasetPlan.__struct_fields__, "records"} - by_line
