# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Shared by the scripts of tools/lab: messages, the cache, the private apt configuration.
#
# Sourced first thing by each script, with the script's own arguments still in "$@": a script that
# sets LAB_WANT_GUARD=1 before is re-executed below lab-guard, which gives it a scratch folder
# ($LAB_TMP), and kills whatever it started and removes that folder when the script is interrupted
# or when the job it belongs to dies.

set -euo pipefail
umask 022
export LC_ALL=C
# depmod, mkfs.ext4 and modinfo: not on the path of an ordinary user.
export PATH=$PATH:/usr/sbin:/sbin

TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
B=${LAB_BUILD:-$TOP/build}
CACHE=$B/cache
# The lab of the distribution's own kernel is build/lab; LAB_KERNEL=LINE names another kernel's.
LAB=$B/lab${LAB_KERNEL:+-$LAB_KERNEL}
GUARD=$B/bin/lab-guard

say() { printf '  %-9s %s\n' "$1" "$2" >&2; }
warn() { printf 'warning: %s\n' "$*" >&2; }
die() { printf '%s: %s\n' "${0##*/}" "$*" >&2; exit 1; }

mkdir -p "$CACHE" "$LAB" "$B/bin"

guard_build()
{
	local src=$TOP/tools/lab/guard.c

	if [ ! -x "$GUARD" ] || [ "$src" -nt "$GUARD" ] || [ "${src%guard.c}job.h" -nt "$GUARD" ]; then
		gcc -O2 -std=gnu11 -D_GNU_SOURCE -o "$GUARD.$$" "$src" ||
			die "cannot compile $src; run tools/lab/setup demo first"
		mv "$GUARD.$$" "$GUARD"
	fi
}

if [ "${LAB_WANT_GUARD:-0}" = 1 ] && [ "${LAB_GUARDED:-}" != "$$" ]; then
	guard_build
	exec "$GUARD" --scratch "$CACHE" -- "$0" "$@"
fi

# hash_of STRING... : a short name for the content of all arguments
hash_of() { printf '%s\0' "$@" | sha256sum | cut -c1-16; }

# cache_has ENTRY : true if the finished cache entry exists
cache_has() { [ -e "$CACHE/$1" ]; }

# cache_lock NAME : wait for the lock of one kind of entry; held until the script ends
cache_lock()
{
	exec {LAB_LOCK_FD}>"$CACHE/.lock-$1"
	if ! flock -n "$LAB_LOCK_FD"; then
		say WAIT "another build of $1 is running"
		flock "$LAB_LOCK_FD"
	fi
}

# cache_put TREE ENTRY : make a finished tree or file of $LAB_TMP the entry, in one rename
cache_put()
{
	mkdir -p "$(dirname "$CACHE/$2")"
	rm -rf "$CACHE/$2"
	mv -T "$1" "$CACHE/$2"
}

# cache_prune KIND SUFFIX : keep the two newest finished entries KIND-*SUFFIX
cache_prune()
{
	local old

	find "$CACHE" -maxdepth 1 -name "$1-*$2" -printf '%T@ %p\n' | sort -rn | tail -n +3 |
		while read -r _ old; do
			rm -rf "$old"
		done
}

# link_to TARGET LINK : point LINK at TARGET in one rename
link_to()
{
	ln -sfn "$1" "$2.$$"
	mv -fT "$2.$$" "$2"
}

# progress_tick LABEL LOG : every 10 s the log's last line, until killed
progress_tick()
{
	local start=$SECONDS sleeper=

	trap '[ -z "$sleeper" ] || kill "$sleeper" 2>/dev/null; exit 0' TERM
	while :; do
		sleep 10 &
		sleeper=$!
		wait "$sleeper"
		say "" "$1: $((SECONDS - start)) s, $(tail -n1 "$2" | tr '\r' '\n' | tail -n1 | cut -c1-70)"
	done
}

# with_progress LABEL COMMAND... : runs a command with its output in a log and a line every 10 s;
# on failure the log's end is shown
with_progress()
{
	local label=$1 log pid ticker rc=0

	shift
	log=$LAB_TMP/$label.log
	"$@" >"$log" 2>&1 &
	pid=$!
	progress_tick "$label" "$log" &
	ticker=$!
	wait "$pid" || rc=$?
	kill "$ticker" 2>/dev/null || true
	wait "$ticker" 2>/dev/null || true
	if [ "$rc" -ne 0 ]; then
		tail -n 40 "$log" >&2
		mkdir -p "$B/log"
		cp "$log" "$B/log/$label.log"
		printf '%s failed with status %s; whole log: %s\n' "$label" "$rc" \
			"$B/log/$label.log" >&2
	fi
	return "$rc"
}

