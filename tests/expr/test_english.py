"""The method texts that define.xml shows, from the same tree as the values."""

from __future__ import annotations

import pytest

from ced_cdisc.derive.catalogue import FUNCTIONS
from ced_cdisc.expr.english import listed, sentence
from ced_cdisc.expr.parse import parse
from ced_cdisc.expr.resolve import resolve
from ced_cdisc.expr.tree import Scope, Type

KINDS = {"DT": Type.DATE, "DTC": Type.DTC, "DTM": Type.DATETIME}
TEXTS = {"VISIT", "SEX", "ARMCD", "EXCAT", "UNIT", "RESULT"}


class Names:
    """Knows every name: raw columns by a small table, variables of EX and DM, and own variables."""

    def find(self, name: str, inside: str | None) -> tuple[Scope, Type] | None:
        owner, _, short = name.rpartition(".")
        kind = next((KINDS[end] for end in ("DTC", "DTM", "DT") if short.endswith(end)), Type.NUMBER)
        if short in TEXTS or owner.islower():
            kind = Type.TEXT if kind is Type.NUMBER else kind
        if not owner:
            return Scope.VARIABLE, kind
        return (Scope.RAW if owner.islower() else Scope.DATASET), kind

    def unknown(self, name: str, inside: str | None) -> tuple[str, str]:
        return f"unknown {name}", ""

    def is_dataset(self, owner: str) -> bool:
        return owner.isupper()

    def is_own(self, owner: str) -> bool:
        return False


