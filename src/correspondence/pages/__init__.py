"""The staff's web pages: they turn a request into one call, and a refusal into words."""
