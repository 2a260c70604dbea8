"""A stand-in for SSCL, which holds records of staff: it speaks ``openapi.yaml`` and forgets nothing."""
