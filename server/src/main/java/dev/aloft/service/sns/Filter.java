package dev.aloft.service.sns;

import dev.aloft.api.JsonReader;
import dev.aloft.api.JsonWriter;
import dev.aloft.kernel.pattern.EventPattern;
import dev.aloft.kernel.pattern.EventPatterns;
import dev.aloft.service.sns.SnsData.Attribute;
import dev.aloft.service.sns.SnsData.KeptSubscription;
import dev.aloft.service.sns.SnsData.Message;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Whether a subscription wants a message. Policies are matched by AWS's own matcher; message attributes are laid out for it
 * as an event whose members they are.
 */
final class Filter {
    private static final int KEPT = 10_000;

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
        return (!body || isObject(event)) && matches(policy, event);
    }

    private static boolean isObject(String text) {
        try {
            return JsonReader.tree(text) instanceof Map;
        } catch (JsonReader.Malformed _) {
            return false;
        }
    }

    private boolean matches(String policy, String event) {
        return !patterns(policy).matching(event).isEmpty();
    }

    private EventPatterns<String> patterns(String policy) {
        var known = read.get(policy);
        if (known != null) {
            return known;
        }
        try {
            var patterns = new EventPatterns<>(Map.of("policy", EventPattern.parse(policy)));
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
                return JsonReader.tree(attribute.text()) instanceof List<?> list ? list : attribute.text();
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
