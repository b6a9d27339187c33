#!/bin/sh
# provision.sh node|client HOSTS: make a Debian machine what `hakit bootstrap` expects: names, packages, root by ssh.
# No cluster: that is bootstrap's part. Can be run again.
set -eu
role=$1
hosts=$2

# The same names everywhere, and never on 127.0.1.1, where corosync would not find them.
sed -i -e '/^127\.0\.1\.1/d' -e '/ # hakit$/d' /etc/hosts
echo "$hosts" | sed 's/$/ # hakit/' >>/etc/hosts

# root may log in with the key that Vagrant made for this machine.
install -d -m 700 /root/.ssh
install -m 600 /home/vagrant/.ssh/authorized_keys /root/.ssh/authorized_keys

export DEBIAN_FRONTEND=noninteractive
apt-get update -q
if [ "$role" = client ]; then
    apt-get install -qy --no-install-recommends curl python3
    # Something for squid to fetch: http://192.168.233.139:8000/
    install -d /srv/origin
    echo "hello from the origin server" >/srv/origin/index.html
    cat >/etc/systemd/system/origin.service <<'UNIT'
[Unit]
Description=Small web server for the proxy to ask
[Service]
ExecStart=/usr/bin/python3 -m http.server --directory /srv/origin 8000
DynamicUser=yes
Restart=on-failure
[Install]
WantedBy=multi-user.target
UNIT
    systemctl daemon-reload
    systemctl enable --now origin.service
else
    apt-get install -qy --no-install-recommends \
        corosync pacemaker pacemaker-cli-utils pcs crmsh resource-agents python3 iputils-arping ndisc6 curl squid
    # Debian starts a cluster of one node with its stock configuration.
    systemctl disable --now pacemaker.service corosync.service
    systemctl enable --now pcsd.service
fi
