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
_MANTISSA = np.uint64((1 << 52) - 1)
_HIDDEN_BIT = np.uint64(1 << 52)
_SIGN = np.uint64(1 << 63)
_LEAST = np.uint64(1023 - 260)
_RANGE = np.uint64(260 + 252)
"""The exponents of IEEE, with their excess, of :data:`IBM_SMALLEST` to :data:`IBM_LIMIT`."""
_IS_CODE = np.zeros(256, np.bool_)
_IS_CODE[[MISSING, *SPECIAL_MISSING.encode()]] = True
# The weight of the last fraction bit by first byte (sign and exponent): 2 ** (4 * (exponent - 64) - 56).
# All are normal doubles, so the product with a fraction of at most 53 bits is exact.
_WEIGHT = np.ldexp(np.where(np.arange(256) < 128, 1.0, -1.0), 4 * (np.arange(256) % 128 - 64) - 56)


def ieee_to_ibm(values: NDArray[np.float64], codes: NDArray[np.uint8] | None = None) -> NDArray[np.uint64]:
    """IBM floats of doubles, as integers whose big-endian bytes stand in the file.

    Args:
        values: shape (n,); NaN means missing.
        codes: shape (n,), the byte of a special missing value or 0; used where the value is NaN.

    Returns:
        Shape (n,). Zero of either sign becomes eight zero bytes, NaN without a code becomes ``.``.

    Raises:
        OverflowError: a magnitude is below :data:`IBM_SMALLEST` (and not zero) or not below
            :data:`IBM_LIMIT`, infinity included.

    >>> [f"{bits:016x}" for bits in ieee_to_ibm(np.array([1.0, -118.625, 0.0, np.nan]))]
    ['4110000000000000', 'c276a00000000000', '0000000000000000', '2e00000000000000']
    """
    bits = np.ascontiguousarray(values, np.float64).view(np.uint64)
    # A base of 16 takes the exponent by fours; what remains of it (0 to 3) shifts the mantissa. The excess
    # of IEEE, 1023, is one short of a multiple of four, so one is added first; 191 = 1024 / 4 - 65.
    biased = bits >> np.uint64(52)
    biased &= np.uint64(0x7FF)
    held = (biased - _LEAST) < _RANGE  # below the least it wraps round, and so is large
    biased += np.uint64(1)
    ibm = bits & _MANTISSA
    ibm |= _HIDDEN_BIT
    ibm <<= biased & np.uint64(3)
    biased >>= np.uint64(2)
    biased -= np.uint64(191)
    biased <<= np.uint64(56)
    ibm |= biased
    ibm |= bits & _SIGN
    if not held.all():
        _put_others(ibm, values, held, codes)
    return ibm


def _put_others(
    ibm: NDArray[np.uint64],
    values: NDArray[np.float64],
    held: NDArray[np.bool_],
    codes: NDArray[np.uint8] | None,
) -> None:
    """Put zeros and missing values where the numbers are none that are held by their digits."""
    others = np.flatnonzero(~held)
    strange = values[others]
    missing = np.isnan(strange)
    if not np.all(missing | (strange == 0)):
        raise OverflowError("a number is outside the range of IBM floating point")
    first = np.where(missing, np.uint64(MISSING), np.uint64(0))
    if codes is not None:
        coded = codes[others]
        np.copyto(first, coded, where=missing & (coded != 0))
    ibm[others] = first << np.uint64(56)


def ibm_to_ieee(ibm: NDArray[np.uint64]) -> NDArray[np.float64]:
    """Doubles of IBM floats, NaN where missing.

    A fraction of more than 53 bits, which only a mainframe writes, is rounded to the nearest double.

    Args:
        ibm: shape (n,), the eight bytes read as one big-endian integer.

    >>> ibm_to_ieee(np.array([0x4110000000000000, 0x4100000000000000], np.uint64))
    array([ 1., nan])
    """
    fraction = (ibm & _FRACTION).view(np.int64)
    first = (ibm >> _LAST_BYTES).view(np.int64)
    values = fraction.astype(np.float64)
    values *= _WEIGHT.take(first)
    if not fraction.all():
        values += 0.0  # a negative zero becomes zero
        np.copyto(values, np.nan, where=(fraction == 0) & _IS_CODE.take(first))
    return values


def missing_codes(ibm: NDArray[np.uint64]) -> NDArray[np.uint8]:
    """The byte of each missing value among IBM floats (``.``, ``_``, ``A`` to ``Z``), 0 where a value is.

    >>> missing_codes(np.array([0x4110000000000000, 0x4100000000000000], np.uint64))
    array([ 0, 65], dtype=uint8)
    """
    first = (ibm >> _LAST_BYTES).astype(np.uint8)
    return np.where((ibm & _FRACTION == 0) & _IS_CODE.take(first), first, np.uint8(0))
