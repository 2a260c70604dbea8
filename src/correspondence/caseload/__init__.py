"""Every list of cases and the search through them, over one dictionary of fields."""
