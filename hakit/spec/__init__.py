"""The user's file: YAML with positions, its schema, its faults, and the model it becomes."""
