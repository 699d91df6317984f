"""The words people type for illnesses and medicines, and what they stand for."""
