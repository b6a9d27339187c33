"""One file per topic: what a spec must hold to beyond its structure."""
