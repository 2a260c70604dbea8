"""The files of a case: received, checked, encrypted with the case's own key, stored, handed out."""
