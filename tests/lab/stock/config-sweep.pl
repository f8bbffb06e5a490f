#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-or-later
# Write ones, then zeros, then the old value over every register of a function's configuration
# space with setpci: as dwords, words and bytes, all 4096 bytes of it.
#	config-sweep.pl BDF PF|VF TABLE
# Prints lines "0 what" (good) or "1 what" (bad), and comments.
use strict;
use warnings;

use constant { BYTES => 4096, BATCH => 32, SHOWN => 16, COMMAND => 4, FLR => 0x8000 };
my %device_control = (PF => 0x80, VF => 0x48);
my ($bdf, $function, $table) = @ARGV;

sub image {
	open my $f, '<:raw', "/sys/bus/pci/devices/$bdf/config" or die "$bdf: $!\n";
	my $n = sysread $f, my $bytes, BYTES;
	die "$bdf: $n bytes of configuration space\n" if $n != BYTES;
	return $bytes;
}

sub value {
	my ($bytes, $at, $size) = @_;
	return unpack('V', substr($bytes, $at, $size) . "\0" x 4);
}

my $mask = "\0" x BYTES;
my %name;
open my $in, '<', $table or die "$table: $!\n";
while (<$in>) {
	next if /^#/;
	my ($fn, $at, $size, $bits, $what) = split ' ', $_, 5;
	next if $fn ne $function;
	chomp $what;
	substr($mask, hex $at, $size) = substr(pack('V', hex $bits), 0, $size);
	$name{hex $at} = $what;
}

# BARs move while they are swept: nothing may answer there meanwhile.
my $found = image();
system('setpci', '-s', $bdf, 'COMMAND=0') == 0 or die "setpci: $?\n";
my $rest = image();
my %letter = (4 => 'l', 2 => 'w', 1 => 'b');
for my $size (4, 2, 1) {
	my (@bad, $writable);
	my $ones = 2 ** (8 * $size) - 1;

	for (my $at = 0; $at < BYTES; $at += $size * BATCH) {
		my (@ops, @regs);
		for my $i (0 .. BATCH - 1) {
			my $reg = $at + $i * $size;
			my $one = $ones;
			my $control = $device_control{$function};
			if ($reg <= $control + 1 && $reg + $size > $control + 1) {
				$one &= ~(FLR << 8 * ($control - $reg)) if $reg <= $control;
				$one &= ~(FLR >> 8) if $reg == $control + 1;
			}
			my $before = value($rest, $reg, $size);
			my $op = sprintf '%x.%s', $reg, $letter{$size};
			my $f = "%0" . 2 * $size . "x";
			push @regs, [$reg, $before, $one];
			push @ops, sprintf("$op=$f", $one), $op, "$op=0", $op, sprintf("$op=$f", $before), $op;
		}
		open my $out, '-|', 'setpci', '-s', $bdf, @ops or die "setpci: $!\n";
		my @got = map { chomp; hex } <$out>;
		close $out or push @bad, sprintf('%03x: setpci failed', $at);
		for my $r (@regs) {
			my ($reg, $before, $one) = @$r;
			my ($with_ones, $with_zeros, $after) = splice @got, 0, 3;
			my $m = value($mask, $reg, $size);
			my $want = ($before & ~$m) | ($one & $m);
			$writable++ if $m;
			last if !defined $after;
			next if $with_ones == $want && $with_zeros == ($before & ~$m) && $after == $before;
			push @bad, sprintf('%03x: before %x, with ones %x (expected %x), with zeros %x ' .
				'(expected %x), restored %x; %s', $reg, $before, $with_ones, $want,
				$with_zeros, $before & ~$m, $after, $name{$reg} // 'read-only');
		}
	}
	print "# $_\n" for @bad[0 .. ($#bad < SHOWN ? $#bad : SHOWN)];
	printf "%d %s: ones and zeros over %d registers of %d bytes: %d can be written and behave, the others keep their bits\n",
		@bad ? 1 : 0, $function, BYTES / $size, $size, $writable;
}
printf "%d %s: all is as it was before the sweep\n", image() eq $rest ? 0 : 1, $function;
system('setpci', '-s', $bdf, sprintf('COMMAND=%x', value($found, COMMAND, 2)));
