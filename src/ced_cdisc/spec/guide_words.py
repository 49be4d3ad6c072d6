"""What a person writes for a reviewer's guide: Markdown under the titles of the guide's sections.

``## Protocol Design`` names a section, with or without its number; `###` and deeper headings are the
person's own, within a section. No word is lost: what a guide cannot show is a fault.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from ced_cdisc.core.findings import Finding, Findings, Location
from ced_cdisc.core.guide import Block, Item, Paragraph, Points, Run, Runs, Table, block_texts, foreign

if TYPE_CHECKING:
    from markdown_it.token import Token

_BULLET = "•"
_FORMS = {
    "html_block": "HTML",
    "html_inline": "HTML",
    "hr": "a ruled line",
    "image": "an image",
}


class SectionWords(Struct, frozen=True):
    """The words under one heading, which is ``named``."""

    named: str
    where: Location
    blocks: tuple[Block, ...]


class GuideWords(Struct, frozen=True):
    """A file of words; ``title`` is its heading of the first level, if it has one."""

    title: tuple[str, Location] | None
    sections: tuple[SectionWords, ...]


def read_words(file: Path, shown: str, findings: Findings) -> GuideWords | None:
    """The words of a file, None where it is not there or cannot be read.

    Args:
        file: the Markdown file, UTF-8.
        shown: how messages name it.
        findings: receives faults (CED130, CED132, CED134, CED135).
    """
    try:
        source = file.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        return None
    except UnicodeDecodeError as error:
        message = f"this file is not UTF-8: byte {error.start + 1} cannot be read"
        findings.add(Finding("CED130", message, Location(shown)))
        return None
    except OSError as error:
        findings.add(Finding("CED130", f"this file cannot be read: {error.strerror}", Location(shown)))
        return None
    from markdown_it import MarkdownIt

    tokens = MarkdownIt("commonmark").enable("table").parse(source)
    return _Reader(tokens, shown, findings).words()


class _Reader:
    """Goes through the tokens of a file from first to last."""

    def __init__(self, tokens: Sequence[Token], shown: str, findings: Findings) -> None:
        self._tokens = tokens
        self._at = 0
        self._line = 1
        self._shown = shown
        self._findings = findings

    def words(self) -> GuideWords:
        """All sections of the file."""
        title: tuple[str, Location] | None = None
        sections: list[SectionWords] = []
        while self._at < len(self._tokens):
            token = self._next()
            where = Location(self._shown, self._line)
            if token.type == "heading_open" and token.tag in ("h1", "h2"):
                named = "".join(run.text for run in self._inline())
                self._next()
                if token.tag == "h2":
                    sections.append(SectionWords(named, where, ()))
                elif title is None and not sections:
                    title = named, where
                else:
                    self._fault("CED134", "a second heading of the first level", "sections begin with ##")
                continue
            blocks = tuple(self._block(token, 0))
            self._check(blocks, where)
            if blocks and not sections:
                hint = "begin with a section, such as ## Protocol Design"
                self._findings.add(
                    Finding("CED132", "these words stand before the first section", where, hint=hint)
                )
            elif blocks:
                last = sections[-1]
                sections[-1] = SectionWords(last.named, last.where, (*last.blocks, *blocks))
        return GuideWords(title, tuple(sections))

    def _check(self, blocks: Sequence[Block], where: Location) -> None:
        for block in blocks:
            for words in block_texts(block):
                if character := foreign(words):
                    message = (
                        f"the fonts of the guide's PDF do not have '{character}' (U+{ord(character):04X})"
                    )
                    hint = "write it in Latin letters"
                    self._findings.add(Finding("CED135", message, where, hint=hint))

    def _fault(self, code: str, message: str, hint: str) -> None:
        what = f"{message} cannot be shown in a guide" if code == "CED134" else message
        self._findings.add(Finding(code, what, Location(self._shown, self._line), hint=hint))

    def _next(self) -> Token:
        token = self._tokens[self._at]
        self._at += 1
        if token.map:
            self._line = token.map[0] + 1
        return token

    def _block(self, token: Token, depth: int) -> list[Block]:
        match token.type:
            case "heading_open":
                made = [Paragraph(self._inline(), "minor")]
                self._next()
                return list[Block](made)
            case "paragraph_open":
                runs = self._inline()
                self._next()
                return [Paragraph(runs)]
            case "fence" | "code_block":
                return [Paragraph((Run(token.content.removesuffix("\n"), code=True),), "literal")]
            case "bullet_list_open" | "ordered_list_open":
                return self._points(token, depth)
            case "blockquote_open":
                return self._quote()
            case "table_open":
                return [self._table()]
            case "html_block" if _is_comment(token.content):
                return []
            case kind:
                form = _FORMS.get(kind, kind)
                self._fault("CED134", form, "write paragraphs, lists and tables")
                return []

    def _quote(self) -> list[Block]:
        made: list[Block] = []
        while (token := self._next()).type != "blockquote_close":
            for block in self._block(token, 0):
                quoted = isinstance(block, Paragraph) and block.style == "plain"
                made.append(Paragraph(block.runs, "quote") if quoted else block)  # type: ignore[union-attr]
        return made

    def _points(self, opened: Token, depth: int) -> list[Block]:
        """A list; what a point holds besides text and lists follows the point."""
        ordered = opened.type == "ordered_list_open"
        number = int(str(opened.attrGet("start") or 1))
        blocks: list[Block] = []
        items: list[Item] = []
        while (token := self._next()).type != opened.type.replace("_open", "_close"):
            if token.type != "list_item_open":
                continue
            mark = f"{number}." if ordered else _BULLET
            number += 1
            while (token := self._next()).type != "list_item_close":
                for block in self._block(token, depth + 1):
                    if isinstance(block, Paragraph) and block.style == "plain":
                        items.append(Item(depth, mark, block.runs))
                        mark = ""
                    elif isinstance(block, Points):
                        items.extend(block.items)
                    else:
                        blocks += [Points(tuple(items)), block] if items else [block]
                        items = []
        return [*blocks, Points(tuple(items))] if items else blocks

    def _table(self) -> Table:
        rows: list[tuple[Runs, ...]] = []
        cells: list[Runs] = []
        while (token := self._next()).type != "table_close":
            if token.type == "tr_open":
                cells = []
            elif token.type in ("th_open", "td_open"):
                cells.append(self._inline())
            elif token.type == "tr_close":
                rows.append(tuple(cells))
        longest = [
            max(4, min(40, max(sum(len(run.text) for run in row[i]) for row in rows)))
            for i in range(len(rows[0]))
        ]
        return Table(rows[0], tuple(rows[1:]), tuple(n / sum(longest) for n in longest))

    def _inline(self) -> Runs:
        """The runs of the inline token that comes next."""
        bold = italic = 0
        target = ""
        made: list[Run] = []
        for part in self._next().children or ():
            match part.type:
                case "text" | "text_special" | "code_inline":
                    made.append(Run(part.content, bold > 0, italic > 0, part.type == "code_inline"))
                case "softbreak" | "hardbreak":
                    made.append(Run(" ", bold > 0, italic > 0))
                case "strong_open" | "strong_close":
                    bold += part.nesting
                case "em_open" | "em_close":
                    italic += part.nesting
                case "link_open":
                    target = str(part.attrGet("href") or "")
                case "link_close":
                    shown = "".join(run.text for run in made)
                    if target and not shown.endswith(target.removeprefix("mailto:")):
                        made.append(Run(f" ({target})"))
                case "html_inline" if _is_comment(part.content):
                    pass
                case kind:
                    self._fault("CED134", _FORMS.get(kind, kind), "write it in words")
        return tuple(_joined(made))


def _is_comment(content: str) -> bool:
    text = content.strip()
    return text.startswith("<!--") and text.endswith("-->") and text.count("<!--") == 1


def _joined(runs: Sequence[Run]) -> list[Run]:
    """Neighbours of one style as one run; empty ones left out."""
    made: list[Run] = []
    for run in runs:
        if not run.text:
            continue
        if made and (made[-1].bold, made[-1].italic, made[-1].code) == (run.bold, run.italic, run.code):
            made[-1] = Run(made[-1].text + run.text, run.bold, run.italic, run.code)
        else:
            made.append(run)
    return made
