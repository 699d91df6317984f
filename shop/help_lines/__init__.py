"""Whom to call in an emergency, by the country where somebody is now."""
