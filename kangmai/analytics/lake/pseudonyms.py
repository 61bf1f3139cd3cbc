"""Pseudonyms of residents: a keyed permutation of ids, the same in every table of the lake.

The id fills a block of 16 bytes, and the block is encrypted with a key derived from the keyring
(AES-256, or SM4 in the national suite). Whoever has the files and not the keyring can tell neither
whose row it is nor the order of ids; two ids never share a pseudonym, so that counting distinct
pseudonyms counts residents; and only who holds the keyring can go back, for the rows behind a figure.
"""

import numpy as np
import pyarrow as pa
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from kangmai.kernel import sealing

BLOCK = 16
PSEUDONYM = pa.binary(BLOCK)


def _cipher() -> Cipher:
    secret = sealing.derived_secret("lake pseudonyms")
    if sealing.keyring().suite == "national":
        return Cipher(
            algorithms.SM4(secret[:16]), modes.ECB()
        )  # one block a value: nothing to chain
    return Cipher(algorithms.AES(secret), modes.ECB())


def pseudonyms(ids: pa.ChunkedArray) -> pa.ChunkedArray:
    """The pseudonyms of a column of resident ids; null stays null."""
    whole = ids.combine_chunks()
    plain = np.zeros((len(whole), 2), dtype=">i8")
    plain[:, 1] = whole.fill_null(0).to_numpy(zero_copy_only=False)
    encryptor = _cipher().encryptor()
    hidden = encryptor.update(plain.tobytes()) + encryptor.finalize()
    valid = None
    if whole.null_count:
        valid = pa.array(whole.is_valid().to_numpy(zero_copy_only=False)).buffers()[1]
    array = pa.FixedSizeBinaryArray.from_buffers(
        PSEUDONYM, len(whole), [valid, pa.py_buffer(hidden)]
    )
    return pa.chunked_array([array])


def residents_of(hidden: list[bytes]) -> list[int]:
    """The resident ids behind pseudonyms."""
    decryptor = _cipher().decryptor()
    plain = decryptor.update(b"".join(hidden)) + decryptor.finalize()
    return [int(each) for each in np.frombuffer(plain, dtype=">i8")[1::2]]
