package dev.aloft.service.firehose;

import dev.aloft.api.Firehose;
import dev.aloft.service.firehose.Partitions.Keys;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The key of a batch's object: its prefix evaluated, then the stream's name and version, the time and something random.
 *
 * @param arrival of the oldest record in the object
 * @param random  the same for each try
 * @param keys    of the object's records
 * @see <a href="https://docs.aws.amazon.com/firehose/latest/dev/s3-prefixes.html">Custom prefixes</a>
 */
record ObjectName(String stream, int version, Instant arrival, String random, ZoneId zone, Keys keys) {
    static final String FROM_QUERY = "partitionKeyFromQuery";
    static final String FROM_LAMBDA = "partitionKeyFromLambda";
    static final String PROCESSING_FAILED = "processing-failed";
    static final String DECOMPRESSION_FAILED = "decompression-failed";
    static final String TOO_MANY_PARTITIONS = "activePartitionExceeded";
    static final String ENDPOINT_FAILED = "http-endpoint-failed";
    private static final Pattern EXPRESSION = Pattern.compile("!\\{([^:}]*):?([^}]*)}");
    private static final DateTimeFormatter FOLDER = formatter("yyyy/MM/dd/HH/");
    private static final DateTimeFormatter TIME = formatter("yyyy-MM-dd-HH-mm-ss");

    private static DateTimeFormatter formatter(String pattern) {
        return DateTimeFormatter.ofPattern(pattern, Locale.ROOT);
    }

    static ZoneId zone(String name) {
        return name == null ? ZoneOffset.UTC : ZoneId.of(name);
    }

    /** A prefix that tells no time is followed by it; one that is made of partition keys stands as it is. */
    String delivered(String prefix, String extension) {
        var front = prefix == null ? "" : prefix;
        boolean dated = EXPRESSION.matcher(front).results().anyMatch(found -> !found.group(1).equals("firehose"));
        return evaluated(front, "") + (dated ? "" : date(FOLDER)) + suffix() + extension;
    }

    /** @param type which kind of failure: the error output type */
    String failed(String type, String prefix, String errorPrefix) {
        if (errorPrefix == null || errorPrefix.isEmpty()) {
            return (prefix == null ? "" : prefix) + type + "/" + date(FOLDER) + suffix();
        }
        return (hasExpression(errorPrefix) ? evaluated(errorPrefix, type) : errorPrefix + type + "/" + date(FOLDER))
                + suffix();
    }

    private String suffix() {
        return stream + "-" + version + "-" + date(TIME) + "-" + random;
    }

    private String date(DateTimeFormatter format) {
        return format.withZone(zone).format(arrival);
    }

    static boolean hasExpression(String prefix) {
        return prefix != null && EXPRESSION.matcher(prefix).find();
    }

    private String evaluated(String prefix, String errorType) {
        return EXPRESSION.matcher(prefix).replaceAll(found -> Matcher.quoteReplacement(switch (found.group(1)) {
            case "timestamp" -> date(formatter(found.group(2)));
            case "firehose" -> found.group(2).equals("error-output-type") ? errorType : randomText(found.start());
            case FROM_QUERY -> keys.query().getOrDefault(found.group(2), "");
            case FROM_LAMBDA -> keys.lambda().getOrDefault(found.group(2), "");
            default -> throw new IllegalArgumentException(found.group());
        }));
    }

    /** Eleven letters and digits that are the same for each try. */
    private String randomText(int place) {
        return random.replace("-", "").substring(place % 16, place % 16 + 11);
    }

    /** Refuses expressions that mean nothing, and prefixes that do not go together. */
    static void check(String prefix, String errorPrefix, boolean partitions) {
        if (hasExpression(prefix) && (errorPrefix == null || errorPrefix.isEmpty())) {
            throw invalid("ErrorOutputPrefix cannot be null or empty when Prefix contains expressions.");
        }
        if (prefix != null && prefix.contains("!{firehose:error-output-type}")) {
            throw invalid("The Prefix must not contain the expression !{firehose:error-output-type}");
        }
        if (hasExpression(errorPrefix) && !errorPrefix.contains("!{firehose:error-output-type}")) {
            throw invalid("ErrorOutputPrefix must include the expression !{firehose:error-output-type} if it "
                    + "contains expressions.");
        }
        if (!partitions && (names(prefix, FROM_QUERY).count() > 0 || names(prefix, FROM_LAMBDA).count() > 0)) {
            throw invalid("Dynamic Partitioning Namespaces can only be part of a prefix expression when "
                    + "Dynamic Partitioning is enabled.");
        }
        for (var each : new String[] {prefix, errorPrefix}) {
            if (each != null && EXPRESSION.matcher(each).replaceAll("").contains("!{")) {
                throw invalid("Invalid expression: " + each.substring(each.lastIndexOf("!{")));
            }
            var found = EXPRESSION.matcher(each == null ? "" : each);
            while (found.find()) {
                checkExpression(found);
            }
        }
    }

    /** The names that a prefix uses of this namespace. */
    static Stream<String> names(String prefix, String namespace) {
        return EXPRESSION.matcher(prefix == null ? "" : prefix).results()
                .filter(found -> found.group(1).equals(namespace))
                .map(found -> found.group(2));
    }

    private static void checkExpression(Matcher found) {
        var value = found.group(2);
        switch (found.group(1)) {
            case "timestamp" -> {
                try {
                    formatter(value).withZone(ZoneOffset.UTC).format(Instant.EPOCH);
                } catch (IllegalArgumentException | DateTimeException _) {
                    throw invalid("Invalid timestamp expression: " + found.group());
                }
            }
            case "firehose" -> {
                if (!value.equals("error-output-type") && !value.equals("random-string")) {
                    throw invalid("Invalid firehose expression: " + found.group());
                }
            }
            case FROM_QUERY, FROM_LAMBDA -> { }
            default -> throw invalid("Invalid expression: " + found.group());
        }
    }

    private static Firehose.InvalidArgumentException invalid(String message) {
        return new Firehose.InvalidArgumentException(message);
    }
}
