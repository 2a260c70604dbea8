"""What the pages of a case show, as plain values: a template gets words and dates, never something that queries."""
