"""What is wrong with a text that is no YAML, in the words of who wrote it, and at the place to mend.

The parser says where it could go on no longer. That is often the line after the one at fault.
"""

from __future__ import annotations

import re

import yaml

from ced_cdisc.core.findings import Finding, Location

_ENTRY = re.compile(r"\s*(?:- )?(?:'[^']*'|\"[^\"]*\"|[^\s:#'\"][^:#]*?):(?:\s|$)")
_NO_BLANK = re.compile(r"\s*(?:- )?[\w.]+(:)[^\s:]")
_NO_COLON = re.compile(r"\s*(?:- )?[^\s:'\"#{}\[\]][^:'\"#{}\[\]]*?(?=\s*\{)")
"""A name with a brace right behind it, which is all one text to the parser."""
_LAST_NAME = re.compile(r"[{,]\s*([\w.]+)$")
_NO_COMMENT = ("*", "/", "%")
_WHOLE = "a text that begins with a quote stands in quotes as a whole; or a quote further up is not closed"
_COMMENT = "a comment begins with #"


def yaml_fault(error: yaml.MarkedYAMLError, buffer: str, file: str) -> Finding:
    """CED001 of an error of the parser.

    Args:
        error: what the parser says.
        buffer: the text of the file.
        file: the path to show in messages.
    """
    return _Reader(error, buffer, file).finding()


class _Reader:
    def __init__(self, error: yaml.MarkedYAMLError, buffer: str, file: str) -> None:
        self._lines = [line.rstrip("\r") for line in buffer.split("\n")] + [""]
        self._file = file
        self._problem, self._context = str(error.problem or ""), str(error.context or "")
        mark = error.problem_mark or error.context_mark
        self._at = (mark.line, mark.column) if mark else (0, 0)
        begun = error.context_mark
        self._begun = (begun.line, begun.column) if begun else self._at

    def finding(self) -> Finding:
        line, column = self._at
        text = self._lines[line]
        if "\t" in text[: len(text) - len(text.lstrip())]:
            return self._said("this line begins with a tab", hint="a tab cannot indent: write blanks")
        if (named := self._without_colon(line)) is not None:
            return named
        if self._begun[1] == 0 and text.startswith(_NO_COMMENT) and line == self._begun[0]:
            return self._said(f"a line cannot begin with {text[0]}", (line, 0), _COMMENT)
        if "cannot start any token" in self._problem:
            hint = "put the text in quotes"
            return self._said(f"a text cannot begin with {text[column : column + 1]}", hint=hint)
        if "escape character" in self._problem:
            hint = "put the text in single quotes"
            return self._said(
                "a backslash within double quotes begins an escape, and this is none", hint=hint
            )
        if "flow" in self._context:
            return self._in_brackets()
        if "expected ':'" in self._problem:
            return self._no_entry(self._begun)
        if "mapping values" in self._problem:
            return self._colon()
        if "expected key" in self._problem or "'-' indicator" in self._problem:
            return self._ended() if text[:column].strip() else self._indented()
        if "quoted scalar" in self._context:
            return self._said("the quote that opens here is never closed", self._begun)
        return self._said(f"this is not valid YAML: {self._problem or self._context}")

    def _said(self, message: str, at: tuple[int, int] | None = None, hint: str = "") -> Finding:
        line, column = self._at if at is None else at
        return Finding("CED001", message, Location(self._file, line + 1, column + 1), hint=hint)

    def _without_colon(self, line: int) -> Finding | None:
        """A line whose name has no colon, which the parser stops in, or in the line where it goes on."""
        before, lines = self._before(line), [line]
        if before is not None and _indent(self._lines[before]) < _indent(self._lines[line]):
            lines.append(before)
        for at in lines:
            if found := _NO_COLON.match(self._lines[at]):
                name = found[0].strip().removeprefix("- ")
                return self._said(f"the colon is missing after {name}", (at, found.end()))
        return None

    def _in_brackets(self) -> Finding:
        what = "bracket" if "sequence" in self._context else "brace"
        if self._at[0] != self._begun[0]:
            message = f"the {what} that opens here is not closed, or a quote within it is not"
            return self._said(message, self._begun, f"it was read as far as line {self._at[0] + 1}")
        line, column = self._at
        before = self._lines[line][:column].rstrip()
        opens = what == "brace" and self._lines[line].startswith(("{", "["), column)
        if opens and (name := _LAST_NAME.search(before)):
            return self._said(f"the colon is missing after {name[1]}", (line, len(before)))
        hint = _WHOLE if before[-1:] in "'\"" else ""
        return self._said(f"a comma or the closing {what} is missing before this", hint=hint)

    def _no_entry(self, at: tuple[int, int]) -> Finding:
        begins = self._lines[at[0]].lstrip().startswith(_NO_COMMENT)
        return self._said("this line is no `key: value`", at, _COMMENT if begins else "")

    def _before(self, line: int) -> int | None:
        """The line before one that is not empty and no comment."""
        above = range(line - 1, -1, -1)
        return next((i for i in above if self._lines[i].strip() and self._lines[i].lstrip()[0] != "#"), None)

    def _colon(self) -> Finding:
        """A colon where none can stand."""
        line, column = self._at
        text = self._lines[line]
        if (glued := _NO_BLANK.match(text)) and glued.start(1) < column:
            return self._said("a blank is missing after this colon", (line, glued.start(1)))
        before = self._before(line)
        first = not (text[:column].rstrip().count(": ") or _ENTRY.match(text[:column]))
        if first and before is not None:
            if not _ENTRY.match(self._lines[before]):
                return self._no_entry((before, _indent(self._lines[before])))
            if _indent(text) > _indent(self._lines[before]):
                return self._indented()
        return self._said("a second colon in one line", hint="put the text that holds it in quotes")

    def _indented(self) -> Finding:
        line = self._at[0]
        before = self._before(line)
        assert before is not None  # the first line cannot be indented otherwise than the others
        own, other = _indent(self._lines[line]), _indent(self._lines[before])
        message = f"this line is indented by {_blanks(own)}, and line {before + 1} by {_blanks(other)}"
        return self._said(message, (line, own), "the lines of one level begin below each other")

    def _ended(self) -> Finding:
        line, column = self._at
        before = self._lines[line][:column].rstrip()
        hint = _WHOLE if before[-1:] in "'\"" else ""
        return self._said("the line goes on after its value has ended", hint=hint)


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _blanks(count: int) -> str:
    return f"{count} blank{'s' * (count != 1)}"
