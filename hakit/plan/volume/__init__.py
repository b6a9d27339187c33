"""Volumes: what was seen of them, making them, laying directories on them and taking them off again."""
