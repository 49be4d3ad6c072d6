"""``text: split`` and ``text: transliterate``: what they make, in both engines, and what they refuse."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import ced_cdisc
from ced_cdisc.convert.texts import parts_of
from ced_cdisc.core.characters import IN_ASCII
from ced_cdisc.core.findings import Findings
from ced_cdisc.plan.texts import part_name
from ced_cdisc.read.tables import ROW
from ced_cdisc.recompute import recompute
from ced_cdisc.recompute.texts import in_ascii
from ced_cdisc.recompute.texts import parts as second_parts
from ced_cdisc.spec.locate import find_study
from ced_cdisc.stages.planning import make_plan
from ced_cdisc.stages.reading import read_raw
from small_study import FILES, write_study

AE, SOURCES, RAW_AE = "mappings/sdtm/ae.yaml", "mappings/sources.yaml", "raw/ae.csv"
WORDS = " ".join(f"word{n:03}" for n in range(75))
"""599 characters: the third blank-bounded part ends at the last word."""
LINE = "AETERM:   ae.TERM"
POOR = 'AEDECOD:  {derive: "upper(AETERM)"}'


def build(folder: Path) -> ced_cdisc.Build:
    return ced_cdisc.build(
        folder / "raw", folder / "out", mappings=folder / "mappings", define=folder / "define", check=False
    )


def faults(folder: Path) -> list[str]:
    with pytest.raises(ced_cdisc.Stopped) as stopped:
        build(folder)
    return [str(finding) for finding in stopped.value.findings.sorted()]


def second(folder: Path, dataset: str) -> list[dict[str, Any]]:
    """The records of the second engine."""
    findings = Findings()
    plan, _ = make_plan(find_study(folder / "mappings", folder / "define", folder), findings)
    tables = read_raw(folder / "raw", plan, findings)
    rows, found = recompute(plan, {n: t.frame.drop(ROW).to_dicts() for n, t in tables.items()})
    assert found == []
    return rows[dataset]


def study(folder: Path, line: str, term: str, *changes: tuple[str, str, str]) -> Path:
    """The small study with another line of AETERM and another term; AEDECOD does not read it."""
    write_study(folder, {AE: (LINE, line), RAW_AE: ("Bone pain", term)})
    for file, old, new in ((AE, POOR, 'AEDECOD:  {derive: "upper(ae.SEV)"}'), *changes):
        text = (folder / file).read_text(encoding="utf-8")
        assert old in text, (file, old)
        (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    return folder


# splitting


@settings(max_examples=300)
@given(st.text(st.sampled_from("ab  é≥😀"), max_size=700))
@example("a" * 200 + " b")
@example("a" * 201 + " b")
@example("é" * 100 + " é")
@example(" " * 250 + "a")
def test_joined_parts_are_the_text_and_none_is_too_long(text: str) -> None:
    parts = parts_of(text)
    assert parts == second_parts(text)
    if len(parts) > 1:
        assert " ".join(parts) == text.rstrip(" ")
        assert all(0 < len(part.encode()) <= 200 for part in parts)
        assert not any(part.endswith(" ") for part in parts)
        first_words = [part.lstrip(" ").split(" ")[0] for part in parts[1:]]
        for part, word in zip(parts, first_words, strict=False):
            assert len(f"{part} {word}".encode()) > 200, "a further word would have fitted"


@pytest.mark.parametrize(
    ("variable", "number", "name"),
    [
        ("AETERM", 1, "AETERM1"),
        ("AEREASND", 1, "AEREASN1"),
        ("AEREASND", 12, "AEREAS12"),
        ("supp.AERELAPH", 2, "supp.AERELAP2"),
    ],
)
def test_the_name_of_a_part(variable: str, number: int, name: str) -> None:
    assert part_name(variable, number) == name


def test_a_long_text_continues_in_supplemental_qualifiers(tmp_path: Path) -> None:
    folder = study(tmp_path, "AETERM:   {collect: ae.TERM, text: split}", WORDS)
    done = build(folder)
    assert done["AE"]["AETERM"].tolist() == [WORDS[:199], "Headache", "Nausea"]
    supp = done["SUPPAE"]
    columns = ["RDOMAIN", "USUBJID", "IDVAR", "IDVARVAL", "QNAM", "QLABEL", "QVAL", "QORIG"]
    label = "Reported Term for the Adverse Event"
    assert supp[columns].to_numpy().tolist() == [
        ["AE", "T1-001", "AESEQ", "1", "AETERM1", f"{label} 1", WORDS[200:399], "Collected"],
        ["AE", "T1-001", "AESEQ", "1", "AETERM2", f"{label} 2", WORDS[400:], "Collected"],
    ]
    rows = second(folder, "AE")
    assert [row["AETERM"] for row in rows] == done["AE"]["AETERM"].tolist()
    assert [row["supp.AETERM1"] for row in rows] == [WORDS[200:399], None, None]
    assert [row["supp.AETERM2"] for row in rows] == [WORDS[400:], None, None]


def test_define_xml_says_that_a_text_continues(tmp_path: Path) -> None:
    done = build(study(tmp_path, "AETERM:   {collect: ae.TERM, text: split}", WORDS))
    datasets = {dataset.name: dataset for dataset in done.packages["sdtm"].datasets}
    comment = datasets["AE"].variable("AETERM").comment
    assert comment is not None
    assert comment.text == "Texts of more than 200 bytes are continued in SUPPAE as AETERM1 to AETERM2."
    levels = datasets["SUPPAE"].variable("QVAL").value_level
    assert [level.where[0].values for level in levels] == [("AETERM1",), ("AETERM2",)]
    assert [level.length for level in levels] == [199, 199]
    assert [level.origin.type for level in levels if level.origin] == ["Collected", "Collected"]
    assert {level.comment.text for level in levels if level.comment} == {
        "Continues AE.AETERM: a text of more than 200 bytes is broken at the last blank that leaves no part "
        "longer than that."
    }


def test_a_derived_text_and_a_qualifier_are_split_by_the_policy_of_the_study(tmp_path: Path) -> None:
    folder = study(
        tmp_path,
        LINE,
        WORDS,
        (AE, 'AEDECOD:  {derive: "upper(ae.SEV)"}', POOR),
        (AE, "  AEENDTC:", "  AEMODIFY: {collect: ae.TERM}\n  AEENDTC:"),
        ("mappings/study.yaml", "snapshot:", "text: [transliterate, split]\nsnapshot:"),
    )
    text = (folder / AE).read_text(encoding="utf-8")
    (folder / AE).write_text(
        text + "supp:\n  AEVERBAT: {collect: ae.TERM, label: Verbatim}\n", encoding="utf-8"
    )
    done = build(folder)
    supp = done["SUPPAE"].query("USUBJID == 'T1-001'")
    values = dict(zip(supp["QNAM"] + supp["IDVARVAL"], supp["QVAL"], strict=True))
    assert [name[:-1] for name in values if name.endswith("1")] == [
        "AEDECOD1", "AEDECOD2", "AEMODIF1", "AEMODIF2", "AETERM1", "AETERM2",
        "AEVERBA1", "AEVERBA2", "AEVERBAT",
    ]  # fmt: skip
    assert values["AEDECOD11"] == WORDS[200:399].upper()
    assert [values["AEVERBAT1"], values["AEVERBA11"], values["AEVERBA21"]] == [
        WORDS[:199],
        WORDS[200:399],
        WORDS[400:],
    ]
    labels = dict(zip(supp["QNAM"], supp["QLABEL"], strict=True))
    assert (labels["AEVERBA2"], labels["AEMODIF1"]) == ("Verbatim 2", "Modified Reported Term 1")
    rows = second(folder, "AE")
    assert [rows[0][f"supp.AEVERBA{n}"] for n in "12"] == [WORDS[200:399], WORDS[400:]]
    assert [rows[0][f"supp.AEDECOD{n}"] for n in "12"] == [WORDS[200:399].upper(), WORDS[400:].upper()]


CO = """\
domain: CO
from: ae
sort: [COREF, COVAL]
variables:
  RDOMAIN: {assign: AE}
  IDVAR:   {absent: "Of the subject"}
  IDVARVAL: {absent: "Of the subject"}
  COREF:   ae.AENO
  COVAL:   {collect: ae.TERM, text: split}
