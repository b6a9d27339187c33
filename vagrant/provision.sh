#!/bin/sh
# provision.sh node|client HOSTS: make a Debian machine what `hakit bootstrap` expects: names, packages, root by ssh.
# No cluster: that is bootstrap's part. Can be run again. Nothing is fetched when all packages are there.
set -eu
role=$1
hosts=$2

# The same names everywhere, and never on 127.0.1.1, where corosync would not find them.
sed -i -e '/^127\.0\.1\.1/d' -e '/ # hakit$/d' /etc/hosts
echo "$hosts" | sed 's/$/ # hakit/' >>/etc/hosts

# root may log in with the key that Vagrant made for this machine; in hakit's own box root is whom Vagrant logs in as.
if [ -e /home/vagrant/.ssh/authorized_keys ]; then
    install -d -m 700 /root/.ssh
    install -m 600 /home/vagrant/.ssh/authorized_keys /root/.ssh/authorized_keys
fi

needed() {
    # shellcheck disable=SC2016 # dpkg-query's own variable
    there=$(dpkg-query -W -f '${db:Status-Status}\n' "$@" 2>/dev/null | grep -cx installed || true)
    [ "$there" -eq $# ] && return
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -q
    apt-get install -qy --no-install-recommends "$@"
}

if [ "$role" = client ]; then
    needed curl python3
    # Something for squid to fetch: http://192.168.233.139:8000/, the lab's own web server.
    install -D -m 644 /tmp/origin.py /usr/local/lib/hakit/origin.py
    cat >/etc/systemd/system/origin.service <<'UNIT'
[Unit]
Description=Small web server for the proxy to ask
[Service]
ExecStart=/usr/bin/python3 -I -S /usr/local/lib/hakit/origin.py 0.0.0.0 8000
DynamicUser=yes
Restart=on-failure
[Install]
WantedBy=multi-user.target
UNIT
    systemctl daemon-reload
    systemctl enable --now origin.service
else
    needed corosync pacemaker pacemaker-cli-utils pcs crmsh resource-agents python3 iputils-arping ndisc6 curl squid
    # crm reaches the node that it is called on by ssh.
    [ -e /root/.ssh/id_ed25519 ] || ssh-keygen -q -t ed25519 -N '' -f /root/.ssh/id_ed25519
    grep -qFf /root/.ssh/id_ed25519.pub /root/.ssh/authorized_keys ||
        cat /root/.ssh/id_ed25519.pub >>/root/.ssh/authorized_keys
    # Debian starts a cluster of one node with its stock configuration.
    systemctl disable --now pacemaker.service corosync.service
    # The two networks may use the proxy, which has no resolver to wait for if this machine has none.
    {
        echo "visible_hostname $(hostname)"
        [ -s /etc/resolv.conf ] || echo "dns_nameservers 127.0.0.1"
        echo "shutdown_lifetime 1 second"
        echo "acl lab src 192.168.233.0/24 172.16.233.0/24"
        echo "http_access allow lab"
    } >/etc/squid/conf.d/hakit.conf
    systemctl enable squid.service
    systemctl restart squid.service
fi
