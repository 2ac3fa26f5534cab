#!/usr/bin/env bash
# Prints the secrets that the overlays refer to, with fresh random values, for kubectl apply -f -. Run once: another run makes others.
#   ./k8s/secrets.sh | kubectl apply -f -
#   ./k8s/secrets.sh --postgres 'Host=db.example;Database=streams;Username=streams;Password=...' | kubectl apply -f -
set -euo pipefail

namespace=actorstreams
connection=""
while [ $# -gt 0 ]; do
  case "$1" in
    --namespace) namespace=$2; shift 2 ;;
    --postgres) connection=$2; shift 2 ;;
    *) echo "usage: $0 [--namespace NAME] [--postgres CONNECTION]" >&2; exit 2 ;;
  esac
done

random() { head -c "$1" /dev/urandom | base64 | tr -d '\n=+/'; }
encoded() { printf '%s' "$1" | base64 | tr -d '\n'; }

# The first argument is the secret's name, the others are key and value in turn.
secret() {
  printf -- '---\napiVersion: v1\nkind: Secret\nmetadata:\n  name: %s\n  namespace: %s\n  labels:\n    app.kubernetes.io/part-of: actorstreams\ndata:\n' "$1" "$namespace"
  shift
  while [ $# -gt 0 ]; do
    printf '  %s: %s\n' "$1" "$(encoded "$2")"
    shift 2
  done
}

printf 'apiVersion: v1\nkind: Namespace\nmetadata:\n  name: %s\n  labels:\n    pod-security.kubernetes.io/enforce: restricted\n' "$namespace"
if [ -n "$connection" ]; then
  secret actorstreams-postgres connection-string "$connection"
else
  password=$(random 24)
  secret actorstreams-postgres username streams password "$password" \
    connection-string "Host=postgres;Database=streams;Username=streams;Password=$password"
fi
secret actorstreams-access access-key-id "AK$(random 24 | tr '[:lower:]' '[:upper:]' | cut -c 1-18)" secret-access-key "$(random 48 | cut -c 1-40)"
secret actorstreams-management token "$(random 32)"
