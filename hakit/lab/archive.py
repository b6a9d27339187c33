"""Where this machine gets its Debian packages from: the archive of its own apt, with its keyring and proxies."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

_SUITES = frozenset({"bullseye", "bookworm", "trixie", "forky", "sid", "stable", "testing", "unstable", "oldstable"})
_ONE_LINE = re.compile(r"^deb\s+(?:\[(?P<options>[^\]]*)\]\s+)?(?P<uri>\S+)\s+(?P<suite>\S+)\s+(?P<components>.+)$")
_CARRIED = re.compile(r'^(Acquire::(?:https?::(?:\S*Proxy\S*|\S*Ca\S*)|Check-\S+|Retries))\s+"(.*)";$', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Archive:
    """A package archive; `keyring` is empty when apt's own keys are to be used."""

    uri: str
    keyring: str = ""

    def line(self, suite: str) -> str:
        """Say it as a line of sources.list."""
        options = f"[signed-by={self.keyring}] " if self.keyring else ""
        return f"deb {options}{self.uri} {suite} main"


def find(etc_apt: Path = Path("/etc/apt")) -> Archive | None:
    """Return the Debian archive that this machine's apt uses, or None if it has none (another distribution)."""
    entries = [entry for path in _files(etc_apt) for entry in parse(path.read_text(errors="replace"))]
    likely = sorted((entry for entry in entries if _likeness(entry)), key=_likeness, reverse=True)
    return likely[0] if likely else None


def carried(apt_config_dump: str) -> list[str]:
    """Pick the settings that reaching the archive may depend on out of what `apt-config dump` says."""
    found = (_CARRIED.match(line) for line in apt_config_dump.splitlines())
    return [f'{match[1]} "{match[2]}"' for match in found if match]


def parse(text: str) -> Iterator[Archive]:
    """Yield the entries of a sources file, in either format, that carry a Debian suite with its main component."""
    yield from _one_line_style(text)
    for paragraph in re.split(r"\n\s*\n", text):
        yield from _deb822_style(paragraph)


def _files(etc_apt: Path) -> Iterable[Path]:
    folder = etc_apt / "sources.list.d"
    named = [etc_apt / "sources.list", *sorted(folder.glob("*.sources")), *sorted(folder.glob("*.list"))]
    return [path for path in named if path.is_file()]


def _one_line_style(text: str) -> Iterator[Archive]:
    for line in text.splitlines():
        match = _ONE_LINE.match(line.split("#")[0].strip())
        if match and match["suite"] in _SUITES and "main" in match["components"].split():
            options = dict(option.partition("=")[::2] for option in (match["options"] or "").split())
            yield Archive(match["uri"], _keyring(options.get("signed-by", "")))


def _deb822_style(paragraph: str) -> Iterator[Archive]:
    fields = _fields(paragraph)
    usable = "deb" in fields.get("types", "").split() and fields.get("enabled", "yes").lower() not in {"no", "false"}
    debian = _SUITES & set(fields.get("suites", "").split()) and "main" in fields.get("components", "").split()
    if usable and debian:
        for uri in fields.get("uris", "").split():
            yield Archive(uri, _keyring(fields.get("signed-by", "")))


def _fields(paragraph: str) -> dict[str, str]:
    fields: dict[str, str] = {}
    name = ""
    for line in paragraph.splitlines():
        if line.startswith("#"):
            continue
        if line[:1].isspace():
            fields[name] = f"{fields.get(name, '')}\n{line.strip()}"
        elif ":" in line:
            name, _, value = line.partition(":")
            name = name.strip().lower()
            fields[name] = value.strip()
    return fields


def _keyring(signed_by: str) -> str:
    """Keep a file's path; a key written into the sources file itself, or a bare fingerprint, is left to apt."""
    return signed_by if signed_by.startswith("/") and "\n" not in signed_by else ""


def _likeness(entry: Archive) -> int:
    """Say how much an entry looks like Debian's own archive, 0 for not: other vendors use its suite names too."""
    last = urlsplit(entry.uri).path.rstrip("/").rpartition("/")[2]
    return 2 * (last in {"debian", "debian.list"}) + ("debian-archive" in entry.keyring)
