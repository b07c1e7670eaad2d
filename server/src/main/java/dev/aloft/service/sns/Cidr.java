package dev.aloft.service.sns;

import dev.aloft.service.sns.FilterPolicy.Faulty;
import java.net.InetAddress;

/** A block of addresses in a filter policy; its faults are told without a place in the text. */
final class Cidr {
    private Cidr() {
    }

    static void check(String cidr) {
        int slash = cidr.indexOf('/');
        if (slash < 0 || cidr.indexOf('/', slash + 1) >= 0) {
            throw new Faulty("Malformed CIDR, one '/' required", false);
        }
        var address = cidr.substring(0, slash);
        int bits = bits(cidr.substring(slash + 1));
        try {
            int most = InetAddress.ofLiteral(address).getAddress().length * 8;
            if (bits > most || bits < 0) {
                throw new Faulty("Malformed CIDR, mask bits must not exceed " + most, false);
            }
        } catch (IllegalArgumentException _) {
            throw new Faulty("Nonstandard IP address: " + address, false);
        }
    }

    private static int bits(String text) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException _) {
            throw new Faulty("Malformed CIDR, mask bits must be an integer", false);
        }
    }
}
