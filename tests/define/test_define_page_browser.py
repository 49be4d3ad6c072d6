"""define.html in a headless Chromium: views, search, panels, links that last, colours, and no request."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

import pytest
from chromium_page import PROGRAM, Chromium
from define_packages import AE, SDTM, with_dataset
from msgspec.structs import replace

from ced_cdisc.core.metadata import Lineage, PackageMetadata
from ced_cdisc.write.define_page import define_page

pytestmark = pytest.mark.skipif(not PROGRAM, reason="there is no Chromium on this machine")

VIEWS = "[...document.querySelectorAll('main > .view')]"
SHOWN = f"{VIEWS}.filter(v => v.checkVisibility() && !v.hasAttribute('hidden')).map(v => v.id).join(' ')"
TARGETS = "[...document.querySelectorAll('main tr.target')].map(r => r.id).join(' ')"
PANEL = "document.getElementById('panel').checkVisibility() ? document.getElementById('panel').innerText : ''"


def traced() -> PackageMetadata:
    """The package with a lineage: AESTDY of AESTDTC, which is of a raw column."""
    of = {
        "AESTDTC": Lineage(("mappings/sdtm/ae.yaml:9",), (), ("ae.STDT",)),
        "AESTDY": Lineage(("mappings/sdtm/ae.yaml:1",), ("AE.AESTDTC", "DM.RFSTDTC"), ()),
    }
    variables = tuple(replace(v, lineage=of.get(v.name)) for v in AE.variables)
    return with_dataset(SDTM, replace(AE, variables=variables))


@pytest.fixture(scope="module")
def browser() -> Generator[Chromium]:
    with Chromium() as started:
        yield started


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("page") / "define.html"
    path.write_bytes(define_page(traced()))
    return path


def test_the_page_opens_with_its_overview_and_asks_for_nothing_else(browser: Chromium, file: Path) -> None:
    browser.open(file)
    assert browser.ask(SHOWN) == "start"
    asked = {
        e["params"]["request"]["url"] for e in browser.events if e["method"] == "Network.requestWillBeSent"
    }
    assert asked == {file.as_uri()}
    faults = [e for e in browser.events if e["method"] in ("Runtime.exceptionThrown", "Log.entryAdded")]
    assert faults == []


@pytest.mark.parametrize("place", ["AE.AESTDY", "SUPPAE.QVAL.QNAM.EQ.AETRTEM"])
def test_a_link_to_a_row_survives_a_reload(browser: Chromium, file: Path, place: str) -> None:
    browser.open(file, f"#{place}")
    dataset = place.partition(".")[0]
    for _ in range(2):
        assert browser.ask(SHOWN) == dataset
        assert browser.ask(TARGETS) == place
        assert browser.ask(f"document.getElementById({place!r}).getBoundingClientRect().top < innerHeight")
        assert browser.ask("document.querySelector('#nav a[aria-current]').hash") == f"#{dataset}"
        browser.reload()


def test_a_link_to_a_codelist_opens_the_panel(browser: Chromium, file: Path) -> None:
    browser.open(file, "#codelist.SEX")
    said = browser.ask(PANEL)
    assert all(text in said for text in ("Sex", "C66731", "Female", "C20197", "DM.SEX"))
    browser.press("Escape")
    assert browser.ask(PANEL) == ""
    assert browser.ask(SHOWN) == "codelists"


def test_a_codelist_opens_beside_the_variable_and_gives_the_focus_back(browser: Chromium, file: Path) -> None:
    browser.open(file, "#DM.SEX")
    browser.ask("document.querySelector(\"[id='DM.SEX'] a.cl\").focus()")
    browser.press("Enter")
    browser.ask("document.activeElement.matches('a.cl') && document.activeElement.click()")
    assert "Female" in browser.ask(PANEL)
    assert browser.ask(SHOWN) == "DM"
    assert browser.ask("location.hash") == "#codelist.SEX"
    browser.press("Escape")
    assert browser.ask("document.activeElement.hash") == "#codelist.SEX"
    assert browser.ask("location.hash") == "#DM"


@pytest.mark.parametrize(
    ("words", "first", "place"),
    [
        ("ae", "Dataset", "#AE"),
        ("aestdy", "Variable", "#AE.AESTDY"),
        ("without a day 0", "Method", "#AE.AESTDY"),
        ("female", "Term", "#codelist.SEX"),
        ("treatment emergent", "Value", "#SUPPAE.QVAL.QNAM.EQ.AETRTEM"),
        ("sex C66731", "Codelist", "#codelist.SEX"),
        ("answered the question", "Comment", "#DM.ETHNIC"),
    ],
)
def test_search_finds_everything_by_keys_alone(
    browser: Chromium, file: Path, words: str, first: str, place: str
) -> None:
    browser.open(file)
    browser.press("/")
    browser.type(words)
    assert browser.ask("document.querySelector('#found [aria-selected] .kind').textContent") == first
    browser.press("Enter")
    assert browser.ask("location.hash") == place
    assert browser.ask("document.getElementById('found').checkVisibility()") is False


def test_arrows_go_through_the_results_and_escape_leaves_them(browser: Chromium, file: Path) -> None:
    browser.open(file)
    browser.press("/")
    browser.type("study")
    active = "document.getElementById('search').getAttribute('aria-activedescendant')"
    assert browser.ask(active) == "found-0"
    browser.press("ArrowDown")
    browser.press("ArrowDown")
    browser.press("ArrowUp")
    assert browser.ask(active) == "found-1"
    assert browser.ask("document.querySelectorAll('#found [aria-selected]').length") == 1
    browser.press("Escape")
    assert browser.ask("document.getElementById('search').getAttribute('aria-expanded')") == "false"
    browser.press("Escape")
    assert browser.ask("document.getElementById('search').value") == ""


def test_the_filter_keeps_rows_of_one_origin(browser: Chromium, file: Path) -> None:
    browser.open(file, "#AE")
    browser.ask("document.getElementById('origin').value = 'Derived'")
    browser.ask("document.getElementById('origin').dispatchEvent(new Event('change'))")
    rows = (
        "[...document.querySelectorAll('#AE tr.v')].filter(r => r.checkVisibility()).map(r => r.id).join(' ')"
    )
    assert browser.ask(rows) == "AE.AESEQ AE.AESTDY"
    status = "document.getElementById('status').textContent"
    assert browser.ask(status) == "2 of 9 variables of AE have the origin Derived."
    browser.ask("document.querySelector('#nav a[href=\"#DM\"]').click()")
    browser.ask("location.hash = '#DM.SEX'")
    assert browser.ask("document.getElementById('origin').value") == "", "a row that is asked for is shown"
    assert browser.ask(TARGETS) == "DM.SEX"


def test_the_lineage_of_a_variable_is_drawn_and_told(browser: Chromium, file: Path) -> None:
    browser.open(file, "#AE.AESTDY")
    browser.ask("document.querySelector(\"[id='AE.AESTDY'] td.spec button\").click()")
    drawn = "[...document.querySelectorAll('#panel svg title')].map(t => t.textContent).sort().join(' ')"
    assert browser.ask(drawn) == "AE.AESTDTC AE.AESTDY DM.RFSTDTC ae.STDT"
    assert browser.ask("document.querySelectorAll('#panel svg path').length") == 3
    assert "mappings/sdtm/ae.yaml:1" in browser.ask(PANEL)
    browser.ask(
        "[...document.querySelectorAll('#panel-body li a')].find(a => a.hash == '#AE.AESTDTC').click()"
    )
    assert browser.ask("document.getElementById('panel-title').textContent") == "Lineage of AE.AESTDTC"
    assert "Read by, in this package\nAE.AESTDY" in browser.ask(PANEL).replace("\n\n", "\n")


def test_value_level_rows_fold(browser: Chromium, file: Path) -> None:
    browser.open(file, "#SUPPAE.QVAL")
    visible = "[...document.querySelectorAll('#SUPPAE tr.vl')].filter(r => r.checkVisibility()).length"
    every = browser.ask("document.querySelectorAll('#SUPPAE tr.vl').length")
    assert browser.ask(visible) == every > 0
    button = "document.querySelector(\"[id='SUPPAE.QVAL'] button[aria-expanded]\")"
    browser.ask(f"{button}.click()")
    assert browser.ask(visible) == 0
    browser.ask("location.hash = '#SUPPAE.QVAL.QNAM.EQ.AETRTEM'")
    assert browser.ask(visible) == every


def test_dark_colours_by_the_system_and_by_hand(browser: Chromium, file: Path) -> None:
    ground = "getComputedStyle(document.body).backgroundColor"
    browser.call(
        "Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": "dark"}], media=""
    )
    browser.open(file)
    assert browser.ask(ground) == "rgb(18, 23, 27)"
    browser.ask("document.getElementById('theme').click()")
    assert browser.ask(ground) == "rgb(255, 255, 255)"
    browser.call("Emulation.setEmulatedMedia", features=[], media="")
    browser.ask("document.getElementById('theme').click()")
    assert browser.ask(ground) == "rgb(18, 23, 27)"
    browser.ask("localStorage.clear()")


def test_all_views_are_printed(browser: Chromium, file: Path) -> None:
    browser.open(file, "#AE")
    browser.call("Emulation.setEmulatedMedia", media="print", features=[])
    assert browser.ask(f"{VIEWS}.every(v => v.innerText.length > 10 && v.offsetHeight > 20)")
    assert browser.ask("document.getElementById('nav').checkVisibility()") is False
    browser.call("Emulation.setEmulatedMedia", media="", features=[])


def test_the_first_tab_stop_skips_to_the_content(browser: Chromium, file: Path) -> None:
    browser.open(file)
    browser.press("Tab")
    assert browser.ask("document.activeElement.textContent") == "Skip to the content"
    assert browser.ask("document.activeElement.getBoundingClientRect().width > 50")
    order = "[...document.querySelectorAll('[tabindex]')].every(e => e.tabIndex <= 0)"
    assert browser.ask(order)


def test_a_place_that_is_not_there_is_told(browser: Chromium, file: Path) -> None:
    browser.open(file, "#XX.NOTHING")
    assert browser.ask("document.getElementById('status').textContent") == "Nothing here is named XX.NOTHING."
    assert browser.ask(SHOWN) == "start"


def test_the_page_can_be_read_without_its_script(browser: Chromium, file: Path) -> None:
    browser.call("Emulation.setScriptExecutionDisabled", value=True)
    try:
        browser.open(file)
        shown = browser.call("DOM.getDocument")["root"]["nodeId"]
        found = browser.call("DOM.querySelectorAll", nodeId=shown, selector="main > .view:not([hidden])")
        assert len(found["nodeIds"]) == len(SDTM.datasets) + 4
    finally:
        browser.call("Emulation.setScriptExecutionDisabled", value=False)
