package dev.aloft.kernel.http;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What a Host header says, read from the right: names of ours may be anywhere, buckets only in front of a known base.
 */
public final class Hosts {
    private static final List<String> ALWAYS =
            List.of("localhost.localstack.cloud", "localhost", "host.docker.internal");

    private final List<String> bases;

    /** @param domains further base names under which this platform is reached, such as {@code aloft.test} */
    Hosts(List<String> domains) {
        var all = new ArrayList<String>();
        domains.forEach(domain -> all.add(domain.toLowerCase(Locale.ROOT)));
        all.addAll(ALWAYS);
        // Longer names first: localhost.localstack.cloud before what it might end with.
        all.sort((a, b) -> b.length() - a.length());
        bases = List.copyOf(all);
    }

    /** Without port and in lower case. */
    public static String name(String host) {
        int colon = host.lastIndexOf(':');
        var name = colon < 0 || host.endsWith("]") ? host : host.substring(0, colon);
        return name.toLowerCase(Locale.ROOT);
    }

    /** Whether one of the labels after the first is this word: {@code abc.execute-api.localhost} has execute-api. */
    static boolean has(String name, String label) {
        int at = name.indexOf("." + label);
        if (at <= 0) {
            return false;
        }
        int end = at + 1 + label.length();
        return end == name.length() || name.charAt(end) == '.' || name.charAt(end) == '-';
    }

    /** The bucket that the host names for S3, or null: {@code my.bucket.s3.us-east-1.localhost} and its kin. */
    String bucket(String host) {
        var name = name(host);
        if (name.startsWith("[")) {
            return null;
        }
        if (name.equals("s3") || name.startsWith("s3.") || name.startsWith("s3-")) {
            return null;
        }
        int service = service(name);
        if (service > 0) {
            return name.substring(0, service);
        }
        for (var base : bases) {
            if (name.equals(base)) {
                return null;
            }
            if (name.endsWith("." + base)) {
                return name.substring(0, name.length() - base.length() - 1);
            }
        }
        return beforeAddress(name);
    }

    /** Where {@code .s3.} or {@code .s3-region.} begins, the last one; a bucket may have such a label of its own. */
    private static int service(String name) {
        int at = name.lastIndexOf(".s3.");
        int dash = name.lastIndexOf(".s3-");
        return Math.max(at, dash);
    }

    /** Some clients put the bucket even before an address: {@code bucket.127.0.0.1}. */
    private static String beforeAddress(String name) {
        var labels = name.split("\\.");
        if (labels.length <= 4) {
            return null;
        }
        for (int i = labels.length - 4; i < labels.length; i++) {
            if (labels[i].isEmpty()
                    || labels[i].length() > 3
                    || !labels[i].chars().allMatch(c -> c >= '0' && c <= '9')) {
                return null;
            }
        }
        return String.join(".", List.of(labels).subList(0, labels.length - 4));
    }
}
