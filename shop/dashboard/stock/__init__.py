"""Pages for stock: batches by expiry, received, counted, written off; recalls (ADR 49)."""
