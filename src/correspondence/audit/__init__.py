"""Who did or saw what: a chained, append-only record that outlives what it tells of."""
