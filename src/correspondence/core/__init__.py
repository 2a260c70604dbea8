"""The clock, errors, settings and the base model: not a word of this field."""
