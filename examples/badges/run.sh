#!/usr/bin/env bash
# The whole of the example in fast-forward: PostgreSQL, a node, the agent, the generator; then the report beside the generator's own count.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
lines=100000 rotations=12 rotate=rename seed=1 hours=4 connection="" keep=""

usage() {
  cat <<'TEXT'
usage: examples/badges/run.sh [--lines 100000] [--rotations 12] [--rotate rename|copy|gzip|mixed] [--seed 1] [--hours 4]
                              [--postgres CONNECTION] [--keep]
  --postgres  a database instead of one that is started for the run, such as "Host=127.0.0.1;Database=security;Username=me;Password=secret";
              the schema "badges" is created there and dropped at the end
  --keep      leaves the folder with logs, objects and reports, and a database of --postgres as it is
It ends with 0 where the reports are equal, 1 where they differ or something failed, 2 for a wrong command line.
TEXT
}

refuse() { echo "badges: $1" >&2; usage >&2; exit 2; }
fail() { echo "badges: $1" >&2; exit 1; }

while [ $# -gt 0 ]; do
  case "$1" in
    --lines | --rotations | --rotate | --seed | --hours)
      [ $# -gt 1 ] || refuse "$1 wants a value."
      printf -v "${1#--}" %s "$2"; shift 2 ;;
    --postgres) [ $# -gt 1 ] && [ -n "$2" ] || refuse "--postgres wants a connection string."; connection=$2; shift 2 ;;
    --keep) keep=yes; shift ;;
    -h | --help) usage; exit 0 ;;
    *) refuse "there is no option $1." ;;
  esac
done
[[ $lines =~ ^[0-9]+$ ]] || refuse "--lines $lines: allowed is a whole number."

[ "$(uname)" = Linux ] || fail "the agent runs on Linux only."
for program in dotnet curl psql; do
  command -v "$program" >/dev/null || fail "$program is missing. Needed are the .NET SDK 10, curl and PostgreSQL (Debian: apt-get install curl postgresql)."
done

work=$(mktemp -d) cluster="" agent="" node="" created=""
logs=$work/logs lake=$work/lake
mkdir "$logs" "$lake"

# PostgreSQL refuses to run as root, and then is run as its own account, in a folder that this may enter.
as_server() { if [ "$(id -u)" -eq 0 ]; then (cd / && runuser -u postgres -- "$@"); else "$@"; fi; }

stop() { if [ -n "$1" ] && kill -TERM "$1" 2>/dev/null; then wait "$1" || true; fi; }

clean_up() {
  local code=$?
  trap - EXIT
  if [ "$code" -eq 1 ]; then tail -n 20 "$work"/agent.log "$work"/node.log >&2 2>/dev/null || true; fi
  stop "$agent"
  stop "$node"
  if [ -n "$created" ] && [ -z "$keep" ]; then psql -qX -c 'DROP SCHEMA badges CASCADE' >/dev/null 2>&1 || true; fi
  if [ -n "$cluster" ]; then
    as_server "$binaries/pg_ctl" -D "$cluster/data" -m fast -w stop >/dev/null || true
    rm -rf "$cluster"
  fi
  if [ -n "$keep" ]; then echo "Logs, objects and reports are in $work"; else rm -rf "$work"; fi
  exit "$code"
}
trap clean_up EXIT
trap 'exit 130' INT TERM

free_port() {
  local port
  while :; do
    port=$((12000 + RANDOM % 20000))
    if ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then echo "$port"; return; fi
  done
}

# Waits until a command succeeds; fails after so many seconds, or when the process that is waited for ends.
wait_for() {
  local what=$1 seconds=$2 process=$3 end
  end=$((SECONDS + seconds))
  shift 3
  until "$@" >/dev/null 2>&1; do
    [ "$SECONDS" -lt "$end" ] || fail "$what took longer than $seconds s."
    kill -0 "$process" 2>/dev/null || fail "$what: the process ended."
    sleep 0.1
  done
}

