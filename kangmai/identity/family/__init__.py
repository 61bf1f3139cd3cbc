"""Who may act for a resident: guardians, and people he authorised."""
