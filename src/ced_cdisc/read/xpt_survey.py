"""What the values of a variable of a transport file tell, taken from its bytes: no value is made of them."""

from __future__ import annotations

import numpy as np

from ced_cdisc.core.ibm import count_missing
from ced_cdisc.core.xpt import XptVariable
from ced_cdisc.read.xpt_block import WORD, Block, Field
from ced_cdisc.read.xpt_columns import Decoder, ibm
from ced_cdisc.read.xpt_texts import decoded
from ced_cdisc.read.xpt_words import words_of


class XptSurvey:
    """What is to take in all rows of a variable, in parts, each of which a thread looks at."""

    def __init__(self, variable: XptVariable, encoding: str) -> None:
        self._is_text, self._encoding = variable.type == "Char", encoding
        self._parts: list[_Numbers | _Texts] = []

    def decoder(self) -> Decoder:
        """What looks at the blocks of one thread."""
        part = _Texts(self._encoding) if self._is_text else _Numbers()
        self._parts.append(part)
        return part

    @property
    def missing(self) -> int:
        """In how many rows there is no value."""
        return sum(part.missing for part in self._parts)

    @property
    def longest(self) -> int:
        """The bytes of the longest text, without the blanks behind it; 0 of numbers."""
        return max((part.longest for part in self._parts), default=0)


class _Numbers:
    def __init__(self) -> None:
        self.missing, self.longest = 0, 0

    def fill(self, block: Block, field: Field, start: int, number: int) -> bool:
        self.missing += count_missing(ibm(block, field))
        return True


class _Texts:
    def __init__(self, encoding: str) -> None:
        self.missing, self.longest = 0, 0
        self._encoding = encoding

    def fill(self, block: Block, field: Field, start: int, number: int) -> bool:
        words = words_of(block, field)
        if words is None:
            texts = [*decoded(block.bytes_of(field), field.length, self._encoding)]
            self.missing += texts.count("")
            self.longest = max(self.longest, *(len(text.encode()) for text in texts))
            return False
        if not words[0].all():  # else not one begins with eight blanks
            self.missing += block.rows - int(np.count_nonzero(np.bitwise_or.reduce(words, axis=0)))
        # The bits by which any text differs from blanks there: the first bytes of a text are the lowest.
        last = int(np.bitwise_or.reduce(words[-1]))
        self.longest = max(self.longest, (len(words) - 1) * WORD + -(-last.bit_length() // 8))
        return True
