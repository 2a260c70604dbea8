"""What the pages of a case show, as plain values: templates get words and dates, and nothing that queries."""
