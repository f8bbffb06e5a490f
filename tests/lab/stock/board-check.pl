#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-or-later
# Compare what `lspci -vvv -nn` decodes of one function, field by field, with the reference board.
#	lspci -vvv -nn -s BDF | board-check.pl TABLE SECTION
# TABLE has lines "SECTION | field | reference | source | model's value | reason" (board-fields.txt).
# Prints lines "0 what" (good) or "1 what" (bad), and comments. Fails on a field that the table does
# not know, on one with another value, on one that is missing, and on a difference that is listed
# but does not occur.
use strict;
use warnings;

# Where and how the board is plugged in, not what it is.
my $environment = qr/^(IOMMU group|NUMA node|Physical Slot|Latency|Kernel driver in use|Kernel modules)$/;

my (%have, @order);

sub put {
	my ($field, $value) = @_;
	push @order, $field unless exists $have{$field};
	$have{$field} = $value;
}

# "Flag+ Other- Key value, Key: value": each becomes a field below $prefix.
sub contents {
	my ($prefix, $text) = @_;

	$text =~ s/\(([^)]*)\)/my $in = $1; $in =~ s{,}{\/}g; "($in)"/ge;
	for my $piece (split /[,;]\s*/, $text) {
		my @words;
		my $flush = sub {
			my $words = join ' ', @words;
			@words = ();
			return if $words eq '';
			if ($words =~ /^([^:]+):\s*(.*)$/ || $words =~ /^([^= ]+)=(.*)$/ ||
			    $words =~ /^(\S+)\s+(.*)$/) {
				put("$prefix $1", $2) if $2 ne '';
			} else {
				put("$prefix $words", '');
			}
		};
		for my $word (split /\s+/, $piece) {
			if ($word =~ /^(\S+?)([+-])$/) {
				$flush->();
				put("$prefix $1", $2);
			} elsif ($word =~ /^[^=(]+=\S+$/) {
				$flush->();
				push @words, $word;
				$flush->();
			} else {
				push @words, $word;
			}
		}
		$flush->();
	}
}

sub region {
	my ($text) = @_;
	$text =~ s/ at [0-9a-f]+//;
	return $text;
}

sub fields_read {
	my ($cap, $sub) = ('', '');

	while (my $line = <STDIN>) {
		chomp $line;
		if ($line =~ /^[0-9a-f:.]+ (.*)$/) {
			put('identity', $1);
		} elsif ($line =~ /^\tCapabilities: \[([0-9a-f]+)(?: v(\d+))?\] (.*)$/) {
			my ($at, $version, $rest) = ($1, $2, $3);
			my ($name, $more) = $rest =~ /^(.*?)(?::\s+(.*)|, (MSI \d+))?$/ ? ($1, $2 // $3) : ($rest, undef);
			$cap = "[$at]";
			$sub = '';
			put($cap, $name . (defined $version ? " v$version" : ''));
			contents($cap, $more) if defined $more;
		} elsif ($line =~ /^\t([^\t:]+): (.*)$/) {
			my ($key, $rest) = ($1, $2);
			next if $key =~ $environment;
			$rest =~ s/ routed to IRQ \d+//;
			if ($key =~ /^Region/) {
				put($key, region($rest));
			} elsif ($key =~ /^(Control|Status)$/) {
				contents($key, $rest);
			} else {
				put($key, $rest);
			}
		} elsif ($line =~ /^\t\t([^\t :][^:\t]*):\s*(.*)$/) {
			my ($key, $rest) = ($1, $2);
			if ($key =~ /^Region/) {
				put("$cap $key", region($rest));
			} elsif ($key =~ /^(Initial VFs|VF offset|Supported Page Size|Max snoop latency|Max no snoop latency|Vector table|PBA|VC\d+)$/) {
				if ($key =~ /^VC/) {
					$sub = "$cap $key";
					$rest =~ s/^(\w+):\s*//;
					contents("$sub $1", $rest);
				} elsif ($key =~ /^(Vector table|PBA)$/) {
					contents("$cap $key", $rest);
				} else {
					$sub = $cap;
					contents($cap, "$key: $rest");
				}
			} else {
				$sub = "$cap $key";
				contents($sub, $rest);
			}
		} elsif ($line =~ /^\t\t\s+(.*)$/) {
			my $rest = $1;
			if ($sub =~ /VC\d+$/ && $rest =~ s/^(\w+):\s*//) {
				contents("$sub $1", $rest);
			} else {
				contents($sub, $rest);
			}
		}
	}
}

fields_read();
my ($table, $section) = @ARGV;
unless (defined $section) {
	print "$_ | $have{$_}\n" for @order;
	exit 0;
}

my (%want, %seen);
open my $in, '<', $table or die "$table: $!\n";
while (<$in>) {
	chomp;
	next if /^\s*(#|$)/;
	my @col = map { s/^\s+|\s+$//gr } split /\|/, $_, -1;
	next if $col[0] ne $section;
	die "$table:$.: $col[1] is listed twice\n" if $want{$col[1]};
	die "$table:$.: a difference without its reason\n" if @col != 4 && (@col != 6 || $col[5] eq '');
	$want{$col[1]} = { ref => $col[2], source => $col[3], model => $col[4], reason => $col[5] };
}

my (%good, %listed, @bad);
for my $field (@order) {
	my $w = $want{$field};
	my ($group) = $field =~ /^(\[[0-9a-f]+\])/;
	$group //= 'header';
	if (!$w) {
		push @bad, "$field is \"$have{$field}\", and not in the table";
	} elsif (defined $w->{model}) {
		if ($w->{model} eq $w->{ref}) {
			push @bad, "$field: the table lists a difference that is none";
		} elsif ($have{$field} ne $w->{model}) {
			push @bad, "$field is \"$have{$field}\", the listed difference is \"$w->{model}\"";
		} else {
			$listed{$group}++;
			print "# differs: $field is \"$have{$field}\", reference \"$w->{ref}\": $w->{reason}\n";
		}
	} elsif ($have{$field} ne $w->{ref}) {
		push @bad, "$field is \"$have{$field}\", the reference \"$w->{ref}\" ($w->{source})";
	} else {
		$good{$group}++;
	}
	$seen{$field} = 1;
}
for my $field (sort keys %want) {
	push @bad, "$field is missing" unless $seen{$field};
}
my %groups = map { $_ => 1 } keys %good, keys %listed;
for my $group (sort keys %groups) {
	printf "0 %s %s: %d fields as the reference board has them, %d listed differences\n", $section,
		($have{$group} // 'header') . ($group eq 'header' ? '' : " $group"), $good{$group} // 0,
		$listed{$group} // 0;
}
print "# $_\n" for @bad;
printf "%d %s: every one of %d fields is accounted for\n", @bad ? 1 : 0, $section, scalar @order;
