"""Who did or saw what: a chained, append-only record without foreign keys, so that it outlives what it tells of."""
