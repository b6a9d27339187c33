"""Sphinx: one source gives the HTML manual and the man pages."""

from hakit import __version__

project = "hakit"
copyright = "the hakit contributors, GPL-2.0-or-later"  # noqa: A001 - Sphinx's own name
release = version = __version__
extensions = ["myst_parser", "sphinx_click"]
exclude_patterns = ["_build"]
myst_heading_anchors = 3
nitpicky = True
smartquotes = False  # what is to be typed must stay as it is
html_theme = "furo"
html_title = f"hakit {__version__}"
html_copy_source = html_show_sourcelink = False
man_pages = [
    ("commands", "hakit", "one short file in, a verified highly available service out", "", 1),
    ("findings", "hakit-findings", "what hakit finds, why it matters and what to do", "", 7),
    ("quickservice", "ocf_hakit_quickservice", "any systemd unit as a cluster resource, watched and probed", "", 7),
    ("vip", "ocf_hakit_vip", "a virtual IP that is not taken from somebody who still has it", "", 7),
    ("mount", "ocf_hakit_mount", "a mounted file system that is seen to fail", "", 7),
    ("pathguard", "ocf_hakit_pathguard", "tells when a node has lost its clients' network", "", 7),
    ("alerts", "hakit-alerts", "who is told what happens to a cluster of hakit", "", 7),
    ("spec", "hakit.yaml", "the spec file of hakit", "", 5),
]
