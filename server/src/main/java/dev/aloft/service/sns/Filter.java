package dev.aloft.service.sns;

import dev.aloft.api.JsonReader;
import dev.aloft.api.JsonWriter;
import dev.aloft.kernel.pattern.EventPattern;
import dev.aloft.kernel.pattern.EventPatterns;
import dev.aloft.service.sns.SnsData.Attribute;
import dev.aloft.service.sns.SnsData.KeptSubscription;
import dev.aloft.service.sns.SnsData.Message;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/**
 * Whether a subscription wants a message. Policies are matched by AWS's own matcher; message attributes are laid out
 * for it as an event whose members they are.
 */
final class Filter {
    private static final int KEPT = 10_000;
    /** Behind the decimal point. */
    private static final int DIGITS = 5;
    private static final Pattern LONG_FRACTION = Pattern.compile("\\.[0-9]{6}|[0-9][eE]-");

    /** Policies as they were read; reading one costs more than asking it. */
    private final Map<String, EventPatterns<String>> read = new ConcurrentHashMap<>();

    boolean accepts(KeptSubscription subscription, Message message) {
        var policy = subscription.attributes().get("FilterPolicy");
        if (policy == null) {
            return true;
        }
        boolean body = FilterPolicy.BODY.equals(subscription.attributes().get("FilterPolicyScope"));
        var event = body ? message.text() : event(message.attributes());
        // A body that is no object has no properties to match.
        return (!body || JsonReader.isObject(event)) && matches(policy, event);
    }

    private boolean matches(String policy, String event) {
        return !patterns(policy).matching(rounded(event)).isEmpty();
    }

    /**
     * With numbers as exact as SNS compares them.
     *
     * @see <a href="https://docs.aws.amazon.com/sns/latest/dg/numeric-value-matching.html">Numeric value matching</a>
     */
    private static String rounded(String json) {
        return LONG_FRACTION.matcher(json).find() ? JsonWriter.string(rounded((Object) JsonReader.tree(json))) : json;
    }

    private static Object rounded(Object tree) {
        return switch (tree) {
            case Map<?, ?> map -> {
                var all = new LinkedHashMap<String, Object>();
                map.forEach((key, value) -> all.put(key.toString(), rounded(value)));
                yield all;
            }
            case List<?> list -> list.stream().map(Filter::rounded).toList();
            case BigDecimal number when number.scale() > DIGITS -> number.setScale(DIGITS, RoundingMode.FLOOR);
            case Double number -> rounded(new BigDecimal(number.toString()));
            case null, default -> tree;
        };
    }

    private EventPatterns<String> patterns(String policy) {
        var known = read.get(policy);
        if (known != null) {
            return known;
        }
        try {
            var patterns = new EventPatterns<>(Map.of("policy", EventPattern.parse(rounded(policy))));
            if (read.size() >= KEPT) {
                read.clear();
            }
            read.put(policy, patterns);
            return patterns;
        } catch (EventPattern.Malformed e) {
            throw new IllegalStateException("a filter policy that was checked is none", e);
        }
    }

    /** Binary attributes take no part in filtering. */
    private static String event(Map<String, Attribute> attributes) {
        var event = new LinkedHashMap<String, Object>();
        attributes.forEach((name, attribute) -> {
            if (!attribute.type().startsWith("Binary")) {
                event.put(name, value(attribute));
            }
        });
        return JsonWriter.string(event);
    }

    private static Object value(Attribute attribute) {
        if (attribute.type().equals("String.Array")) {
            try {
                // A single value stands for itself, a number too.
                Object value = JsonReader.tree(attribute.text());
                return value instanceof Map ? attribute.text() : value;
            } catch (JsonReader.Malformed _) {
                return attribute.text();
            }
        }
        if (attribute.type().startsWith("Number")) {
            try {
                return new BigDecimal(attribute.text().strip());
            } catch (NumberFormatException _) {
                return attribute.text();
            }
        }
        return attribute.text();
    }
}
