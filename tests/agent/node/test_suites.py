"""What others wrote to judge resource agents, on each release."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from lxml import etree

if TYPE_CHECKING:
    from conftest import Box

AGENT = "/usr/lib/ocf/resource.d/hakit/quickservice"
NAME = "ocf:hakit:quickservice"
RNG = Path(__file__).parents[1] / "data/ocf-ra-api-1.1.rng"
OCFT = Path(__file__).parents[1] / "data/quickservice.ocft"

EMPTY_CIB = "/root/cib.xml"


def must(box: Box, *argv: str) -> str:
    done = box.run(*argv)
    assert done.returncode == 0, f"{argv}: {done.returncode}\n{done.stdout}{done.stderr}"
    return done.stdout + done.stderr


@pytest.mark.parametrize("more", [(), ("-o", "probe_tcp=8080"), ("-o", "watch=0")], ids=["unit", "probe", "watch"])
def test_ocf_tester(box: Box, more: tuple[str, ...]) -> None:
    unit = "t-web.service" if "probe_tcp=8080" in more else "t-simple.service"
    said = must(box, "env", "OCF_ROOT=/usr/lib/ocf", "ocf-tester", "-n", "t", "-o", f"unit={unit}", *more, AGENT)
    assert f"{AGENT} passed all tests" in said


def test_ocft(box: Box) -> None:
    if box.run("sh", "-c", "command -v ocft").returncode != 0:
        pytest.skip("this release has no ocft")
    box.put("/usr/share/resource-agents/ocft/configs/quickservice", OCFT.read_text())
    must(box, "ocft", "make", "quickservice")
    try:
        said = must(box, "ocft", "test", "-v", "quickservice")
    finally:
        box.run("ocft", "clean", "quickservice")
    checks = [line for line in said.splitlines() if line.startswith("Checking return value:")]
    assert len(checks) >= OCFT.read_text().count('CASE "')
    assert all("OK" in line.split("The return value")[0] for line in checks), said


def test_meta_data_is_valid_by_the_dtd(box: Box) -> None:
    box.sh(f"cd /usr/share/resource-agents; {AGENT} meta-data | xmllint --noout --valid --nonet -")


def test_meta_data_is_valid_by_the_relaxng_of_api_1_1(box: Box) -> None:
    schema = etree.RelaxNG(etree.parse(RNG))
    schema.assertValid(etree.fromstring(box.sh(f"{AGENT} meta-data").encode()))


def test_meta_data_is_valid_by_the_schema_of_pcs(box: Box) -> None:
    box.sh(
        f"{AGENT} meta-data > /run/md.xml; xmllint --nonet --noout --relaxng /usr/share/pcs/data/ocf-1.1.rng /run/md.xml"
    )


def test_pacemaker_reads_the_meta_data_without_complaint(box: Box) -> None:
    """3.0.0 calls each declaration in the document type a fatal assertion."""
    done = box.run("crm_resource", f"--show-metadata={NAME}")
    assert "<!ATTLIST" not in done.stdout
    assert etree.fromstring(done.stdout.encode()).get("name") == "quickservice"
    assert "assertion" not in done.stderr + box.sh("journalctl --boot --no-pager --identifier=crm_resource")


@pytest.mark.parametrize("who", ["nobody", "hacluster"])
def test_meta_data_needs_no_rights_and_no_environment(box: Box, who: str) -> None:
    as_root = box.sh(f"{AGENT} meta-data")
    assert must(box, "setpriv", f"--reuid={who}", "--clear-groups", "env", "-i", AGENT, "meta-data").strip() == as_root


def test_pcs_describes_it(box: Box) -> None:
    said = must(box, "pcs", "resource", "describe", NAME)
    assert "unit (required)" in said
    assert "Port that must accept connections" in said or "PORT, ADDRESS:PORT" in said


def test_pcs_creates_it_and_asks_it(box: Box) -> None:
    box.sh(f"rm -f {EMPTY_CIB}; cibadmin --empty > {EMPTY_CIB}")
    options = ("unit=t-simple.service", "probe_tcp=80", "--agent-validation")
    must(box, "pcs", "-f", EMPTY_CIB, "resource", "create", "web", NAME, *options)
    said = must(box, "pcs", "-f", EMPTY_CIB, "resource", "config", "web")
    assert "interval=2s" in said.replace("interval: 2s", "interval=2s")
    assert "reload-agent" in said
    must(box, "crm_verify", "--xml-file", EMPTY_CIB) if "stonith" in must(box, "cat", EMPTY_CIB) else None
    twice = box.run("pcs", "-f", EMPTY_CIB, "resource", "create", "again", NAME, "unit=t-simple.service")
    assert (twice.returncode, "is not unique" in twice.stderr) == (1, True)


def test_pcs_shows_the_agents_reason_for_a_refusal(box: Box) -> None:
    box.sh(f"rm -f {EMPTY_CIB}; cibadmin --empty > {EMPTY_CIB}")
    options = ("unit=t-simple.service", "probe_tcp=http", "--agent-validation")
    done = box.run("pcs", "-f", EMPTY_CIB, "resource", "create", "web", NAME, *options)
    assert done.returncode == 1
    assert "wanted PORT or ADDRESS:PORT" in done.stdout + done.stderr


def test_crmsh_describes_it(box: Box) -> None:
    said = must(box, "crm", "ra", "info", NAME)
    assert "probe_http" in said
    assert "unit*" in said


def test_pacemaker_reads_and_validates_it(box: Box) -> None:
    assert "quickservice" in must(box, "crm_resource", "--list-agents", "ocf:hakit")
    assert 'name="probe_command"' in must(box, "crm_resource", f"--show-metadata={NAME}")
    call = ("crm_resource", "--validate", "--class", "ocf", "--provider", "hakit", "--agent", "quickservice")
    must(box, *call, "--option", "unit=t-simple.service")
    assert box.run(*call, "--option", "unit=a b").returncode != 0
