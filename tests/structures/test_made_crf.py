"""Annotated CRFs of small studies, built and read back."""

from __future__ import annotations

from pathlib import Path

from pypdf import PdfReader

from small_study import FILES, SOURCES
from structures import Files, made, xml

AE, DEFINE = "mappings/sdtm/ae.yaml", "define/define.yaml"
TABLES = (
    SOURCES.replace("page: 1", "page: 4").replace("page: 2", "page: 6").replace("page: 3, c", "page: 7, c")
)
MADE: Files = {
    DEFINE: FILES[DEFINE].replace("kind: acrf,", "kind: acrf, made: yes,"),
    "mappings/sources.yaml": TABLES,
}


def lines(folder: Path) -> list[list[str]]:
    """The lines of text of each page."""
    return [page.extract_text().splitlines() for page in PdfReader(folder / "out/sdtm/acrf.pdf").pages]


def test_pages_without_a_form_say_so(tmp_path: Path) -> None:
    made(tmp_path, MADE)
    pages = lines(tmp_path)
    assert [page[0] for page in pages] == [
        *("Annotated CRF", "Contents", "This page holds no form.", "demog"),
        *("This page holds no form.", "dose", "ae"),
    ]
    assert pages[6][-1] == "Page 7 of 7"
    assert pages[3] == [
        *("demog", "Raw table demog (demog.csv)", "DM (Demographics)"),
        *("SUBJ", "USUBJID", "DM.SUBJID", "BRTHDAT", "DM.BRTHDTC", "SEX", "DM.SEX", "1 = M;  2 = F"),
        *("ICFDT", "DM.RFICDTC", "T1", "Annotated CRF", "T1, SDTMIG 3.4", "Page 4 of 7"),
    ]
    assert 'PageRefs="4"' in xml(tmp_path)


def test_a_crf_of_ones_own_is_named_and_not_made(tmp_path: Path) -> None:
    made(tmp_path, {})
    assert 'xlink:href="acrf.pdf"' in xml(tmp_path)
    assert not (tmp_path / "out/sdtm/acrf.pdf").exists()


def test_a_crowded_page_grows_and_no_field_leaves_it(tmp_path: Path) -> None:
    codes = ", ".join(f"{n}: A REACTION WITH THE NUMBER {n}" for n in range(10, 900))
    spec = FILES[AE].replace(
        "AETERM:   ae.TERM",
        f"AETERM:   {{collect: ae.TERM, ct: {{Headache: H, Bone pain: B, Nausea: N, {codes}}}}}",
    )
    made(tmp_path, {**MADE, AE: spec})
    page = PdfReader(tmp_path / "out/sdtm/acrf.pdf").pages[6]
    assert float(page.mediabox.width) == 612
    assert float(page.mediabox.height) > 792
    text = page.extract_text()
    assert all(f"{n} = A REACTION WITH THE NUMBER {n}" in text for n in range(10, 900))
    assert text.splitlines()[-1] == "Page 7 of 7"
    assert "AE.AEENDTC" in text


def test_other_characters_are_written_in_ascii_or_as_their_number(tmp_path: Path) -> None:
    tables = TABLES.replace("STOP]", "STOP, BATCH]").replace(
        "ae:    {", 'ae:    {form: "Événements", exclude: {BATCH: "Dose ≥ 5 µg 中."}, '
    )
    raw = (
        FILES["raw/ae.csv"]
        .replace("STOP\n", "STOP,BATCH\n")
        .replace("2020\n", "2020,\n")
        .replace("2020,\n002", "2020,,\n002")
    )
    made(tmp_path, {**MADE, "mappings/sources.yaml": tables, "raw/ae.csv": raw})
    page = lines(tmp_path)[6]
    assert page[0] == "Evenements"
    assert page[page.index("BATCH") + 1] == "[NOT SUBMITTED] Dose >= 5 ug <U+4E2D>."


def test_the_parts_of_a_text_list_are_annotated_at_the_list(tmp_path: Path) -> None:
    spec = FILES[AE].replace("from: ae\n", 'from: ae\neach: {of: ae.TERM, by: ";"}\n')
    spec = spec.replace("AETERM:   ae.TERM", "AETERM:   each.TEXT")
    made(tmp_path, {**MADE, AE: spec})
    page = lines(tmp_path)[6]
    assert page[page.index("TERM") + 1] == "AE.AETERM"
    assert 'PageRefs="7"' in xml(tmp_path)


def test_a_text_list_whose_parts_nothing_reads_says_what_it_is_for(tmp_path: Path) -> None:
    spec = FILES[AE].replace("from: ae\n", 'from: ae\neach: {of: ae.TERM, by: ";"}\n')
    spec = spec.replace("AETERM:   ae.TERM", "AETERM:   ae.SEV")
    made(tmp_path, {**MADE, AE: spec})
    page = lines(tmp_path)[6]
    assert page[page.index("TERM") + 1] == "[NOT SUBMITTED] Is taken apart into the records of AE."


def test_the_contents_of_many_forms_take_a_further_page(tmp_path: Path) -> None:
    tables = TABLES.replace("page: 4", "page: 5")
    more = [f"  t{n}: {{file: t{n}.csv, key: [SUBJ], page: {n}, columns: [SUBJ, X]}}\n" for n in range(8, 48)]
    raw = {f"raw/t{n}.csv": "SUBJ,X\n001,1\n" for n in range(8, 48)}
    made(tmp_path, {**MADE, "mappings/sources.yaml": tables + "".join(more), **raw})
    pages = lines(tmp_path)
    assert [page[0] for page in pages[1:5]] == ["Contents", "Contents", "This page holds no form.", "demog"]
    named = [line for page in pages[1:3] for line in page if line in ("demog", "ae", "t8", "t46", "t47")]
    assert named == ["demog", "ae", "t8", "t46", "t47"]
    assert pages[7][pages[7].index("X") + 1] == "[NOT SUBMITTED] Nothing reads it."
