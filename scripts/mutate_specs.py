"""Misspell every word of the example's specs, one at a time, and see that the planner says so.

    python scripts/mutate_specs.py                 # the whole run, some ten minutes
    python scripts/mutate_specs.py --sample 200    # a deterministic part of it
    python scripts/mutate_specs.py --show silent   # list the words of one outcome

A word is a key, a name, a function, a term in quotes, a codelist, a date format or a file name. Free texts
(labels, comments, titles) are counted and left alone: no program knows that they are wrong.

Outcomes: ``exact`` a finding at the word's line and column that names it (and the right word, where the hint
can have one), ``placed`` a finding at its line, ``elsewhere`` findings of other lines only, ``silent`` none.
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from ced_cdisc.core.findings import Finding, Findings
from ced_cdisc.plan.model import StudyPlan
from ced_cdisc.plan.study import plan_study
from ced_cdisc.spec.load import load_specs

HOME = Path(__file__).resolve().parent.parent

DURATION = re.compile(r"P[0-9]+D|PT[0-9]+M")
"""Durations as the example has them: one misspelt into another cannot be known."""

FREE = {
    "label": "free text",
    "comment": "free text",
    "as": "free text",
    "title": "free text",
    "form": "free text: the name of a form",
    "absent": "free text: the reason",
    "exception": "free text: the reason",
    "exclude": "free text: the reason",
    "param": "free text: a label",
    "category": "free text: a new category",
    "structure": "free text",
    "noun": "free text: part of labels",
    "snapshot": "a time",
    "href": "name of a document that is not part of the build",
    "version": "of a dictionary that is not part of the product",
    "dictionary": "name of a dictionary that is not part of the product",
    "mode": "free text: copied to the column visits.MODE",
    "visit": "declares the name of a visit",
    "name": "free text: a name to show",
    "id": "declares the study",
    "protocol_id": "declares the study",
    "what": "free text",
    "axis": "free text: the label of an axis",
    "purpose": "free text: of a display",
    "show": "a print format, free but for its places",
}
"""Keys whose values are free texts, and why no fault can be known."""

_DATASET = re.compile(r"mappings/(?:[^/]+/)?(?:sdtm|adam)/")

EXPRESSIONS = {
    "derive", "when", "where", "then", "else", "value", "rows", "computed", "text", "checks", "usubjid",
    "baseline", "collect", "time", "result", "copy", "by", "order", "sort", "reason", "variables", "supp",
    "unit", "key", "columns", "on", "omit", "flag", "data",
}  # fmt: skip
_TOKEN = re.compile(r"'(?:[^']|'')*'|[A-Za-z_{][\w{}]*(?:\.[\w{}]+)?")


@dataclass(frozen=True)
class Word:
    """One word of a file: its place (line and column of what a message points at), and its role."""

    file: str
    start: int
    end: int
    line: int
    column: int
    text: str
    whole: str
    path: tuple[str, ...]
    role: str

    @property
    def shown(self) -> str:
        """As messages name a place."""
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True)
class Result:
    """What the planner said of one misspelt word."""

    word: Word
    wrong: str
    outcome: str
    hinted: bool
    said: tuple[Finding, ...]

    def __str__(self) -> str:
        path = "/".join(self.word.path)
        first = f"\n      {self.said[0]}" if self.said else ""
        return f"{self.outcome:9} {self.word.shown} {self.word.text} -> {self.wrong} [{path}]{first}"


class Specs:
    """The example's specs, copied into a folder where words can be changed."""

    def __init__(self, folder: Path, home: Path = HOME) -> None:
        paths = sorted([*home.glob("mappings/**/*.yaml"), *home.glob("define/**/define.yaml")])
        paths = [path for path in paths if path.parent.name != "tests"]  # `ced-cdisc test` is for these
        self.texts = {path.relative_to(home).as_posix(): path.read_text("utf-8") for path in paths}
        self._folder = folder
        for name, text in self.texts.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, "utf-8")

    def words(self) -> list[Word]:
        """Every word of every file, in order."""
        return [word for name, text in self.texts.items() for word in words_of(name, text)]

    def plan(self, changes: dict[str, str]) -> list[Finding]:
        """The findings of planning with some files changed."""
        for name, text in changes.items():
            (self._folder / name).write_text(text, "utf-8")
        findings = Findings()
        specs = load_specs(self._folder / "mappings", self._folder / "define", findings)
        if specs is not None:
            plan_study(specs, findings)
        for name in changes:
            (self._folder / name).write_text(self.texts[name], "utf-8")
        return findings.errors

    def unspoilt(self) -> StudyPlan:
        """The plan of the specs as they are."""
        findings = Findings()
        specs = load_specs(self._folder / "mappings", self._folder / "define", findings)
        plan = plan_study(specs, findings) if specs is not None else None
        assert plan is not None, [str(f) for f in findings]
        return plan

    def misspelt(self, word: Word) -> tuple[str, str]:
        """A misspelling of the word, and the file's text with it."""
        text = self.texts[word.file]
        wrong = misspell(word)
        return wrong, text[: word.start] + wrong + text[word.end :]

    def results(self, words: Sequence[Word]) -> Iterator[Result]:
        """What the planner says of each word; words of several files share a run where that is clear."""
        waiting: dict[str, list[Word]] = {}
        for word in words:
            waiting.setdefault(word.file, []).append(word)
        while waiting:
            alone = [file for file in waiting if not _DATASET.match(file)]
            together = [file for file in waiting if file not in alone]
            yield from self._several([waiting[file].pop() for file in together])
            for file in alone:
                yield self.result(waiting[file].pop())
            waiting = {file: left for file, left in waiting.items() if left}

    def _several(self, words: Sequence[Word]) -> Iterator[Result]:
        wrongs = {word: self.misspelt(word) for word in words}
        found = self.plan({word.file: text for word, (_, text) in wrongs.items()})
        for word, (wrong, _) in wrongs.items():
            result = judged(word, wrong, found)
            yield result if result.outcome == "exact" and result.hinted else self.result(word)

    def result(self, word: Word) -> Result:
        """What the planner says where this word alone is misspelt."""
        wrong, text = self.misspelt(word)
        return judged(word, wrong, self.plan({word.file: text}))


