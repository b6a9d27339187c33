"""The kernel itself, out of the file that a boot loader would start: QEMU starts it at once, with nothing to unpack."""

from __future__ import annotations

import lzma

_XZ = b"\xfd7zXZ\x00"
_ELF = b"\x7fELF"


def extract(image: bytes) -> bytes:
    """Return the kernel as an ELF file (QEMU enters it by its PVH note), or the image where it is packed otherwise.

    The image boots as well: it only takes longer, since what unpacks it runs under emulation.
    """
    at = image.find(_XZ)
    while at >= 0:
        kernel = _unpacked(image[at:])
        if kernel.startswith(_ELF):
            return kernel
        at = image.find(_XZ, at + 1)
    return image


def _unpacked(data: bytes) -> bytes:
    """Return what a stream of xz holds, whatever follows it; nothing if it isn't one."""
    unpacker = lzma.LZMADecompressor(format=lzma.FORMAT_XZ)
    try:
        return unpacker.decompress(data)
    except lzma.LZMAError:
        return b""
