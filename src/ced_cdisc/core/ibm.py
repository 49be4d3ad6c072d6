"""IBM System/370 floating point, the form of every number in a SAS transport file.

A number is a sign bit, a 7-bit exponent of 16 (excess 64) and a 56-bit fraction, big-endian. The fraction
is wider than that of an IEEE double (53 bits), so every double in range is held exactly; the exponent is
narrower, hence the range. A missing value is one byte (``.``, ``_`` or ``A`` to ``Z``) followed by zeros.

Source: SAS technical paper TS-140, "The Record Layout of a Data Set in SAS Transport (XPORT) Format".
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

IBM_SMALLEST = 2.0**-260
"""The smallest magnitude above zero with a leading hexadecimal digit, 5.4e-79."""
IBM_LIMIT = 2.0**252
"""The first magnitude that is too large, 7.2e75."""
MISSING = ord(".")
"""The byte of an ordinary missing value."""
SPECIAL_MISSING = "_ABCDEFGHIJKLMNOPQRSTUVWXYZ"
"""The codes of the special missing values ``._`` and ``.A`` to ``.Z``."""

_FRACTION = np.uint64((1 << 56) - 1)
_LAST_BYTES = np.uint64(56)
_EXPONENT = np.uint64(52)
_ONE = np.uint64(1)
_IS_CODE = np.zeros(256, np.bool_)
_IS_CODE[[MISSING, *SPECIAL_MISSING.encode()]] = True
# The weight of the last fraction bit by first byte (sign and exponent): 2 ** (4 * (exponent - 64) - 56).
# All are normal doubles, so the product with a fraction of at most 53 bits is exact.
_WEIGHT = np.ldexp(np.where(np.arange(256) < 128, 1.0, -1.0), 4 * (np.arange(256) % 128 - 64) - 56)

_NO_DIGITS = 64
"""The shift of what has no digits in IBM form: zeros and missing values."""


def _by_first_bits() -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """By the sign and exponent of a double: the shift of its bits, and what is added to them after it.

    A base of 16 takes the exponent by fours; what remains of it (0 to 3) shifts the mantissa. The excess
    of IEEE, 1023, is one short of a multiple of four, so one is added first; 191 = 1024 / 4 - 65. The sign
    and exponent of IEEE, shifted too, are taken off with what is added.
    """
    first = np.arange(4096, dtype=np.uint64)
    biased = first & np.uint64(2047)
    is_held = (biased >= np.uint64(1023 - 260)) & (biased < np.uint64(1023 + 252))
    sixteens, shift = np.divmod(biased + _ONE, np.uint64(4))
    head = first >> np.uint64(11) << np.uint64(63) | (sixteens - np.uint64(191)) << _LAST_BYTES
    shifted = _EXPONENT + shift
    added = np.where(is_held, (head | _ONE << shifted) - (first << shifted), np.uint64(0))
    added[biased == np.uint64(2047)] = MISSING << 56
    shifts = np.where(is_held, shift, np.uint64(_NO_DIGITS))
    return shifts, added


_SHIFTS, _ADDED = _by_first_bits()


def ieee_to_ibm(
    values: NDArray[np.float64],
    codes: NDArray[np.uint8] | None = None,
    space: NDArray[np.uint64] | None = None,
) -> NDArray[np.uint64]:
    """IBM floats of doubles, as integers whose big-endian bytes stand in the file.

    Args:
        values: shape (n,); NaN means missing.
        codes: shape (n,), the byte of a special missing value or 0; used where the value is NaN.
        space: memory for the work, shape (3, n or more), which is overwritten; the result is its first row.

    Returns:
        Shape (n,). Zero of either sign becomes eight zero bytes, NaN without a code becomes ``.``.

    Raises:
        OverflowError: a magnitude is below :data:`IBM_SMALLEST` (and not zero) or not below
            :data:`IBM_LIMIT`, infinity included.

    >>> [f"{bits:016x}" for bits in ieee_to_ibm(np.array([1.0, -118.625, 0.0, np.nan]))]
    ['4110000000000000', 'c276a00000000000', '0000000000000000', '2e00000000000000']
    """
    bits = np.ascontiguousarray(values, np.float64).view(np.uint64)
    ibm, added, first = np.empty((3, len(bits)), np.uint64) if space is None else space[:, : len(bits)]
    np.right_shift(bits, _EXPONENT, out=first)
    places = first.view(np.int64)
    # No place is out of bounds: "clip" spares the look for one, and a copy of what is written.
    np.take(_SHIFTS, places, out=ibm, mode="clip")
    are_held = int(ibm.max(initial=0)) < _NO_DIGITS
    np.left_shift(bits, ibm, out=ibm)
    np.take(_ADDED, places, out=added, mode="clip")
    ibm += added
    if not are_held:
        _hold_others(bits, added)
        if codes is not None:
            coded = np.flatnonzero(codes)
            coded = coded[np.isnan(values[coded])]
            ibm[coded] = codes[coded].astype(np.uint64) << _LAST_BYTES
    return ibm


def _hold_others(bits: NDArray[np.uint64], work: NDArray[np.uint64]) -> None:
    """Zeros and missing values are no numbers out of range; ``work`` is overwritten."""
    np.left_shift(bits, _ONE, out=work)
    work -= _ONE  # zero wraps round and is the largest, past the missing ones
    too_small = work.min() < _LEAST_BITS
    work -= _LIMIT_BITS  # what is held wraps round
    if too_small or work.min() <= _INFINITY_BITS - _LIMIT_BITS:
        raise OverflowError("a number is outside the range of IBM floating point")


def in_range(
    values: NDArray[np.float64], below: float = IBM_LIMIT, space: NDArray[np.uint64] | None = None
) -> bool:
    """Whether all numbers are zero or of a magnitude of :data:`IBM_SMALLEST` to ``below``; NaN is not.

    Args:
        values: shape (n,).
        below: the first magnitude that is too large.
        space: memory for the work, shape (1 or more, n or more), which is overwritten.

    >>> in_range(np.array([1.0, -0.0])), in_range(np.array([np.nan])), in_range(np.array([1e-79]))
    (True, False, False)
    """
    bits = np.ascontiguousarray(values, np.float64).view(np.uint64)
    if not len(bits):
        return True
    work = np.empty(len(bits), np.uint64) if space is None else space[0, : len(bits)]
    np.left_shift(bits, _ONE, out=work)
    if work.max() >= _doubled(below):
        return False
    work -= _ONE  # zero wraps round and is the largest
    return bool(work.min() >= _LEAST_BITS)


def _doubled(value: float) -> np.uint64:
    """The bits of a double without its sign; as whole numbers they stand in the order of the magnitudes."""
    return np.float64(value).view(np.uint64) << _ONE


_LEAST_BITS = _doubled(IBM_SMALLEST) - _ONE
_LIMIT_BITS = _doubled(IBM_LIMIT) - _ONE
_INFINITY_BITS = _doubled(np.inf) - _ONE


def ibm_to_ieee(
    ibm: NDArray[np.uint64],
    out: NDArray[np.float64] | None = None,
    space: NDArray[np.uint64] | None = None,
) -> NDArray[np.float64]:
    """Doubles of IBM floats, NaN where missing.

    A fraction of more than 53 bits, which only a mainframe writes, is rounded to the nearest double.

    Args:
        ibm: shape (n,), the eight bytes read as one big-endian integer.
        out: where the doubles are put, shape (n,).
        space: memory for the work, shape (2, n or more), which is overwritten.

    >>> ibm_to_ieee(np.array([0x4110000000000000, 0x4100000000000000], np.uint64))
    array([ 1., nan])
    """
    rows = len(ibm)
    values = np.empty(rows, np.float64) if out is None else out
    fraction, first = np.empty((2, rows), np.uint64) if space is None else space[:2, :rows]
    np.bitwise_and(ibm, _FRACTION, out=fraction)
    np.copyto(values, fraction.view(np.int64))
    is_whole = bool(fraction.all())
    np.right_shift(ibm, _LAST_BYTES, out=first)
    weights = fraction.view(np.float64)
    # No place is out of bounds: "clip" spares the look for one, and a copy of what is written.
    np.take(_WEIGHT, first.view(np.int64), out=weights, mode="clip")
    values *= weights
    if not is_whole:
        values += 0.0  # a negative zero becomes zero
        np.copyto(values, np.nan, where=(values == 0) & _IS_CODE.take(first.view(np.int64)))
    return values


def count_missing(ibm: NDArray[np.uint64]) -> int:
    """How many of IBM floats are missing values.

    >>> count_missing(np.array([0x4110000000000000, 0x4100000000000000, 0, 0x2E00000000000000], np.uint64))
    2
    """
    no_fraction = ibm[ibm & _FRACTION == 0]
    return int(np.count_nonzero(_IS_CODE.take((no_fraction >> _LAST_BYTES).astype(np.uint8))))


def missing_codes(ibm: NDArray[np.uint64]) -> NDArray[np.uint8]:
    """The byte of each missing value among IBM floats (``.``, ``_``, ``A`` to ``Z``), 0 where a value is.

    >>> missing_codes(np.array([0x4110000000000000, 0x4100000000000000], np.uint64))
    array([ 0, 65], dtype=uint8)
    """
    first = (ibm >> _LAST_BYTES).astype(np.uint8)
    return np.where((ibm & _FRACTION == 0) & _IS_CODE.take(first), first, np.uint8(0))