def judged(word: Word, wrong: str, found: Sequence[Finding]) -> Result:
    """Which outcome the findings are for a misspelt word."""
    name = word.whole.replace(word.text, wrong) if word.whole != word.text else wrong
    plain = wrong.strip("'")
    said = [f for f in found if str(f.where) == word.shown and (name in f.message or plain in f.message)]
    if said:
        right = word.text.strip("'")
        return Result(word, wrong, "exact", any(right in f.hint for f in said), tuple(said))
    here = [f for f in found if (f.where.file, f.where.line) == (word.file, word.line)]
    return Result(
        word, wrong, "placed" if here else "elsewhere" if found else "silent", False, tuple(here or found)
    )


def misspell(word: Word) -> str:
    """The word with one letter doubled, dropped or replaced, or two swapped, as its place decides."""
    text, quote = word.text.strip("'"), "'" if word.text.startswith("'") else ""
    kind = zlib.crc32(f"{word.file} {word.start}".encode()) % 4
    at = max(len(text) // 2, len(text) - len(text.lstrip("-")))
    if len(text) < 4 or kind == 0:
        wrong = text[:at] + text[at : at + 1] + text[at:]
    elif kind == 1:
        wrong = text[:at] + text[at + 1 :]
    elif kind == 2 and text[at] != text[at - 1]:
        wrong = text[: at - 1] + text[at] + text[at - 1] + text[at + 1 :]
    else:
        wrong = text[:at] + ("q" if text[at].islower() else "Q") + text[at + 1 :]
    if wrong == text or wrong.isdigit() != text.isdigit():
        wrong = text + "Q"
    return quote + wrong + quote


def words_of(file: str, text: str) -> Iterator[Word]:
    """The words of one file."""
    top = yaml.compose(text, Loader=yaml.SafeLoader)
    yield from _below(file, text, top, ())


def _below(file: str, text: str, node: yaml.Node, path: tuple[str, ...]) -> Iterator[Word]:
    if isinstance(node, yaml.ScalarNode):
        yield from _scalar(file, text, node, path, "value")
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _below(file, text, item, (*path, "-"))
    else:
        for key, value in node.value:
            yield from _scalar(file, text, key, path, "key")
            yield from _below(file, text, value, (*path, key.value))


def _scalar(file: str, text: str, node: yaml.ScalarNode, path: tuple[str, ...], role: str) -> Iterator[Word]:
    start, end = node.start_mark.index, node.end_mark.index
    if node.style in ("'", '"'):
        start, end = start + 1, end - 1
    source = text[start:end].rstrip()
    if not source or source in ("|", ">"):
        return
    why = free(file, path, role)
    if why:
        yield _word(file, text, start, source, node, path, f"free: {why}")
    elif role == "key" or not is_expression(file, path):
        if re.fullmatch(r"[-+.\d:]+", source):
            yield _word(file, text, start, source, node, path, "free: a number")
        else:
            yield _word(file, text, start, source, node, path, role)
    else:
        for token in _TOKEN.finditer(source):
            yield from _token(file, text, start, token, node, path)


def _token(
    file: str, text: str, start: int, token: re.Match[str], node: yaml.Node, path: tuple[str, ...]
) -> Iterator[Word]:
    at, whole = start + token.start(), token[0]
    if whole.startswith("'"):
        if len(whole) > 2:
            yield _word(file, text, at, whole, node, path, "term", whole=whole, shown=at)
        return
    for part in re.finditer(r"[^.{}]+", whole):
        if not part[0].isdigit():
            role = "owner" if whole[part.end() :].startswith(".") else "name"
            yield _word(file, text, at + part.start(), part[0], node, path, role, whole=whole, shown=at)


def _word(
    file: str, text: str, start: int, word: str, node: yaml.Node, path: tuple[str, ...], role: str,
    whole: str = "", shown: int | None = None,
) -> Word:  # fmt: skip
    place = node.start_mark.index if shown is None else shown
    line = text.count("\n", 0, place) + 1
    column = place - (text.rfind("\n", 0, place) + 1) + 1
    return Word(file, start, start + len(word), line, column, word, whole or word, path, role)


def is_expression(file: str, path: tuple[str, ...]) -> bool:
    """Whether a scalar holds an expression or names, to be misspelt one by one."""
    keys = [step for step in path if step != "-"]
    if not _DATASET.match(file):
        return keys[-1:] == ["usubjid"]
    if len(keys) > 1 and keys[-2] in ("with", "ct", "for", "supp") and keys[-2] != "supp":
        return False
    if keys[0] == "rows" and "/sdtm/" in file:
        return False
    return keys[-1] in EXPRESSIONS or (len(keys) > 1 and keys[-2] in ("variables", "supp", "rows"))


def free(file: str, path: tuple[str, ...], role: str) -> str:
    """Why no program can know that a misspelling is one; empty where it can."""
    keys = [step for step in path if step != "-"]
    last = keys[-1] if keys else ""
    if role == "key":
        if last == "ct":
            return "a raw code: the data tell"
        if last == "terms":
            return "declares a term of the sponsor's"
        if last in DECLARING:
            return DECLARING[last]
        return ""
    if last == "reason" and "displays" in keys:
        return "free text: of a display"
    if last in FREE and not (last == "visit" and "sources" in file):
        return FREE[last]
    if "exclude" in keys or "comments" in keys:
        return "free text: the reason"
    if "terms" in keys:
        return "free text: a decode"
    return ""


DECLARING = {
    "documents": "declares a document",
    "formats": "declares a list of formats",
    "codelists": "declares a codelist",
    "tables": "declares a table",
    "items": "declares an item",
    "scales": "declares a scale",
    "parameters": "declares a parameter",
    "visits": "declares an analysis visit",
    "supp": "declares a qualifier",
    "displays": "declares a display",
}
"""Keys below which any name may stand; that nothing uses a misspelt one is another matter."""


def main() -> int:
    """Run, and print the words of the outcomes asked for, and the counts."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--sample", type=int, default=0, help="about so many words")
    options.add_argument("--show", default="silent,elsewhere", help="outcomes to list")
    options.add_argument("--files", default="", help="only files whose path has this pattern")
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        specs = Specs(Path(folder))
        words = [word for word in specs.words() if re.search(given.files, word.file)]
        counts: Counter[str] = Counter(word.role for word in words if word.role.startswith("free"))
        words = sample([word for word in words if not word.role.startswith("free")], given.sample)
        plan = specs.unspoilt()
        for result in specs.results(words):
            outcome = result.outcome + (
                " without hint" if result.outcome == "exact" and not result.hinted else ""
            )
            if outcome == "silent" and (why := reason(result.word, result.wrong, plan)):
                counts[f"silent: {re.sub(r'binds .*', 'binds it', why)}"] += 1
                continue
            counts[f"{result.word.role}: {outcome}"] += 1
            if outcome in given.show.split(","):
                print(result, flush=True)
    for name, count in sorted(counts.items()):
        print(f"{count:6} {name}")
    return 0


def reason(word: Word, wrong: str, plan: StudyPlan) -> str:
    """Why a misspelling that passes cannot be known to be one, or an empty text: then it is a hole.

    Before the data are read, nothing tells which texts a raw column, or a variable without terms, has.
    """
    if DURATION.fullmatch(wrong):
        return "another duration"
    keys = [step for step in word.path if step != "-"]
    if word.file.endswith("visits.yaml"):
        return "a raw visit name: the data tell (CED261)"
    if keys[-1:] in (["file"], ["sheet"]):
        return "the name of a file or sheet: the data tell (CED202, CED228)"
    if word.file.endswith("sources.yaml") and keys[-1:] == ["columns"]:
        return "an excluded column: the data tell (CED220, CED221)"
    if word.file.endswith("study.yaml"):
        return "declares the study"
    if word.file.startswith("define/") and keys[-1:] in (["name"], ["kind"], ["package"]):
        return "declares"
    if keys[-1:] == ["flags"]:
        return "a raw flag: the data tell"
    if "supp" in keys:
        return "a text of a qualifier without codelist"
    if keys[-1:] == ["test"] and not word.file.startswith("define/"):
        return "declares a test with a label of its own"
    if (
        word.role == "term"
        and keys
        and keys[-1]
        in (
            "when",
            "where",
            "checks",
            "rows",
            "computed",
            "derive",
            "then",
            "else",
            "value",
        )
    ):
        return "a text beside a raw column or within join(), or of a variable without codelist"
    if keys[-2:] == ["windows", "unit"]:
        return "no codelist binds AWU"
    if "reason" in keys:
        return "no codelist binds --REASND"
    if keys == ["variables"] and word.file.startswith("mappings/adam/"):
        return "declares a variable of the sponsor, with a label of its own"
    domain = Path(word.file).stem.upper()
    below = Path(word.file).parts[1:-2]  # the folder of a pooled study
    study = next((one for one in plan.studies if one.folder == "/".join(below)), plan)
    dataset = next((d for d in study.datasets if d.name == domain), None)
    names = [key for key in keys if dataset and any(v.name == key for v in dataset.variables)]
    if dataset and names:
        variable = next(v for v in dataset.variables if v.name == names[-1])
        return "" if variable.closed else f"no codelist binds {domain}.{variable.name}"
    if "result" in keys and "ct" in keys:
        return "the result of a test without codelist"
    return "a term of an `as` text" if "as" in keys else ""


def sample(words: Sequence[Word], size: int) -> list[Word]:
    """About ``size`` of the words, the same ones each time; 0 means all."""
    if not size:
        return list(words)
    part = max(len(words) // size, 1)
    return [word for word in words if zlib.crc32(word.shown.encode()) % part == 0]


if __name__ == "__main__":
    sys.exit(main())