start_postgres() {
  local bin port
  binaries=""
  # From PATH, or the newest of Debian's.
  for bin in "$(dirname "$(command -v initdb || true)")" $(printf '%s\n' /usr/lib/postgresql/*/bin | sort -Vr); do
    if [ -x "$bin/initdb" ] && [ -x "$bin/pg_ctl" ]; then binaries=$bin; break; fi
  done
  [ -n "$binaries" ] || fail "PostgreSQL's server (initdb, pg_ctl) is missing: apt-get install postgresql, or give a database with --postgres."
  cluster=$(mktemp -d)
  if [ "$(id -u)" -eq 0 ]; then chown postgres "$cluster"; fi
  as_server "$binaries/initdb" -D "$cluster/data" -U firehose -A trust -E UTF8 --no-sync >/dev/null
  port=$(free_port)
  as_server "$binaries/pg_ctl" -D "$cluster/data" -l "$cluster/log" -w \
    -o "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories=" start >/dev/null
  connection="Host=127.0.0.1;Port=$port;Database=postgres;Username=firehose"
}

# What psql connects to, out of the connection string that the node gets.
read_connection() {
  local parts part value
  IFS=';' read -ra parts <<<"$connection"
  for part in "${parts[@]}"; do
    value=${part#*=}
    case "${part%%=*}" in
      [Hh]ost) export PGHOST=$value ;;
      [Pp]ort) export PGPORT=$value ;;
      [Dd]atabase) export PGDATABASE=$value ;;
      [Uu]sername) export PGUSER=$value ;;
      [Pp]assword) export PGPASSWORD=$value ;;
      *) refuse "--postgres: '${part%%=*}' is not understood; allowed are Host, Port, Database, Username and Password." ;;
    esac
  done
}

firehose() {
  curl -sS --fail-with-body --aws-sigv4 aws:amz:us-east-1:firehose --user any:any -H 'Content-Type: application/x-amz-json-1.1' \
    -H "X-Amz-Target: Firehose_20150804.$1" -d "$2" "http://127.0.0.1:$port/"
}

is_active() { firehose DescribeDeliveryStream '{"DeliveryStreamName":"badges"}' | grep -q '"ACTIVE"'; }

echo "building the node and the generator; the first time this may take some minutes"
dotnet build "$root/src/Node" -c Release -v quiet >"$work/build.log" || { cat "$work/build.log" >&2; fail "the node could not be built."; }
dotnet build "$here" -c Release -v quiet >"$work/build.log" || { cat "$work/build.log" >&2; fail "the generator could not be built."; }
actorstreams=$root/src/Node/bin/Release/net10.0/actorstreams.dll
badges=$here/bin/Release/net10.0/badges.dll

if [ -z "$connection" ]; then echo "starting PostgreSQL"; start_postgres; fi
cd "$work"
read_connection
psql -qX -v ON_ERROR_STOP=1 -f "$here/table.sql" || fail "the table could not be created."
created=yes

echo "starting the node"
port=$(free_port) admin=$(free_port)
dotnet "$actorstreams" --settings "$here/appsettings.json" --data "$work/data" --port "$port" --admin-port "$admin" \
  --set "Firehose:Buckets:lake:Folder=$lake" --set "Firehose:Warehouses:doors.redshift.example.com=$connection" >"$work/node.log" 2>&1 &
node=$!
wait_for "the node's start" 60 "$node" curl -sf "http://127.0.0.1:$admin/ready"
firehose CreateDeliveryStream "@$here/delivery-stream.json" >/dev/null || fail "the delivery stream could not be created."
wait_for "the delivery stream's creation" 60 "$node" is_active

echo "starting the agent"
sed -e "s#/var/log/badges#$logs#" -e "s#/var/lib/actorstreams-agent#$work#" -e "s#127.0.0.1:4567#127.0.0.1:$port#" "$here/agent.json" >"$work/agent.json"
dotnet "$actorstreams" agent -c "$work/agent.json" >"$work/agent.log" 2>&1 &
agent=$!
wait_for "the agent's start" 60 "$agent" grep -q Follows "$work/agent.log"

began=$SECONDS
dotnet "$badges" generate --out "$logs" --report "$work/generator.csv" --lines "$lines" --rotations "$rotations" --rotate "$rotate" --seed "$seed" --hours "$hours"

rows=0 seen=$SECONDS
while [ "$rows" -lt "$lines" ]; do
  sleep 0.5
  now=$(psql -qXAt -c 'SELECT count(*) FROM badges.readings')
  if [ "$now" -ne "$rows" ]; then seen=$SECONDS; echo "$now of $lines readings are in the warehouse"; fi
  rows=$now
  [ $((SECONDS - seen)) -lt 120 ] || fail "nothing came into the warehouse for 120 s; $rows of $lines readings are there."
  kill -0 "$node" 2>/dev/null || fail "the node ended."
  kill -0 "$agent" 2>/dev/null || fail "the agent ended."
done
echo "all of them after $((SECONDS - began)) s"

# What they still had under way is through when they have ended: a reading that came twice would be counted.
stop "$agent"
stop "$node"
agent="" node=""
psql -X --csv -v ON_ERROR_STOP=1 -f "$here/report.sql" >"$work/warehouse.csv"
dotnet "$badges" compare "$work/warehouse.csv" "$work/generator.csv"