codename()
{
	# shellcheck disable=SC1091
	(. /etc/os-release 2>/dev/null && echo "${VERSION_CODENAME:-}")
}

# apt_sources : every "URI<TAB>suite<TAB>component...<TAB>keyring" of the machine's apt
# configuration for binary packages, from one-line and deb822 files
apt_sources()
{
	local etc=/etc/apt f

	for f in "$etc/sources.list" "$etc"/sources.list.d/*.list; do
		[ -r "$f" ] || continue
		awk '$1 == "deb" {
			key = ""; i = 2
			if ($2 ~ /^\[/) {
				for (; i <= NF; i++) {
					o = $i; gsub(/[][]/, "", o)
					if (o ~ /^signed-by=/) key = substr(o, 11)
					if ($i ~ /\]$/) { i++; break }
				}
			}
			uri = $i; suite = $(i + 1); comp = ""
			for (j = i + 2; j <= NF && $j !~ /^#/; j++) comp = comp " " $j
			print uri "\t" suite "\t" comp " \t" key
		}' "$f"
	done
	for f in "$etc"/sources.list.d/*.sources; do
		[ -r "$f" ] || continue
		awk '
		function flush_stanza(   nu, ns, u, s, i, j) {
			if (types ~ /(^| )deb( |$)/ && enabled != "no") {
				nu = split(uris, u, " "); ns = split(suites, s, " ")
				for (i = 1; i <= nu; i++)
					for (j = 1; j <= ns; j++)
						print u[i] "\t" s[j] "\t " comps " \t" key
			}
			types = uris = suites = comps = key = enabled = ""
		}
		/^#/ { next }
		/^[ \t]*$/ { flush_stanza(); field = ""; next }
		/^[A-Za-z-]+:/ {
			field = tolower(substr($0, 1, index($0, ":") - 1))
			value = substr($0, index($0, ":") + 1)
		}
		/^[ \t]/ { value = $0 }
		{
			gsub(/^[ \t]+|[ \t]+$/, "", value)
			if (field == "types") types = types " " value
			else if (field == "uris") uris = uris " " value
			else if (field == "suites") suites = suites " " value
			else if (field == "components") comps = comps " " value
			else if (field == "enabled") enabled = value
			else if (field == "signed-by" && value ~ /^\//) key = value
		}
		END { flush_stanza() }' "$f"
	done
}

# mirror_find SUITE : "URI<TAB>keyring" of the first source with this suite and component main
mirror_find()
{
	apt_sources | awk -F '\t' -v suite="$1" '
		{ s = $2; sub(/\/$/, "", s) }
		s == suite && $3 ~ / main / && $1 ~ /^(https?|file|copy|ftp|mirror.*):/ {
			print $1 "\t" $4; exit }'
}

# apt_private : writes the private apt configuration to build/apt and exports APT_CONFIG. Own
# sources, lists and cache; the machine's keyrings, proxies and status file; nothing of the machine
# is written.
apt_private()
{
	local dir=$B/apt suite main_uri keyring opt sec

	suite=$(codename)
	[ -n "$suite" ] || die "/etc/os-release names no VERSION_CODENAME; this is not a Debian release"
	if [ -n "${MIRROR:-}" ]; then
		main_uri=$MIRROR
		keyring=
	else
		# A mirror that is configured by a moving name has the release's own as well.
		IFS=$'\t' read -r main_uri keyring < <(mirror_find "$suite"; mirror_find stable
			mirror_find oldstable) || true
		[ -n "${main_uri:-}" ] || die "no Debian mirror with suite $suite, component main, found in /etc/apt; give one with MIRROR=URL"
	fi
	[ -n "$keyring" ] || keyring=/usr/share/keyrings/debian-archive-keyring.gpg
	opt=
	[ -r "$keyring" ] && opt="[signed-by=$keyring] "
	IFS=$'\t' read -r sec _ < <(mirror_find "$suite-security") || true

	mkdir -p "$dir/lists/partial" "$dir/archives/partial"
	{
		echo "deb $opt$main_uri $suite main"
		echo "deb-src $opt$main_uri $suite main"
		if [ -n "$(mirror_find "$suite-updates")" ]; then
			echo "deb $opt$main_uri $suite-updates main"
			echo "deb-src $opt$main_uri $suite-updates main"
		fi
		if [ -n "${sec:-}" ]; then
			echo "deb $opt$sec $suite-security main"
			echo "deb-src $opt$sec $suite-security main"
		fi
	} >"$dir/sources.list.$$"
	mv "$dir/sources.list.$$" "$dir/sources.list"
	{
		echo 'Dir::Etc::main "/dev/null";'
		echo 'Dir::Etc::parts "/dev/null";'
		echo 'Dir::Etc::sourceparts "/dev/null";'
		echo "Dir::Etc::sourcelist \"${LAB_SOURCES:-$dir/sources.list}\";"
		echo "Dir::State::lists \"${LAB_LISTS:-$dir/lists}\";"
		echo "Dir::Cache \"$dir\";"
		echo "Dir::Cache::archives \"$dir/archives\";"
		echo 'Dir::Cache::pkgcache "";'
		echo 'Dir::Cache::srcpkgcache "";'
		echo 'Dir::Log "/dev/null";'
		echo 'APT::Sandbox::User "root";'
		echo 'APT::Get::List-Cleanup "false";'
		echo 'Acquire::Languages "none";'
		echo 'Acquire::Retries "3";'
		echo 'Acquire::IndexTargets::deb::Contents-deb::DefaultEnabled "false";'
		env -u APT_CONFIG apt-config dump --format '%F "%v";%n' Acquire |
			grep -E '^Acquire::(http|https|ftp|Check-|ForceIPv|Proxy)' || true
	} >"$dir/apt.conf.$$"
	mv "$dir/apt.conf.$$" "$dir/apt.conf"
	export APT_CONFIG=$dir/apt.conf
	LAB_SUITE=$suite
	LAB_MIRROR=$main_uri
	LAB_KEYOPT=$opt
	LAB_SECURITY=${sec:-}
}

# apt_update : refresh the private lists if they are older than a day (or missing)
apt_update()
{
	local stamp=$B/apt/lists/.updated-$(hash_of "$(cat "$B/apt/sources.list")")

	if [ -n "$(find "$stamp" -mmin -1440 2>/dev/null)" ]; then
		return 0
	fi
	say FETCH "package lists of $LAB_SUITE from $LAB_MIRROR"
	with_progress apt-update apt-get -q update ||
		die "the package lists could not be fetched from $LAB_MIRROR; check the network, the proxy or MIRROR="
	rm -f "$B/apt/lists"/.updated-*
	: >"$stamp"
}

# suite_open SUITE COMPONENT : make one suite of the same mirror (a "-security" one: of the security
# mirror) the private apt configuration's only source. Fails when the mirror has no such suite.
suite_open()
{
	local uri=$LAB_MIRROR

	case $1 in *-security) uri=$LAB_SECURITY ;; esac
	[ -n "$uri" ] || return 1
	mkdir -p "$B/apt/lists-$1-$2/partial"
	echo "deb ${LAB_KEYOPT}$uri $1 $2" >"$B/apt/$1-$2.list"
	LAB_SOURCES=$B/apt/$1-$2.list LAB_LISTS=$B/apt/lists-$1-$2 apt_private
	apt-get -q update >"$LAB_TMP/update.log" 2>&1
}

# deb_get DIR PACKAGE... : downloads .deb files (checked by apt against the signed lists) into DIR
deb_get()
{
	local dir=$1

	shift
	(cd "$dir" && with_progress apt-download apt-get -q download "$@") ||
		die "could not download $*; the package lists may be stale: rm -r $B/apt and try again"
}

# as_root COMMAND... : run with user 0 as far as files are concerned: directly as root, in a
# one-user namespace otherwise (so that an image has root's files without root)
as_root()
{
	if [ "$(id -u)" = 0 ]; then
		"$@"
	else
		unshare --map-root-user -- "$@"
	fi
}

# ext4_make TREE IMAGE [SPARE_MIB] : an ext4 image of TREE, no mount, no journal
ext4_make()
{
	local tree=$1 image=$2 spare=${3:-16} kib files

	kib=$(du -sk --apparent-size "$tree" | cut -f1)
	files=$(find "$tree" | wc -l)
	# 1/12 for metadata, one inode (256 bytes) and half a block for each file
	kib=$((kib + kib / 12 + files * 3 + spare * 1024))
	rm -f "$image"
	truncate -s "${kib}K" "$image"
	as_root mkfs.ext4 -q -F -b 4096 -O ^has_journal -m 0 -N $((files + 4096)) \
		-E root_owner=0:0,lazy_itable_init=0,hash_seed=6f70656e-7667-7075-0000-000000000000 \
		-U clear -d "$tree" "$image"
}
