"""What the law and the labels of a country ask of a pharmacy, as data."""
