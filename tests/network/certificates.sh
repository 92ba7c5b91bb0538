#!/usr/bin/env bash
# Makes the certificates of `tests/network/desktop/` anew: an authority, another one that nobody trusts, and what they have
# signed: a server's (localhost and 127.0.0.1), a client's, one of a server that ran out in 2021, and one of the stranger's.
# Each file but the authorities' holds a certificate and its key. They are for tests only. Needs openssl.
set -euo pipefail

into=$(cd "$(dirname "$0")/desktop" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

authority() {
  openssl ecparam -name prime256v1 -genkey -noout -out "$1.key"
  openssl req -x509 -new -key "$1.key" -days 36500 -subj "/CN=$2" -out "$1.pem" \
    -addext "basicConstraints=critical,CA:TRUE" -addext "keyUsage=critical,keyCertSign,cRLSign"
}

# certificate NAME AUTHORITY COMMON-NAME OTHER-NAMES FROM UNTIL
certificate() {
  : >index
  : >index.attr
  openssl ecparam -name prime256v1 -genkey -noout | openssl pkcs8 -topk8 -nocrypt -out "$1.key"
  openssl req -new -key "$1.key" -subj "/CN=$3" -out "$1.csr"
  cat >"$1.cnf" <<END
[ca]
default_ca = all
[all]
database = index
new_certs_dir = .
rand_serial = yes
default_md = sha256
policy = any
x509_extensions = leaf
[any]
commonName = supplied
[leaf]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = serverAuth,clientAuth
subjectAltName = $4
END
  openssl ca -batch -notext -config "$1.cnf" -cert "$2.pem" -keyfile "$2.key" -in "$1.csr" -out "$1.crt" \
    -startdate "$5" -enddate "$6"
  cat "$1.crt" "$1.key" >"$into/$1.pem"
}

long=21200101000000Z
authority authority "Emberl test authority"
authority stranger "Another authority"
certificate server authority localhost "DNS:localhost,IP:127.0.0.1" 20250101000000Z "$long"
certificate client authority client "DNS:client" 20250101000000Z "$long"
certificate expired authority localhost "DNS:localhost,IP:127.0.0.1" 20200101000000Z 20210101000000Z
certificate foreign stranger localhost "DNS:localhost,IP:127.0.0.1" 20250101000000Z "$long"
cp authority.pem "$into/"
