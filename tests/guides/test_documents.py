"""Documents of the user are put where define.xml looks for them."""

from __future__ import annotations

from pathlib import Path

import pytest

import ced_cdisc
from ced_cdisc.core.findings import Stopped
from small_study import write_study

PDF = b"%PDF-1.4 of the sponsor"
DEFINE = "define/define.yaml"
ACRF = "href: acrf.pdf, kind: acrf"


def study(folder: Path, document: str) -> Path:
    write_study(folder, {DEFINE: (ACRF, document)})
    (folder / "define/documents").mkdir()
    (folder / "define/documents/crf.pdf").write_bytes(PDF)
    return folder


def build(folder: Path) -> ced_cdisc.Build:
    raw, out = folder / "raw", folder / "out"
    mappings, define = folder / "mappings", folder / "define"
    return ced_cdisc.build(raw, out, mappings=mappings, define=define, check=False)


def test_a_document_stands_where_its_link_leads_build_after_build(tmp_path: Path) -> None:
    folder = study(tmp_path, "href: docs/acrf.pdf, file: documents/crf.pdf, kind: acrf")
    for _ in range(2):
        build(folder)
        assert (folder / "out/sdtm/docs/acrf.pdf").read_bytes() == PDF
        assert 'xlink:href="docs/acrf.pdf"' in (folder / "out/sdtm/define.xml").read_text(encoding="utf-8")
        assert not list((folder / "out/adam").rglob("*.pdf"))
    manifest = (folder / "out/build.json").read_text(encoding="utf-8")
    assert '"define/documents/crf.pdf": ' in manifest
    assert '"sdtm/docs/acrf.pdf": ' in manifest


def test_a_document_that_define_xml_does_not_name_is_not_put_there(tmp_path: Path) -> None:
    folder = study(
        tmp_path, "href: sap.pdf, file: documents/crf.pdf, kind: other}\n  acrf2: {title: A, " + ACRF
    )
    build(folder)
    assert not (folder / "out/sdtm/sap.pdf").exists()


@pytest.mark.parametrize(
    ("document", "said"),
    [
        (
            "href: acrf.pdf, file: documents/cfr.pdf, kind: acrf",
            "define/documents/cfr.pdf CED186 the document acrf is not there; did you mean crf.pdf?",
        ),
        (
            "href: ../acrf.pdf, file: documents/crf.pdf, kind: acrf",
            "define/documents/crf.pdf CED186 the document acrf cannot be put at ../acrf.pdf; "
            "href is a path below the folder of define.xml",
        ),
        (
            "href: dm.xpt, file: documents/crf.pdf, kind: acrf",
            "sdtm/dm.xpt CED186 the document acrf would take the place of a file of the build; "
            "give it another href",
        ),
        (
            "href: csdrg.pdf, file: documents/crf.pdf, kind: csdrg, made: yes, package: sdtm}\n  crf: {title: A, "
            + ACRF,
            "define/define.yaml:2:55 CED128 'file' has no effect beside 'made: yes'; "
            "the build makes this document; take one of the two out",
        ),
    ],
)
def test_a_document_that_cannot_be_put_there(tmp_path: Path, document: str, said: str) -> None:
    folder = study(tmp_path, document)
    with pytest.raises(Stopped) as stopped:
        build(folder)
    assert [
        str(finding).replace(f"{folder.as_posix()}/", "") for finding in stopped.value.findings.errors
    ] == [said]
    assert not (folder / "out").exists()
