"""How a cluster fares against its spec: findings in plain words, one topic a file."""
