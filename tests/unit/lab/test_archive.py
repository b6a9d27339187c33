from __future__ import annotations

from pathlib import Path

import pytest

from hakit.lab import archive
from hakit.lab.archive import Archive

DEB822 = """\
Types: deb
# of yesterday
URIs: http://mirror.example/debian
Suites: bookworm bookworm-updates
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
URIs: http://mirror.example/debian-security
Suites: bookworm-security
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
"""
DEBIAN = Archive("http://mirror.example/debian", "/usr/share/keyrings/debian-archive-keyring.gpg")


def etc_apt(folder: Path, **files: str) -> Path:
    (folder / "sources.list.d").mkdir()
    for name, text in files.items():
        place = folder / "sources.list" if name == "main" else folder / "sources.list.d" / name.replace("_", ".")
        place.write_text(text)
    return folder


def test_deb822(tmp_path: Path) -> None:
    assert archive.find(etc_apt(tmp_path, debian_sources=DEB822)) == DEBIAN


def test_one_line_style_with_options(tmp_path: Path) -> None:
    line = "deb [arch=amd64 signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://mirror.example/debian trixie main # x\n"
    assert archive.find(etc_apt(tmp_path, main=line)) == DEBIAN


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# deb http://mirror.example/debian bookworm main",
        "deb http://vendor.example/repo bookworm main",
        "deb http://mirror.example/debian-security bookworm-security main",
        "deb http://archive.example/ubuntu noble main universe",
        "deb-src http://mirror.example/debian bookworm main",
        DEB822.replace("Types: deb", "Enabled: no\nTypes: deb"),
        DEB822.replace("Components: main", "Components: contrib"),
    ],
)
def test_what_is_no_debian_archive_is_not_taken(tmp_path: Path, text: str) -> None:
    kind = "x_sources" if "URIs" in text else "x_list"
    assert archive.find(etc_apt(tmp_path, **{kind: text})) is None


def test_debians_own_wins_over_a_vendor_with_its_suite(tmp_path: Path) -> None:
    folder = etc_apt(tmp_path, a_list="deb https://vendor.example/apt bookworm main\n", b_sources=DEB822)
    assert archive.find(folder) == DEBIAN


def test_a_key_inside_the_file_is_left_to_apt(tmp_path: Path) -> None:
    text = DEB822.replace(
        "Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg", "Signed-By:\n -----BEGIN PGP\n .\n abc"
    )
    assert archive.find(etc_apt(tmp_path, a_sources=text)) == Archive("http://mirror.example/debian")


def test_a_machine_without_apt(tmp_path: Path) -> None:
    assert archive.find(tmp_path / "nowhere") is None


def test_line() -> None:
    assert DEBIAN.line("trixie") == (
        "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://mirror.example/debian trixie main"
    )
    assert Archive("http://m.example/debian").line("trixie") == "deb http://m.example/debian trixie main"


def test_proxies_and_checks_are_carried() -> None:
    dump = (
        'APT::Architecture "amd64";\n'
        'Acquire::http::Proxy "http://proxy.example:3128/";\n'
        'Acquire::https::CaInfo "/etc/ssl/private-ca.pem";\n'
        'Acquire::Check-Valid-Until "false";\n'
        'Acquire::Languages "none";\n'
        'Acquire::Retries "3";\n'
    )
    assert archive.carried(dump) == [
        'Acquire::http::Proxy "http://proxy.example:3128/"',
        'Acquire::https::CaInfo "/etc/ssl/private-ca.pem"',
        'Acquire::Check-Valid-Until "false"',
        'Acquire::Retries "3"',
    ]
