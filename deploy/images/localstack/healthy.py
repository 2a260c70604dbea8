"""Healthy once the last of the buckets has been made."""

import os
import sys
import urllib.error
import urllib.request

bucket = os.environ.get("S3_BUCKETS", "documents").rpartition(",")[2]
request = urllib.request.Request(f"http://127.0.0.1:4566/{bucket}?versioning")
try:
    with urllib.request.urlopen(request, timeout=4) as answer:  # noqa: S310 - our own address, by http
        sys.exit(0 if b"Enabled" in answer.read() else 1)
except (urllib.error.URLError, OSError):
    sys.exit(1)
