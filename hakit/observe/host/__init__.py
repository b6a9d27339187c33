"""Facts about one host: what to ask it, and how to read its answers."""
