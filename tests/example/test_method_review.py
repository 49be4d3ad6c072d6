"""Every text of a method or comment in define.xml was read by a person, whose verdict stands in a list."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from method_review import differences, script


def test_every_text_of_the_example_has_a_verdict(out: Path) -> None:
    assert differences("improve_ced", out) == [], "run scripts/review_methods.py and read the new texts"


def test_a_text_of_neither_example_leaves_the_list() -> None:
    review = script()
    gone = [row["text"] for row in review.read().values() if not any(int(row[s]) for s in review.STUDIES)]
    assert gone == []


def test_verdicts_stay_with_their_texts(tmp_path: Path) -> None:
    review = script()
    file = tmp_path / "review.tsv"
    old = {"improve_ced": Counter({("method", "A."): 2, ("comment", "B."): 1}), "vitals_labs": Counter()}
    assert review.write(old, file) == ["A.", "B."]
    file.write_text(file.read_text().replace("unread\tA.", "clear\tA."))
    new = {
        "improve_ced": Counter({("method", "A."): 1}),
        "vitals_labs": Counter({("method", 'C "c".'): 3}),
    }
    assert review.write(new, file) == ['C "c".']
    assert file.read_text().splitlines()[1:] == ["method\t1\t0\tclear\tA.", 'method\t0\t3\tunread\tC "c".']
    assert set(review.read(file)) == {("method", "A."), ("method", 'C "c".')}
