#!/bin/sh
# Whether clamd answers through stunnel, by the certificate that its clients expect.
printf 'zPING\0' |
    timeout 5 openssl s_client -connect 127.0.0.1:3310 -servername scanner -quiet -tls1_3 \
        -CAfile /run/secrets/ca -verify_return_error -verify_hostname scanner 2>/dev/null |
    tr -d '\0' | grep -q '^PONG$'
