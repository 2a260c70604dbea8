#!/bin/sh
# Whether Squid answers, by the certificate that its clients expect; "no" is the right answer to this question.
printf 'GET http://nothing.invalid/ HTTP/1.1\r\nHost: nothing.invalid\r\nConnection: close\r\n\r\n' |
    timeout 5 openssl s_client -connect 127.0.0.1:3128 -servername egress -quiet -tls1_3 \
        -CAfile /run/secrets/ca -verify_return_error -verify_hostname egress 2>/dev/null |
    head -n 1 | grep -q ' 403 '