def said(text: str) -> str:
    return sentence(resolve(parse(text), Names(), FUNCTIONS), FUNCTIONS)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("AVAL - BASE", "AVAL - BASE."),
        ("100 * (AVAL - BASE) / BASE", "100 x (AVAL - BASE) / BASE."),
        ("3 * APV / 2 * (DIAM / 20) ** 2 * 60", "3 x APV / 2 x (DIAM / 20)^2 x 60."),
        ("A - (B - C)", "A - (B - C)."),
        ("A - B - C", "A - B - C."),
        ("A / (B * C)", "A / (B x C)."),
        ("10 ** (A - 1)", "10^(A - 1)."),
        ("sqrt(A) * 2", "(the square root of A) x 2."),
        ("-(A + B)", "Minus (A + B)."),
    ],
)
def test_formulas_have_brackets_only_where_they_are_needed(text: str, expected: str) -> None:
    assert said(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "if(gcsf.NOTGIVEN = 'Y', 'N', 'Y')",
            '"N" if NOTGIVEN (gcsf) is "Y"; otherwise "Y".',
        ),
        (
            "if(AGE < 50, 1, if(AGE >= 50, 2, missing))",
            "1 if AGE is below 50; 2 if AGE is at least 50; otherwise missing.",
        ),
        ("if(VISIT != 'MONTH 1', A, B)", 'A if VISIT is not "MONTH 1"; otherwise B.'),
        ("if(A = B, A, B)", "A if A equals B; otherwise B."),
        ("if(A in (1, 2, 3), A, B)", "A if A is 1, 2 or 3; otherwise B."),
        ("if(A between 15 and 60, A, B)", "A if A is from 15 to 60; otherwise B."),
        ("if(A between -4 and 60, A, -B)", "A if A is from -4 to 60; otherwise minus B."),
        ("if(A = -4, A, B)", "A if A is -4; otherwise B."),
        ("if(ADT >= DM.RFDT, A, B)", "A if ADT is on or after DM.RFDT; otherwise B."),
        ("if(A not in (1, 2), A, B)", "A if A is neither 1 nor 2; otherwise B."),
        ("if(A not in (1, 2, 3), A, B)", "A if A is none of 1, 2 and 3; otherwise B."),
        ("if(numeric(RESULT) > 5, A, B)", "A if RESULT is above 5; otherwise B."),
        (
            "if(A is present and B = 1 and C is present, A, B)",
            "A if A and C are present and B is 1; otherwise B.",
        ),
        ("if(A is missing or B is missing, A, B)", "A if A or B is missing; otherwise B."),
        ("if(numeric(RESULT) is present, A, B)", "A if RESULT is a number; otherwise B."),
        ("if(numeric(RESULT) is missing, A, B)", "A if RESULT is missing or no number; otherwise B."),
        ("if(comparator(RESULT) is missing, A, B)", "A if RESULT has no comparator; otherwise B."),
        ("if(comparator(RESULT) is present, A, B)", "A if RESULT has a comparator; otherwise B."),
        (
            "if(count(EX.EXDTC where EX.A > 1) > 0, A, B)",
            "A if (the number of the subject's records in EX with a value of EXDTC where A is above 1) is "
            "above 0; otherwise B.",
        ),
        (
            "if(max(EX.EXDTC where EX.A > 1) is present and A = 1, A, B)",
            "A if (the latest EXDTC of the subject's records in EX where A is above 1) is present and A is "
            "1; otherwise B.",
        ),
        (
            "if(first(EX.A order by EX.EXDTC) in (1, 2), A, B)",
            "A if (the first A of the subject's records in EX, ordered by EXDTC) is 1 or 2; otherwise B.",
        ),
        (
            "if(A is present and numeric(RESULT) is present and B is present, A, B)",
            "A if A and B are present and RESULT is a number; otherwise B.",
        ),
        ("if(A = 1 or B = 2 and C = 3, A, B)", "A if A is 1, or B is 2 and C is 3; otherwise B."),
        ("if(A = 1 and (B = 2 or C = 3), A, B)", "A if A is 1 and (B is 2 or C is 3); otherwise B."),
        (
            "if(VISIT is present, if(A > 1, 'Y', if(A <= 1, 'N', missing)), missing)",
            'Only where VISIT is present: "Y" if A is above 1; "N" if A is at most 1; otherwise missing.',
        ),
        (
            "if(A = 1, if(B = 1, A, B), C)",
            "(A if B is 1; otherwise B), if A is 1; otherwise C.",
        ),
        (
            "if(A is present, join(' to ', VISIT, SEX), missing)",
            'VISIT and SEX joined with " to ", if A is present; otherwise missing.',
        ),
    ],
)
def test_choices_are_read_in_their_order(text: str, expected: str) -> None:
    assert said(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "days_between(coalesce(ADT, BDT), coalesce(CDT, DM.DDT))",
            "The calendar days from (ADT or, if missing, BDT) to (CDT or, if missing, DM.DDT).",
        ),
        (
            "days_between(ADT, coalesce(BDT, CDT)) + 1",
            "(the calendar days from ADT to (BDT or, if missing, CDT)) + 1.",
        ),
        (
            "greatest(min(EX.EXDT where EX.A = 1), ADT)",
            "The greatest of (the earliest EXDT of the subject's records in EX where A is 1) and ADT.",
        ),
        (
            "study_day(min(EX.EXDT where EX.A = 1), DM.RFDT)",
            "(the earliest EXDT of the subject's records in EX where A is 1) minus DM.RFDT in days, "
            "plus 1 if the difference is 0 or more.",
        ),
        (
            "text(only(EX.A where EX.B = 1))",
            "(the A of the subject's record in EX where B is 1) as text.",
        ),
        (
            "date(min(EX.EXDTC where EX.A = 1))",
            "The date part of the earliest EXDTC of the subject's records in EX where A is 1.",
        ),
        ("coalesce(A, B) + 1", "(A or, if missing, B) + 1."),
        ("coalesce(A, B, C)", "A; if missing, B; if missing, C."),
        ("coalesce(A, coalesce(B, C))", "A; if missing, (B or, if missing, C)."),
        (
            "if(ADT <= coalesce(BDT, CDT, DM.DDT), A, coalesce(B, C))",
            "A if ADT is on or before (BDT or, if missing, CDT or, if missing, DM.DDT); "
            "otherwise (B or, if missing, C).",
        ),
        ("coalesce(if(A = 1, B, C), D)", "(B if A is 1; otherwise C); if missing, D."),
        ("if(if(A = 1, 0, 1) = 1, B, C)", "B if it is not true that A is 1; otherwise C."),
        ("if(A = 1, B, C) + 1", "(B if A is 1; otherwise C) + 1."),
        (
            "greatest(ADT, if(A = 1, BDT, CDT))",
            "The greatest of ADT and (BDT if A is 1; otherwise CDT).",
        ),
        ("join('; ', VISIT, SEX)", 'VISIT and SEX joined with "; ".'),
        (
            "join(' ', join('; ', VISIT, SEX), text(round(A, 1)))",
            'VISIT and SEX joined with "; " and (A, rounded to 1 decimal, halves away from zero) '
            "joined with a blank.",
        ),
        (
            "if(round(A, 1) > 1, round(B, 1), round(coalesce(C, D), 1))",
            "B, rounded to 1 decimal, halves away from zero, if (A, rounded to 1 decimal, halves away from "
            "zero) is above 1; otherwise (C or, if missing, D), rounded to 1 decimal, halves away from zero.",
        ),
        (
            "max(coalesce(EX.A, EX.B) where EX.EXCAT = 'X')",
            'The largest (A or, if missing, B) of the subject\'s records in EX where EXCAT is "X".',
        ),
    ],
)
def test_what_runs_on_to_a_full_stop_stands_in_brackets_inside_a_sentence(text: str, expected: str) -> None:
    assert said(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("DM.RFDTC", "Equal to DM.RFDTC."),
        ("date(XCDTC)", "The date part of XCDTC."),
        (
            "study_day(ADT, DM.TRTSDT)",
            "ADT minus DM.TRTSDT in days, plus 1 if the difference is 0 or more.",
        ),
        (
            "study_day(AEDTC, DM.RFDTC)",
            "The date part of AEDTC minus the date part of DM.RFDTC in days, "
            "plus 1 if the difference is 0 or more.",
        ),
        ("days_between(ADT, DM.TRTSDT)", "The calendar days from ADT to DM.TRTSDT."),
        (
            "days_between(datetime(AEDTC), ADTM)",
            "The calendar days from the date part of AEDTC to the date part of ADTM.",
        ),
        ("number(RESULT)", "RESULT as a number."),
        (
            "round(convert(number(RESULT), UNIT, 'cm'), 0)",
            "RESULT, converted from the unit in UNIT to cm and rounded to a whole number, "
            "halves away from zero.",
        ),
        ("round(A, 1)", "A, rounded to 1 decimal, halves away from zero."),
        ("round(A, 2)", "A, rounded to 2 decimals, halves away from zero."),
        ("join('-', 'CATH', text(A))", '"CATH" and A joined with a hyphen.'),
        ("join('', VISIT, SEX)", "VISIT and SEX joined without a separator."),
        ("join(' to ', VISIT, SEX)", 'VISIT and SEX joined with " to ".'),
    ],
)
def test_functions_of_one_record(text: str, expected: str) -> None:
    assert said(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("min(EX.EXDTC)", "The earliest EXDTC of the subject's records in EX."),
        (
            "coalesce(max(EX.EXDTC where EX.EXCAT = 'CELL THERAPY'), DM.RFDTC)",
            'The latest EXDTC of the subject\'s records in EX where EXCAT is "CELL THERAPY"; '
            "if missing, DM.RFDTC.",
        ),
        (
            "count(EX.EXDTC where EX.EXCAT = 'CELL THERAPY')",
            'The number of the subject\'s records in EX with a value of EXDTC where EXCAT is "CELL THERAPY".',
        ),
        (
            "only(AVAL where A = 1 on PARAMCD)",
            "The AVAL of the subject's record with the same PARAMCD where A is 1.",
        ),
        (
            "only(EX.EXDTC where EX.VISITNUM = VISITNUM and EX.A = B)",
            "The EXDTC of the subject's record in EX where EX.VISITNUM equals VISITNUM of this record "
            "and A equals B.",
        ),
        (
            "count(EX.EXDTC on EX.VISITNUM)",
            "The number of the subject's records in EX with the same VISITNUM (EX) with a value of EXDTC.",
        ),
        ("min(date(EX.EXDTC))", "The earliest date part of EXDTC of the subject's records in EX."),
        ("next(A order by ADT)", "The A of the subject's next record, ordered by ADT."),
        (
            "last(AVAL where ADT < DM.RFDT on PARAMCD, ATPTN order by ADT desc)",
            "The last AVAL of the subject's records with the same PARAMCD and ATPTN "
            "where ADT is before DM.RFDT, ordered by descending ADT.",
        ),
    ],
)
def test_several_records_of_the_subject(text: str, expected: str) -> None:
    assert said(text) == expected


def test_words_are_enumerated() -> None:
    assert [listed(list(words)) for words in ("", "A", "AB", "ABC")] == ["", "A", "A and B", "A, B and C"]
