package dev.aloft.kernel.identity;

import java.math.BigDecimal;
import java.net.InetAddress;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * One line of a statement's Condition block: an operator, a key and the values that it is compared with.
 *
 * @see <a href="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html">
 *     Condition operators</a>
 */
record Condition(Quantifier quantifier, Operator operator, boolean ifExists, String key, List<Wildcard> values) {
    private static final int LONGEST_NUMBER = 64;

    enum Quantifier { ONE, FOR_ALL_VALUES, FOR_ANY_VALUE }

    private enum Comparison {
        EQUALS, EQUALS_IGNORE_CASE, LIKE, NUMBER_EQUALS, NUMBER_LESS, NUMBER_LESS_EQUALS, NUMBER_GREATER,
        NUMBER_GREATER_EQUALS, DATE_EQUALS, DATE_LESS, DATE_LESS_EQUALS, DATE_GREATER, DATE_GREATER_EQUALS, BOOL, IP,
        ARN, NULL
    }

    enum Operator {
        StringEquals(Comparison.EQUALS, false),
        StringNotEquals(Comparison.EQUALS, true),
        StringEqualsIgnoreCase(Comparison.EQUALS_IGNORE_CASE, false),
        StringNotEqualsIgnoreCase(Comparison.EQUALS_IGNORE_CASE, true),
        StringLike(Comparison.LIKE, false),
        StringNotLike(Comparison.LIKE, true),
        NumericEquals(Comparison.NUMBER_EQUALS, false),
        NumericNotEquals(Comparison.NUMBER_EQUALS, true),
        NumericLessThan(Comparison.NUMBER_LESS, false),
        NumericLessThanEquals(Comparison.NUMBER_LESS_EQUALS, false),
        NumericGreaterThan(Comparison.NUMBER_GREATER, false),
        NumericGreaterThanEquals(Comparison.NUMBER_GREATER_EQUALS, false),
        DateEquals(Comparison.DATE_EQUALS, false),
        DateNotEquals(Comparison.DATE_EQUALS, true),
        DateLessThan(Comparison.DATE_LESS, false),
        DateLessThanEquals(Comparison.DATE_LESS_EQUALS, false),
        DateGreaterThan(Comparison.DATE_GREATER, false),
        DateGreaterThanEquals(Comparison.DATE_GREATER_EQUALS, false),
        Bool(Comparison.BOOL, false),
        BinaryEquals(Comparison.EQUALS, false),
        IpAddress(Comparison.IP, false),
        NotIpAddress(Comparison.IP, true),
        ArnEquals(Comparison.ARN, false),
        ArnLike(Comparison.ARN, false),
        ArnNotEquals(Comparison.ARN, true),
        ArnNotLike(Comparison.ARN, true),
        Null(Comparison.NULL, false);

        private static final Map<String, Operator> BY_NAME = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);

        static {
            Arrays.stream(values()).forEach(operator -> BY_NAME.put(operator.name(), operator));
        }

        private final Comparison comparison;
        private final boolean negated;