"""


def test_a_long_comment_continues_in_variables_of_the_domain(tmp_path: Path) -> None:
    folder = study(tmp_path, "AETERM:   {collect: ae.TERM, text: split}", WORDS)
    (folder / "mappings/sdtm/co.yaml").write_text(CO, encoding="utf-8")
    done = build(folder)
    frame = done["CO"]
    assert "SUPPCO" not in done.frames
    place = frame.columns.tolist().index("COVAL")
    assert frame.columns.tolist()[place : place + 3] == ["COVAL", "COVAL1", "COVAL2"]
    long = frame[frame["COVAL1"].notna()].iloc[0]
    assert [long["COVAL"], long["COVAL1"], long["COVAL2"]] == [WORDS[:199], WORDS[200:399], WORDS[400:]]
    labels = {v.name: v.label for d in done.packages["sdtm"].datasets if d.name == "CO" for v in d.variables}
    assert (labels["COVAL1"], labels["COVAL2"]) == ("Comment 1", "Comment 2")
    assert [row["COVAL1"] for row in second(folder, "CO") if row["COVAL1"]] == [WORDS[200:399]]


def test_a_part_has_the_pages_of_all_sources_of_the_whole(tmp_path: Path) -> None:
    folder = study(tmp_path, "AETERM:   {collect: ae.TERM, text: split}", WORDS)
    spec = CO.replace("from: ae\n", "").replace("  COREF:   ae.AENO\n", "")
    spec = spec.replace("  COVAL:   {collect: ae.TERM, text: split}\n", "  COREF: {assign: FORM}\n")
    spec += "stack:\n" + "".join(
        f"  - {{from: {table}, variables: {{COVAL: {{collect: {table}.{column}, text: split}}}}}}\n"
        for table, column in (("dose", "DAY"), ("ae", "TERM"))
    )
    (folder / "mappings/sdtm/co.yaml").write_text(spec, encoding="utf-8")
    dataset = next(d for d in build(folder).packages["sdtm"].datasets if d.name == "CO")
    pages = {v.name: [ref.pages for ref in v.origin.documents] for v in dataset.variables}
    assert pages["COVAL"] == pages["COVAL1"] == pages["COVAL2"] == [(2, 3)]


TS = """\
domain: TS
sort: [TSPARMCD]
origin: Protocol
variables: {WORD}
rows:
  - {TSPARMCD: TITLE, TSPARM: Trial Title, TSSEQ: 1, TSVAL: "VALUE"}
