"""The register of supplies: what left the pharmacy, for whom, on whose prescription."""
