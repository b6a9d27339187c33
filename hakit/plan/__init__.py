"""Wanted and seen become ordered steps that each say why; pcs and crm dialects."""