"""


def test_a_long_summary_value_continues_in_tsval1(tmp_path: Path) -> None:
    folder = write_study(tmp_path)
    spec = TS.replace(
        "WORD",
        "TSVAL: {text: split}, TSVALNF: {absent: No}, TSVALCD: {absent: No}, "
        "TSVCDREF: {absent: No}, TSVCDVER: {absent: No}",
    ).replace("VALUE", WORDS)
    (folder / "mappings/sdtm/ts.yaml").write_text(spec, encoding="utf-8")
    frame = build(folder)["TS"]
    assert frame.loc[0, ["TSVAL", "TSVAL1", "TSVAL2"]].tolist() == [WORDS[:199], WORDS[200:399], WORDS[400:]]
    assert second(folder, "TS")[0]["TSVAL2"] == WORDS[400:]


def test_analysis_datasets_read_the_first_part(tmp_path: Path) -> None:
    folder = study(
        tmp_path,
        "AETERM:   {collect: ae.TERM, text: split}",
        WORDS,
        (
            "mappings/adam/adsl.yaml",
            "  NAE:",
            '  FIRST:  {derive: "first(AE.AETERM order by AE.AESEQ)", label: First Event}\n  NAE:',
        ),
    )
    assert build(folder)["ADSL"]["FIRST"].tolist() == [WORDS[:199], "Nausea"]
    assert [row["FIRST"] for row in second(folder, "ADSL")] == [WORDS[:199], "Nausea"]


def test_a_part_of_a_repeated_block_is_split_too(tmp_path: Path) -> None:
    """The policy goes through ``for`` and ``stack``: any block that asks for it gives it to the variable."""
    folder = study(
        tmp_path,
        LINE,
        WORDS,
        (AE, LINE, "AEGRPID:  {assign: X}"),
        (AE, "from: ae\n", ""),
        (AE, "variables:\n", 'stack:\n  - {from: ae, for: [{k: TERM}], '
         'variables: {AETERM: {collect: "ae.{k}", text: [split, transliterate]}}}\nvariables:\n'),
    )  # fmt: skip
    assert build(folder)["SUPPAE"]["QVAL"].tolist() == [WORDS[200:399], WORDS[400:]]


def test_trial_design_has_no_qualifiers_to_continue_in(tmp_path: Path) -> None:
    folder = write_study(tmp_path)
    spec = "domain: TI\nfrom: demog\nvariables:\n  IETESTCD: demog.SEX\n"
    spec += "  IETEST: {collect: demog.SUBJ, text: split}\n  IECAT: {assign: INCLUSION}\n"
    (folder / "mappings/sdtm/ti.yaml").write_text(spec, encoding="utf-8")
    assert (
        f"{folder}/mappings/sdtm/ti.yaml:5:11 CED091 TI.IETEST cannot be split: TI has no supplemental "
        "qualifiers; make a further variable with extract(..), or take 'split' out"
    ) in faults(folder)


def test_a_text_without_a_blank_stays_a_fault(tmp_path: Path) -> None:
    folder = study(tmp_path, "AETERM:   {collect: ae.TERM, text: split}", "B" * 201)
    shown = "B" * 40
    assert faults(folder) == [
        f"{folder}/{AE}:6:13 CED266 AE.AETERM: text of 201 bytes, a transport file holds 200: '{shown}...'; "
        "it has no blank within 200 bytes at which it could be split\n    ae.csv line 3, subject T1-001"
    ]


def test_the_name_of_a_part_that_is_taken(tmp_path: Path) -> None:
    folder = study(tmp_path, "AETERM:   {collect: ae.TERM, text: split}", WORDS)
    text = (folder / AE).read_text(encoding="utf-8")
    (folder / AE).write_text(text + "supp:\n  AETERM1: {collect: ae.SEV, label: Grade}\n", encoding="utf-8")
    assert faults(folder) == [
        f"{folder}/{AE}:6:13 CED241 AE.AETERM: a long text continues in SUPPAE.AETERM1, which is taken; "
        "rename what has this name"
    ]


# ASCII


def test_the_table_gives_printable_ascii_for_what_is_not() -> None:
    for character, text in IN_ASCII.items():
        assert len(character) == 1
        assert not character.isascii()
        assert text.isascii()
        assert text == "" or text.isprintable()
    assert [in_ascii(text) for text in ("5 µg", "5 \u03bcg", "é", "e\u0301", "a–b", "≥ 3 °C", "\u200b")] == [
        "5 ug", "5 ug", "e", "e", "a-b", ">= 3 degC", None,
    ]  # fmt: skip


def test_characters_are_written_in_ascii_and_every_change_is_noted(tmp_path: Path) -> None:
    folder = study(
        tmp_path,
        "AETERM:   {collect: ae.TERM, text: transliterate}",
        "Café – 5 µg",
        (AE, 'AEDECOD:  {derive: "upper(ae.SEV)"}', POOR),
    )
    done = build(folder)
    assert done["AE"]["AETERM"].tolist() == ["Cafe - 5 ug", "Headache", "Nausea"]
    assert done["AE"]["AEDECOD"].tolist() == ["CAFE - 5 UG", "HEADACHE", "NAUSEA"]
    assert [row["AETERM"] for row in second(folder, "AE")] == ["Cafe - 5 ug", "Headache", "Nausea"]
    assert [str(finding) for finding in done.findings.sorted()] == [
        f"{folder}/{AE}:6:13 CED240 AE.AETERM: 'Café – 5 µg' is written 'Cafe - 5 ug'\n"
        "    ae.csv line 3, subject T1-001"
    ]
    assert [f["severity"] for f in json.loads((folder / "out/build.json").read_bytes())["findings"]] == [
        "note"
    ]
    variables = {v.name: v for d in done.packages["sdtm"].datasets if d.name == "AE" for v in d.variables}
    comment = variables["AETERM"].comment
    assert comment is not None
    assert comment.text == "Characters beyond ASCII are written in ASCII characters."
    assert variables["AEDECOD"].comment is None


def test_a_character_that_the_table_lacks_stays_a_fault(tmp_path: Path) -> None:
    folder = study(tmp_path, "AETERM:   {collect: ae.TERM, text: transliterate}", "é 日")
    where = f"{folder}/{AE}:6:13"
    assert faults(folder) == [
        f"{where} CED240 AE.AETERM: 'é 日' is written 'e 日'\n    ae.csv line 3, subject T1-001",
        f"{where} CED267 AE.AETERM: '日' (U+65E5) in 'e 日' is not printable ASCII; "
        "a transport file holds nothing else: write replace(.., '日', '..') in this line\n"
        "    ae.csv line 3, subject T1-001",
    ]


def test_blocks_with_the_same_value_may_have_policies_of_their_own(tmp_path: Path) -> None:
    def given_blocks(folder: Path, term: str) -> Path:
        blocks = (
            "stack:\n"
            "  - {from: ae, where: \"ae.SEV = '1'\", variables: {AETERM: ae.TERM}}\n"
            "  - {from: ae, where: \"ae.SEV != '1'\", "
            "variables: {AETERM: {collect: ae.TERM, text: transliterate}}}\n"
            "variables:\n"
        )
        folder.mkdir()
        changes = ((AE, LINE, "AEGRPID:  {assign: X}"), (AE, "from: ae\n", ""), (AE, "variables:\n", blocks))
        return study(folder, LINE, term, *changes)

    folder = given_blocks(tmp_path / "one", "é")
    assert build(folder)["AE"]["AETERM"].tolist() == ["e", "Headache", "Nausea"]
    assert [row["AETERM"] for row in second(folder, "AE")] == ["e", "Headache", "Nausea"]
    folder = given_blocks(tmp_path / "two", "Bone pain")
    text = (folder / RAW_AE).read_text(encoding="utf-8").replace("Headache", "é")
    (folder / RAW_AE).write_text(text, encoding="utf-8")
    (fault,) = faults(folder)
    assert "CED267 AE.AETERM: 'é' (U+00E9) in 'é' is not printable ASCII" in fault


def test_a_line_may_refuse_what_the_study_allows(tmp_path: Path) -> None:
    folder = study(
        tmp_path,
        "AETERM:   {collect: ae.TERM, text: error}",
        "é",
        ("mappings/study.yaml", "snapshot:", "text: transliterate\nsnapshot:"),
    )
    (fault,) = faults(folder)
    assert fault.startswith(
        f"{folder}/{AE}:6:13 CED267 AE.AETERM: 'é' (U+00E9) in 'é' is not printable ASCII;"
    )


# words


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        (AE, LINE, "AETERM:   {collect: ae.TERM, text: [error, split]}",
         "6:13 CED091 'text: error' stands alone; take the other words out"),
        ("mappings/study.yaml", "snapshot:", "text: splitt\nsnapshot:",
         "3:7 CED008 'splitt' is not a value of 'text'; did you mean split?"),
        (AE, "AESER:    {assign: N}", "AESER:    {assign: N, text: split}",
         "20:13 CED018 'text' does not go with 'assign' in the line of AE.AESER; "
         "it goes with collect, derive, cases"),
        (AE, "{collect: ae.START, date: edc", "{collect: ae.START, date: edc, text: split",
         "23:13 CED091 'text' is for texts, and AE.AESTDTC is ISO 8601 date; take 'text' out"),
        ("mappings/adam/adsl.yaml", "  NAE:", '  X: {derive: "upper(DM.SEX)", label: X, text: split}\n  NAE:',
         "8:6 CED091 ADSL.X cannot be split: ADSL has no supplemental qualifiers; "
         "make a further variable with extract(..), or take 'split' out"),
    ],
)  # fmt: skip
def test_wrong_words(tmp_path: Path, file: str, old: str, new: str, said: str) -> None:
    assert old in FILES[file]
    assert faults(write_study(tmp_path, {file: (old, new)})) == [f"{tmp_path}/{file}:{said}"]
