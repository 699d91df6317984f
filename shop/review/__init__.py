"""The pharmacist's review of a prescription: what is read, checked, asked and decided."""
