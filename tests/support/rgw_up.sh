#!/bin/sh
# A real S3 server for tests: Ceph with one monitor, one OSD in memory, and a RADOS Gateway, on this machine only.
# Usage: rgw_up.sh FOLDER PORT MONITOR_PORT ACCESS_KEY SECRET_KEY OTHER_ACCESS_KEY OTHER_SECRET_KEY
# The first pair of keys is the owner's of all buckets, the second that of the user `stranger`, who owns nothing.
# FOLDER is empty and ours. Writes FOLDER/*.pid; prints `ready` once requests are answered, then waits for the end of
# standard input and takes everything down. Needs ceph-mon, ceph-osd, ceph-mgr, ceph-common, radosgw and uuid-runtime.
set -eu
folder=$1 port=$2 monitor=127.0.0.1:$3 access_key=$4 secret_key=$5
cd "$folder"
mkdir run log mon.a osd.0 mgr.a

stop() {
  for name in rgw mgr osd mon; do
    if [ -f "$name.pid" ]; then kill -9 "$(cat "$name.pid")" 2> /dev/null || true; fi
  done
}
trap stop EXIT
trap 'exit 1' HUP INT TERM

cluster=$(uuidgen)
cat > ceph.conf << CONF
[global]
fsid = $cluster
mon host = v2:$monitor
public addr = 127.0.0.1
cluster addr = 127.0.0.1
keyring = $folder/keyring
auth allow insecure global id reclaim = false
osd pool default size = 1
osd pool default min size = 1
mon allow pool size one = true
osd pool default pg num = 4
osd pool default pgp num = 4
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
run dir = $folder/run
admin socket = $folder/run/\$name.\$pid.asok
log file = $folder/log/\$name.log
pid file = $folder/run/\$name.pid
[mon]
mon data = $folder/mon.\$id
mon data avail crit = 1
[osd]
osd data = $folder/osd.\$id
osd objectstore = memstore
memstore device bytes = 4294967296
[mgr]
mgr data = $folder/mgr.\$id
[client.rgw]
rgw data = $folder
rgw frontends = beast endpoint=127.0.0.1:$port
rgw dns name = localhost
CONF

key() { ceph-authtool keyring --gen-key -n "$@" > /dev/null; }
ceph-authtool --create-keyring keyring --gen-key -n mon. --cap mon 'allow *' > /dev/null
key client.admin --cap mon 'allow *' --cap osd 'allow *' --cap mgr 'allow *'
key client.rgw --cap mon 'allow rw' --cap osd 'allow rwx' --cap mgr 'allow rw'
key mgr.a --cap mon 'allow profile mgr' --cap osd 'allow *'
key osd.0 --cap mon 'allow profile osd' --cap osd 'allow *' --cap mgr 'allow profile osd'
monmaptool --create --fsid "$cluster" --addv a "[v2:$monitor]" monmap > /dev/null

start() {
  name=$1
  shift
  "$@" -c "$folder/ceph.conf" -f > "log/$name.out" 2>&1 < /dev/null &
  echo $! > "$name.pid"
}
ceph-mon -c ceph.conf --mkfs -i a --monmap monmap --keyring keyring > log/mkfs.out 2>&1
start mon ceph-mon -i a
osd=$(uuidgen)
timeout 30 ceph -c ceph.conf osd new "$osd" 0 > /dev/null
ceph-osd -c ceph.conf -i 0 --mkfs --osd-uuid "$osd" > log/osd-mkfs.out 2>&1
start osd ceph-osd -i 0
start mgr ceph-mgr -i a
start rgw radosgw -n client.rgw
user() {
  timeout 90 radosgw-admin -c ceph.conf user create --uid="$1" --display-name="$1" --access-key="$2" --secret-key="$3" \
    > /dev/null 2>> log/user.out
}
user rightful "$access_key" "$secret_key"
user stranger "$6" "$7"
timeout 60 python3 -c '
import socket, sys, time
while True:
    try:
        socket.create_connection(("127.0.0.1", int(sys.argv[1])), 1).close()
        break
    except OSError:
        time.sleep(0.1)
' "$port"
echo ready
cat > /dev/null
