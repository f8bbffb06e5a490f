# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Compilers of a newer Debian release for its kernels: a small system in the cache in which modules
# are built, so that nothing of that release is installed on this machine. Source it after lib.sh and
# apt_private.

# What the kernels of the release were compiled with, and what their scripts need.
TOOLCHAIN_SUITE=trixie
TOOLCHAIN_PACKAGES="gcc-14,make,libelf1t64,libc6-dev,xz-utils"

# toolchain_tar : the cache entry of the system as a tar file; made when it is not there
toolchain_tar()
{
	local entry
	entry=toolchain-$TOOLCHAIN_SUITE-$(hash_of "$TOOLCHAIN_PACKAGES").tar
	TOOLCHAIN_TAR=$CACHE/$entry
	if cache_has "$entry"; then
		return 0
	fi
	suite_open "$TOOLCHAIN_SUITE" main ||
		die "no suite $TOOLCHAIN_SUITE on $LAB_MIRROR; give a mirror that has it with MIRROR=URL"
	say IMAGE "the compiler of $TOOLCHAIN_SUITE"
	toolchain_build "$LAB_TMP/toolchain.tar"
	cache_put "$LAB_TMP/toolchain.tar" "$entry"
	cache_prune toolchain .tar
}

# toolchain_build OUT : a tar file of a minimal system with the packages above
toolchain_build()
{
	local mode=root line

	line=$(grep -m1 '^deb ' "$B/apt/$TOOLCHAIN_SUITE-main.list")
	grep '^Acquire::' "$APT_CONFIG" >"$LAB_TMP/aptopts" || true
	# By descriptor: the path may be closed to the sub-ids of the unshare mode.
	exec 7>"$1"
	(
		export TMPDIR=$LAB_TMP
		if [ "$(id -u)" != 0 ]; then
			mode=unshare
			TMPDIR=$(mktemp -d "${LAB_FAR_TMP:-/tmp}/openvgpu-lab.XXXXXX")
			echo "$TMPDIR" >"$LAB_TMP/remove-too"
			chmod 755 "$TMPDIR"
			export HOME=/
		fi
		unset APT_CONFIG
		with_progress mmdebstrap mmdebstrap --mode=$mode --variant=minbase --format=tar \
			--include="$TOOLCHAIN_PACKAGES" --aptopt='APT::Install-Recommends "false"' \
			--aptopt="$(tr '\n' ' ' <"$LAB_TMP/aptopts")" --dpkgopt='force-unsafe-io' \
			--dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/doc/*' \
			--dpkgopt='path-exclude=/usr/share/locale/*' "$TOOLCHAIN_SUITE" /dev/fd/7 "$line"
	) || die "the compiler of $TOOLCHAIN_SUITE could not be unpacked by mmdebstrap"
	exec 7>&-
}

# headers_get DIR RELEASE SUITE... : the packages that make up the headers of a kernel, of the first
# suite that has them
headers_get()
{
	local dir=$1 release=$2 suite flavour=${2##*-} abi=${2%-*}

	shift 2
	for suite; do
		suite_open "$suite" main || continue
		[ -n "$(apt-cache pkgnames "linux-headers-$release")" ] || continue
		deb_get "$dir" "linux-headers-$abi-$flavour" "linux-headers-$abi-common" "linux-kbuild-$abi"
		return
	done
	die "no linux-headers-$release in $* of $LAB_MIRROR; the kernel in $LAB is older than the mirror: make lab-refresh"
}

# root_make ROOT DEB... : unpack the system and the packages into the new folder ROOT
root_make()
{
	local root=$1 d exclude=()

	shift
	mkdir "$root"
	[ "$(id -u)" = 0 ] || exclude=(--exclude='./dev/*')
	as_root tar -x --no-same-owner -C "$root" -f "$TOOLCHAIN_TAR" "${exclude[@]}"
	for d; do
		dpkg-deb --fsys-tarfile "$d" |
			as_root tar -x --no-same-owner --keep-directory-symlink -C "$root"
	done
}

# in_root ROOT DIR COMMAND... : run in that tree with DIR as /mnt, and with /dev and /proc (objtool of
# 7.x reads it), which vanish with the command; an ordinary user is root of a namespace of one user.
# Only what is below /mnt may be written: ROOT is a cache entry.
in_root()
{
	local user=--map-root-user

	[ "$(id -u)" != 0 ] || user=
	# shellcheck disable=SC2016,SC2086
	unshare $user --mount -- bash -c 'mount --bind "$2" "$1/mnt" &&
		mount --rbind /dev "$1/dev" && mount --rbind /proc "$1/proc" || exit
		root=$1; shift 2; exec chroot "$root" "$@"' chroot "$@"
}