        Operator(Comparison comparison, boolean negated) {
            this.comparison = comparison;
            this.negated = negated;
        }
    }

    /** Reads an operator as written, such as {@code ForAnyValue:StringLikeIfExists}; empty where there is no such. */
    static Optional<Condition> of(String operator, String key, List<String> values, boolean variables) {
        var quantifier = Quantifier.ONE;
        var name = operator;
        if (name.regionMatches(true, 0, "ForAllValues:", 0, 13)) {
            quantifier = Quantifier.FOR_ALL_VALUES;
            name = name.substring(13);
        } else if (name.regionMatches(true, 0, "ForAnyValue:", 0, 12)) {
            quantifier = Quantifier.FOR_ANY_VALUE;
            name = name.substring(12);
        }
        boolean ifExists = name.regionMatches(true, name.length() - 8, "IfExists", 0, 8);
        var known = Operator.BY_NAME.get(ifExists ? name.substring(0, name.length() - 8) : name);
        if (known == null || ifExists && known == Operator.Null) {
            return Optional.empty();
        }
        var wildcards = values.stream().map(value -> Wildcard.of(value, variables)).toList();
        return Optional.of(new Condition(quantifier, known, ifExists, Keys.name(key), wildcards));
    }

    boolean holds(Keys keys) {
        var actual = keys.values(key);
        boolean absent = actual == null || actual.isEmpty();
        if (operator == Operator.Null) {
            return values.stream().anyMatch(value -> "true".equalsIgnoreCase(value.literally(keys)) == absent);
        }
        return switch (quantifier) {
            // A key that is absent equals nothing: the negated operators hold, the others do not.
            case ONE -> absent ? ifExists || operator.negated : operator.negated != anyIsOneOfThem(actual, keys);
            case FOR_ANY_VALUE -> absent ? ifExists
                    : actual.stream().anyMatch(value -> operator.negated != isOneOfThem(value, keys));
            case FOR_ALL_VALUES -> absent
                    || actual.stream().allMatch(value -> operator.negated != isOneOfThem(value, keys));
        };
    }

    private boolean anyIsOneOfThem(List<String> actual, Keys keys) {
        for (var value : actual) {
            if (isOneOfThem(value, keys)) {
                return true;
            }
        }
        return false;
    }

    private boolean isOneOfThem(String actual, Keys keys) {
        for (var value : values) {
            if (compare(actual, value, keys)) {
                return true;
            }
        }
        return false;
    }

    private boolean compare(String actual, Wildcard value, Keys keys) {
        return switch (operator.comparison) {
            case EQUALS -> actual.equals(value.literally(keys));
            case EQUALS_IGNORE_CASE -> actual.equalsIgnoreCase(value.literally(keys));
            case LIKE -> value.matches(actual, keys, false);
            case ARN -> arn(actual, value, keys);
            case BOOL -> actual.equalsIgnoreCase(value.literally(keys));
            case IP -> ip(actual, value.literally(keys));
            case NUMBER_EQUALS, NUMBER_LESS, NUMBER_LESS_EQUALS, NUMBER_GREATER, NUMBER_GREATER_EQUALS ->
                ordered(number(actual), number(value.literally(keys)));
            case DATE_EQUALS, DATE_LESS, DATE_LESS_EQUALS, DATE_GREATER, DATE_GREATER_EQUALS ->
                ordered(date(actual), date(value.literally(keys)));
            case NULL -> false;
        };
    }

    private <T extends Comparable<T>> boolean ordered(T actual, T value) {
        if (actual == null || value == null) {
            return false;
        }
        int order = actual.compareTo(value);
        return switch (operator.comparison) {
            case NUMBER_LESS, DATE_LESS -> order < 0;
            case NUMBER_LESS_EQUALS, DATE_LESS_EQUALS -> order <= 0;
            case NUMBER_GREATER, DATE_GREATER -> order > 0;
            case NUMBER_GREATER_EQUALS, DATE_GREATER_EQUALS -> order >= 0;
            default -> order == 0;
        };
    }

    private static boolean arn(String actual, Wildcard value, Keys keys) {
        // Written with variables, the parts are known only once they are filled in.
        var filled = value.fill(keys);
        return filled != null && (value.toString().contains("${")
                ? value.matches(actual, keys, false)
                : ArnPattern.of(value.toString(), false).matches(actual, keys));
    }

    private static BigDecimal number(String text) {
        try {
            return text == null || text.length() > LONGEST_NUMBER ? null : new BigDecimal(text.strip());
        } catch (NumberFormatException _) {
            return null;
        }
    }

    /** ISO 8601, with or without a time, or seconds since 1970. */
    private static Instant date(String text) {
        if (text == null) {
            return null;
        }
        try {
            if (text.indexOf('T') > 0) {
                return OffsetDateTime.parse(text).toInstant();
            }
            if (text.indexOf('-', 1) > 0) {
                return LocalDate.parse(text).atStartOfDay().toInstant(ZoneOffset.UTC);
            }
            return Instant.ofEpochSecond(Long.parseLong(text));
        } catch (DateTimeException | NumberFormatException _) {
            return null;
        }
    }

    private static boolean ip(String actual, String range) {
        if (range == null) {
            return false;
        }
        try {
            int slash = range.indexOf('/');
            byte[] network = InetAddress.ofLiteral(slash < 0 ? range : range.substring(0, slash)).getAddress();
            byte[] address = InetAddress.ofLiteral(actual).getAddress();
            int bits = slash < 0 ? network.length * 8 : Integer.parseInt(range.substring(slash + 1));
            if (address.length != network.length || bits < 0 || bits > network.length * 8) {
                return false;
            }
            for (int i = 0; i < bits; i++) {
                int mask = 0x80 >> (i & 7);
                if ((network[i >> 3] & mask) != (address[i >> 3] & mask)) {
                    return false;
                }
            }
            return true;
        } catch (IllegalArgumentException _) {
            return false;
        }
    }
}
