"""The structure of the spec file as pydantic models: one file per part, with a description for every key."""
