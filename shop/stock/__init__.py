"""Stock by batch: what is on the shelf, until when it may be sold, and what became of it (ADR 49)."""
