"""What packs cost: the price now, what is planned, the rules, who changed what and why (ADR 48)."""
