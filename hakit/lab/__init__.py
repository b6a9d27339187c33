"""Real Debian nodes on this machine, in namespaces without a way out."""
