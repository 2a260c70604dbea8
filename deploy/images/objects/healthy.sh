#!/bin/sh
# Whether the gateway answers, by the certificate that its clients expect.
printf 'GET /healthz/live HTTP/1.1\r\nHost: s3\r\nConnection: close\r\n\r\n' |
    timeout 5 openssl s_client -connect 127.0.0.1:7070 -servername s3 -quiet -tls1_3 \
        -CAfile /run/secrets/ca -verify_return_error -verify_hostname s3 2>/dev/null |
    head -n 1 | grep -q ' 200 '
