"""Parcels: with which carrier they go, under which number, and when they should be there."""
