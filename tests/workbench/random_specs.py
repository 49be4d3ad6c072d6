"""Specs of a domain made by chance: any keys in any order, written in any of YAML's ways, with comments."""

from __future__ import annotations

import re
from random import Random
from typing import Any

Tree = Any
"""A text, a list, or a list of pairs (key, tree) that stands for a mapping."""

_WORDS = [
    "ae.TERM",
    "MILD",
    "a b",
    "it's",
    'say "x"',
    "x # y",
    "a: b",
    "12:30",
    "NO",
    "001",
    "1.50",
    "",
    "é – µ",
    "- x",
    "[a]",
]
_EXPRESSIONS = [
    "upper(ae.TERM)",
    "AESEV = 'MILD' and AESER = 'Y'",
    "if(AESEV is missing, 'a, b', AETERM)",
    "x",
]


def comments_of(text: str) -> list[str]:
    """The comments of a random spec, sorted: each has a number of its own."""
    return sorted(re.findall(r"# c\d+\.", text))


class Spec:
    """A random spec: its text, and the comments in it."""

    def __init__(self, seed: int) -> None:
        self._by = Random(seed)
        self._comments = 0
        self._step = self._by.choice([2, 2, 2, 3, 4])
        head = "".join(f"{self._comment()}\n" for _ in range(self._by.choice([0, 0, 1, 2])))
        body = self._block(self._domain(), 0)
        self.text = head + ("\n" if head and self._by.random() < 0.3 else "") + body
        if self._by.random() < 0.2:
            self.text += f"{self._comment()}\n"
        if self._by.random() < 0.2:
            self.text = self.text.replace("\n", "\r\n")
        if self._by.random() < 0.1:
            self.text = self.text.rstrip("\r\n")

    @property
    def comments(self) -> list[str]:
        return comments_of(self.text)

    def _comment(self) -> str:
        self._comments += 1
        return f"# c{self._comments}."

    def _text(self) -> str:
        return self._by.choice(_WORDS)

    def _shuffled(self, pairs: list[tuple[str, Tree]], least: int = 1) -> list[tuple[str, Tree]]:
        return self._by.sample(pairs, self._by.randint(least, len(pairs)))

    def _line(self) -> Tree:
        verb = self._by.choice(["collect", "assign", "derive", "absent", "cases"])
        value: Tree = self._by.choice(_EXPRESSIONS) if verb == "derive" else self._text()
        if verb == "cases":
            value = [[("when", "x = 1"), ("then", "'a'")], [("else", self._by.choice(_EXPRESSIONS))]]
        more: list[tuple[str, Tree]] = [
            ("ct", [("1", "A"), ("2", self._text())]),
            ("label", self._text()),
            ("when", self._by.choice(_EXPRESSIONS)),
            ("comment", self._text()),
            ("date", ["edc", "ISO"]),
            ("as", self._text()),
        ]
        pairs = [(verb, value), *self._shuffled(more, 0)]
        self._by.shuffle(pairs)
        return self._by.choice([pairs, pairs, "ae.TERM"])

    def _lines(self) -> Tree:
        names = self._by.sample(["AETERM", "AESEV", "--SER", "AE1", "Z", "AESPID"], self._by.randint(1, 5))
        return [(name, self._line()) for name in names]

    def _domain(self, depth: int = 0) -> list[tuple[str, Tree]]:
        pairs: list[tuple[str, Tree]] = [
            ("from", "ae"),
            ("with", [("dispo", "subject"), ("lab", [("many", "yes"), ("on", ["subject", "X"])])]),
            ("where", self._by.choice(_EXPRESSIONS)),
            ("visit", "yes"),
            ("for", [[("k", "1"), ("t", self._text())], [("k", "2")]]),
            ("variables", self._lines()),
            ("supp", self._lines()),
            (
                "long",
                [
                    [("result", self._line()), ("test", "SYSBP"), ("unit", "mmHg")],
                    [("test", "X"), ("result", "a")],
                ],
            ),
        ]
        if not depth:
            pairs += [
                ("sort", ["AESTDTC", "AETERM"]),
                ("label", self._text()),
                ("comment", self._text()),
                ("checks", [self._by.choice(_EXPRESSIONS) for _ in range(2)]),
                ("stack", [self._domain(1) for _ in range(self._by.randint(1, 2))]),
            ]
        chosen = self._shuffled(pairs)
        return (
            [("domain", "AE"), *chosen]
            if not depth and self._by.random() < 0.7
            else (chosen if depth else [*chosen, ("domain", "AE")])
        )

    # how it is written

    def _behind(self) -> str:
        return (
            self._by.choice(["", "", "", "", " ", f"{self._by.choice([' ', '   '])}{self._comment()}"])
            if self._by.random() < 0.4
            else ""
        )

    def _between(self, indent: int) -> str:
        """Blank lines and comments before an entry."""
        made = ""
        while self._by.random() < 0.15:
            made += self._by.choice(["\n", "  \n", f"{' ' * indent}{self._comment()}\n"])
        return made

    def _block(self, tree: Tree, indent: int) -> str:
        """A mapping or list as a block; the first line stands where the caller has put it."""
        made = ""
        blanks = " " * indent
        wide = self._by.random() < 0.2
        for number, item in enumerate(tree):
            made += self._between(indent) if number else ""
            made += blanks if number else (blanks if not made else "")
            if isinstance(item, tuple):
                made += item[0] + (" " if self._by.random() < 0.05 else "") + ":"
                made += self._value(item[1], indent, "    " if wide else " ")
            else:
                made += "-" + self._value(item, indent, " ", item=True)
        if indent and self._by.random() < 0.1:
            made += f"{blanks}{self._comment()}\n"
        return made

    def _value(self, value: Tree, indent: int, blank: str, item: bool = False) -> str:
        if isinstance(value, str):
            return blank + self._scalar(value, indent)
        if self._by.random() < 0.55:
            return f"{blank}{self._flow(value, indent + self._step)}{self._behind()}\n"
        mapping = isinstance(value[0], tuple)
        inner = indent + (0 if not item and not mapping and self._by.random() < 0.3 else self._step)
        if item and mapping and self._by.random() < 0.7:
            block = self._block(value, indent + 2)
            return " " + block[indent + 2 :]
        return f"{self._behind()}\n{self._between(inner)}{self._block(value, inner)}"

    def _scalar(self, text: str, indent: int) -> str:
        way = self._by.random()
        inner = " " * (indent + self._step)
        if way < 0.08 and " " in text and not text.startswith("-"):
            return f"{self._by.choice(['>-', '|-', '>', '|'])}\n{inner}{text}\n"
        if way < 0.2 and text.startswith("AESEV = "):
            first, rest = text.split(" and ")
            return f'"{first}\n{inner}{self._by.choice(["", "   "])}and {rest}"{self._behind()}\n'
        return f"{self._quoted(text)}{self._behind()}\n"

    def _quoted(self, text: str) -> str:
        plain = text and not any(char in text for char in "#:'\"[],-") and not text.startswith("-")
        if plain and self._by.random() < 0.7:
            return text
        if self._by.random() < 0.5:
            return "'" + text.replace("'", "''") + "'"
        return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'

    def _flow(self, tree: Tree, indent: int) -> str:
        if isinstance(tree, str):
            return self._quoted(tree)
        mapping = isinstance(tree[0], tuple)
        parts: list[str] = []
        for item in tree:
            part = (
                f"{item[0]}:{self._by.choice([' ', ' ', '  '])}{self._flow(item[1], indent)}"
                if mapping
                else self._flow(item, indent)
            )
            parts.append(part)
        made = ""
        for number, part in enumerate(parts):
            made += part
            if number < len(parts) - 1 or self._by.random() < 0.1:
                made += self._by.choice([", ", ", ", ",  ", " , ", f",\n{' ' * indent}"])
                if self._by.random() < 0.03:
                    made += f" {self._comment()}\n{' ' * indent}"
        start, end = ("{", "}") if mapping else ("[", "]")
        inside = self._by.choice(["", "", " "])
        return f"{start}{inside}{made}{inside}{end}"
