"""Lines of a guide: a text that fits on one line is the line that word by word would give."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ced_cdisc.core.guide import Run
from ced_cdisc.write.guides import pdf_lines
from ced_cdisc.write.guides.pdf_lines import set_lines

TEXTS = st.text(st.sampled_from("ab.W  \n\té≥•"), max_size=20)


@given(TEXTS, st.booleans(), st.booleans(), st.sampled_from([20.0, 60.0, 400.0]))
def test_one_line_is_that_of_its_words(text: str, bold: bool, code: bool, width: float) -> None:
    runs = (Run(text, bold=bold, code=code),)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pdf_lines, "_one_line", lambda *_: None)
        expected = set_lines(runs, 9.5, width)
    assert set_lines(runs, 9.5, width) == expected
