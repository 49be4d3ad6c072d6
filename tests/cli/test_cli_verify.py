"""``ced-cdisc build --verify``: the second engine computes every value again."""

from __future__ import annotations

from pathlib import Path

import pytest
from command_line import SPECS, ced, given, spoil, tree

from ced_cdisc.recompute import functions
from ced_cdisc.recompute.values import DataFault

HINT = "; nothing was written; please report this as a bug, with the line\n"
AGREES = "  verified: both engines agree on 210 values of 5 datasets\n"
SUPP = 'supp:\n  AEX: {derive: "upper(ae.TERM)", label: Other Term, evaluator: INVESTIGATOR}\n'


def test_engines_that_agree_say_on_how_much_and_the_output_is_that_of_a_plain_build() -> None:
    given()
    spoil("mappings/sdtm/ae.yaml", "variables:\n", SUPP + "variables:\n")
    run = ced("build", "raw", "out", "--verify")
    assert run.code == 0
    assert AGREES in run.err
    assert ced("build", "raw", "plain").code == 0
    assert tree("out") == tree("plain")


def differently(monkeypatch: pytest.MonkeyPatch, name: str, function: object) -> None:
    monkeypatch.setitem(functions.FUNCTIONS, name, function)


def test_a_value_that_differs_is_shown_with_its_record_and_nothing_is_written(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    given()
    spoil("mappings/sdtm/ae.yaml", "variables:\n", SUPP + "variables:\n")
    differently(monkeypatch, "upper", lambda text: None if text == "Nausea" else text.title())
    run = ced("build", "raw", "out", "--verify")
    assert run.code == 1
    assert run.err == (
        SPECS
        + "2 errors from the checks\n"
        + "mappings/sdtm/ae.yaml:1:9 CED591 SUPPAE has 3 records, computed again 2"
        + HINT
        + "mappings/sdtm/ae.yaml:11:13 CED590 AE.AEDECOD differs in 3 of 3 records"
        + HINT
        + "    record 1, subject T1-001: 'BONE PAIN', computed again 'Bone Pain'\n"
        + "    record 2, subject T1-001: 'HEADACHE', computed again 'Headache'\n"
        + "    record 3, subject T1-002: 'NAUSEA', computed again missing\n"
    )
    assert not Path("out").exists()


def test_a_fault_that_one_engine_alone_finds_is_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    given()

    def fails(text: str | None) -> str | None:
        raise DataFault(f"'{text}' has no capitals")

    differently(monkeypatch, "upper", fails)
    run = ced("build", "raw", "out", "--verify")
    assert run.code == 1
    alone = "mappings/sdtm/ae.yaml:9:23 CED592 AE.AEDECOD: the second engine alone says: "
    assert run.err == (
        SPECS
        + "4 errors from the checks\n"
        + "mappings/sdtm/ae.yaml:9:13 CED590 AE.AEDECOD differs in 3 of 3 records"
        + HINT
        + "    record 1, subject T1-001: 'BONE PAIN', computed again missing\n"
        + "    record 2, subject T1-001: 'HEADACHE', computed again missing\n"
        + "    record 3, subject T1-002: 'NAUSEA', computed again missing\n"
        + f"{alone}'Bone pain' has no capitals{HINT}    subject T1-001\n"
        + f"{alone}'Headache' has no capitals{HINT}    subject T1-001\n"
        + f"{alone}'Nausea' has no capitals{HINT}    subject T1-002\n"
    )
    assert not Path("out").exists()
