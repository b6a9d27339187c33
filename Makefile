# hakit's tasks. On a fresh Debian 12 or 13, as root: `make demo` to see it work, `make test` to check it.
# Everything that is installed comes from where this machine's apt and pip are set up to look.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help deps test-deps qemu-deps vm-deps venv lint test test-unit test-tools test-cluster test-vm test-all matrix demo demo-volume bench-bootstrap bench-startup bench-agent bench-scale bench-failover bench-starved bench-pause bench-volume bench-resync soak docs clean

BIN := .venv/bin
SPEC := examples/squid.yaml
REPEAT := 5
SEED := 1
MINUTES := 60
# How the processes that run the tests share them: by file and release, in order (tests/conftest.py).
SHARED := --dist=loadscope --no-loadscope-reorder
# Labs at a time. Their tests mostly wait, but each pair of nodes wants a core.
LABS := 2
# What the lab, its tests and the Python environment need of Debian.
PACKAGES := ca-certificates curl iproute2 mmdebstrap mount openssh-client procps python3 python3-venv \
            systemd-container util-linux
# What a few tests need besides; they are skipped aloud without it.
TEST_PACKAGES := fish vagrant vagrant-libvirt zsh
# What the lab needs for virtual machines (hakit lab up --vm).
VM_PACKAGES := e2fsprogs qemu-system-x86 qemu-utils
# What the test of Vagrant's machines needs to run a libvirtd of its own.
VM_TEST_PACKAGES := dnsmasq-base iptables libvirt-daemon-driver-qemu libvirt-daemon-system vagrant vagrant-libvirt

help:  ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | expand -t 18

deps:  ## install the Debian packages that are missing, and only those
	@.ci/deps $(PACKAGES)

test-deps:
	@.ci/deps --if-any $(TEST_PACKAGES)

qemu-deps:
	@.ci/deps --if-any $(VM_PACKAGES)

vm-deps: qemu-deps
	@.ci/deps --if-any $(VM_TEST_PACKAGES)

venv: deps  ## .venv with hakit and what its tests need; made anew only when setup.cfg or Python changed
	@.ci/venv .venv

lint: venv  ## format, lint, types, layers and spelling
	@$(BIN)/pytest tests/quality/test_lint.py tests/quality/test_types.py tests/quality/test_layers.py

test: venv test-deps qemu-deps  ## everything, cheap first; stops before a dear tier when a cheaper one has failed
	@$(BIN)/pytest tests/quality tests/unit $(SHARED) --numprocesses=auto
	@$(BIN)/pytest tests/tools $(SHARED) --numprocesses=auto
	@$(BIN)/pytest tests/agent tests/cluster $(SHARED) --numprocesses=$(LABS)
	@$(BIN)/pytest tests/vm

test-all: venv test-deps vm-deps  ## like test, but with every release and tool, one lab after the other, and goes on after a failing tier
	@$(BIN)/pytest tests --go-on --all

test-unit: venv  ## seconds: no root, no network, no cluster software
	@$(BIN)/pytest tests/unit

test-tools: venv test-deps  ## the real corosync, pacemaker and pcs judge what hakit writes (root, Linux)
	@$(BIN)/pytest tests/tools

test-cluster: venv  ## real clusters in the lab (root, Linux)
	@$(BIN)/pytest tests/cluster

test-vm: venv vm-deps  ## labs of virtual machines, and volumes in them (root, Linux, QEMU)
	@$(BIN)/pytest tests/vm --all

matrix: venv  ## every release with pcs and with crm; writes docs/matrix.md (root, Linux)
	@$(BIN)/pytest tests/cluster/test_matrix.py --all --go-on --record

demo: venv  ## two bare Debian nodes become a cluster that serves squid, and the service moves
	@PATH="$(CURDIR)/$(BIN):$$PATH" examples/demo.sh

demo-volume: venv qemu-deps  ## the same in virtual machines, with squid's log on a replicated volume; some minutes where KVM doesn't work
	@PATH="$(CURDIR)/$(BIN):$$PATH" examples/demo.sh volume

bench-bootstrap: venv  ## hakit against pcs by hand, from bare nodes to a page through the VIP
	@$(BIN)/python bench/bench_bootstrap.py

bench-startup: venv  ## how long hakit takes to start, against `import click`
	@$(BIN)/python bench/bench_startup.py

bench-agent: venv  ## the agent against other agents and systemd:, from one monitor's cost to a killed service's next answer
	@$(BIN)/python bench/bench_agent.py

bench-failover: venv  ## what a client loses in each fault: stock pcs, keepalived, hakit cold and hot; goes on where it was stopped
	@$(BIN)/python bench/bench_failover.py --repeat $(REPEAT)

bench-starved: venv  ## ten minutes of endless loops on both nodes: is a starved node taken for a dead one?
	@$(BIN)/python bench/bench_starved.py

bench-volume: venv qemu-deps  ## what a volume adds to a planned move, in virtual machines, with pcs by hand beside it
	@$(BIN)/python bench/bench_volume.py --repeat $(REPEAT)

bench-resync: venv qemu-deps  ## how soon a stale side of a volume has what it lacks, with DRBD's own settings beside hakit's
	@$(BIN)/python bench/bench_resync.py

bench-pause: venv  ## how long may a node stand still before the other one takes it for dead?
	@$(BIN)/python bench/bench_pause.py

soak: venv  ## random faults for an hour, each of them audited, while a client logs every answer
	@$(BIN)/python bench/soak.py --seed $(SEED) --minutes $(MINUTES)

bench-scale: venv  ## how check, render-cib and plan grow to 1000 services and 32 nodes, and apply beside pcs (root, Linux)
	@$(BIN)/python bench/bench_scale.py

docs: venv  ## the manual as HTML and as man pages, in docs/_build
	@$(BIN)/sphinx-build -W -n -q -b html docs docs/_build/html
	@$(BIN)/sphinx-build -W -n -q -b man docs docs/_build/man
	@echo "docs/_build/html/index.html, docs/_build/man/hakit.1"

clean:  ## remove what make made here (not the lab: hakit lab down)
	rm -rf .venv build dist *.egg-info docs/_build .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
