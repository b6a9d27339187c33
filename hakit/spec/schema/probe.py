"""`services.NAME.probe`: how to find out whether a service answers."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, Tag

from hakit.model.probe import HttpQuestion, Probe, UnixQuestion
from hakit.spec.schema.part import BY_FORM, LIST, MAPPING, NUMBER, TEXT, Part, Seconds, Text, key, needed

Port = Annotated[int, Field(ge=1, le=65535)]
_DEFAULT = Probe(UnixQuestion(""))
_DEFAULT_HTTP = HttpQuestion("")


class HttpPart(Part):
    """An HTTP request and the answer that counts as good."""

    url: Text = needed(
        "The URL to get, `http` or `https`; the host is an IP address or `localhost`. A certificate is not checked.",
        examples=["http://127.0.0.1:8080/health"],
    )
    status: Annotated[int, Field(ge=100, le=599)] = key("The HTTP status of a good answer.", _DEFAULT_HTTP.status)
    text: Text = key("Text that a good answer holds.", examples=["ok"])
    host: Text = key("The web site to ask for (`Host`), by default the URL's host.", examples=["www.example.org"])


class ProbePart(Part):
    """One of `tcp`, `http`, `unix` and `command`, and when its failure counts."""

    tcp: Annotated[Annotated[Port, Tag(NUMBER)] | Annotated[Text, Tag(TEXT)], BY_FORM] = key(
        "A TCP port that accepts connections. A port alone is looked for on the node itself (127.0.0.1, then ::1); for "
        "a service that listens on its virtual IP only, write `ADDRESS:PORT` or `[IPV6]:PORT`.",
        examples=[3128, "192.168.233.200:3128"],
    )
    http: Annotated[Annotated[Text, Tag(TEXT)] | Annotated[HttpPart, Tag(MAPPING)], BY_FORM] = key(
        "A URL that answers. Short: the URL, good with status 200. Long: `url`, `status`, `text`.",
        examples=["http://127.0.0.1:8080/health"],
    )
    unix: Text = key("A Unix socket that accepts connections.", examples=["/run/app/app.sock"])
    command: Annotated[
        Annotated[Text, Tag(TEXT)] | Annotated[Annotated[list[Text], Field(min_length=1)], Tag(LIST)], BY_FORM
    ] = key(
        "A program that exits with 0 when the service is well: its path, or a list of path and arguments. "
        "There is no shell.",
        examples=[["/usr/local/bin/check-app", "--fast"]],
    )
    timeout: Seconds = key("Seconds that one probe may take. fast 1, normal 1, relaxed 5.")
    failures: Annotated[int, Field(ge=1, le=100)] = key(
        "How many failed probes in a row count as a failure; with fewer the service is shown as degraded.",
        _DEFAULT.failures,
    )
    start_timeout: Seconds = key(
        "Seconds after the unit's start until the probe must pass, within the start's own timeout.",
        _DEFAULT.start_timeout,
    )
