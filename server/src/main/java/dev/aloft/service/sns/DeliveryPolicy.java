package dev.aloft.service.sns;

import static dev.aloft.service.sns.Refusals.invalid;

import dev.aloft.api.JsonReader;
import dev.aloft.api.JsonWriter;
import dev.aloft.service.sns.SnsData.KeptSubscription;
import dev.aloft.service.sns.SnsData.KeptTopic;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * How messages to HTTP(S) endpoints are retried: a topic's default, what a subscription says over it, and what comes of
 * both.
 *
 * @see <a href="https://docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html#creating-delivery-policy">Creating
 *     an HTTP/S delivery policy</a>
 */
record DeliveryPolicy(Map<String, Object> healthy, Map<String, Object> request, Map<String, Object> throttle) {
    /** The longest that all retries together may take. */
    private static final int LONGEST_SECONDS = 3600;
    private static final int MOST_RETRIES = 100;
    private static final Set<String> OF_TOPICS = Set.of("defaultHealthyRetryPolicy", "defaultSicklyRetryPolicy",
            "disableSubscriptionOverrides", "defaultThrottlePolicy", "defaultRequestPolicy");
    private static final Set<String> OF_SUBSCRIPTIONS = Set.of("healthyRetryPolicy", "sicklyRetryPolicy",
            "throttlePolicy", "requestPolicy", "guaranteed");
    private static final Set<String> FUNCTIONS = Set.of("linear", "arithmetic", "geometric", "exponential");
    private static final List<String> CONTENT_TYPES = List.of("text/plain", "application/json", "text/csv", "text/xml",
            "application/xml");
    private static final String CONTENT_TYPE = "text/plain; charset=UTF-8";

    private static Map<String, Object> defaults() {
        var healthy = new LinkedHashMap<String, Object>();
        healthy.put("minDelayTarget", 20);
        healthy.put("maxDelayTarget", 20);
        healthy.put("numRetries", 3);
        healthy.put("numMaxDelayRetries", 0);
        healthy.put("numNoDelayRetries", 0);
        healthy.put("numMinDelayRetries", 0);
        healthy.put("backoffFunction", "linear");
        return healthy;
    }

    /** What GetTopicAttributes tells as EffectiveDeliveryPolicy. */
    static String ofTopic(KeptTopic topic) {
        var effective = of(topic, null);
        var http = new LinkedHashMap<String, Object>();
        http.put("defaultHealthyRetryPolicy", effective.healthy);
        http.put("disableSubscriptionOverrides", disablesOverrides(topic));
        if (!effective.throttle.isEmpty()) {
            http.put("defaultThrottlePolicy", effective.throttle);
        }
        http.put("defaultRequestPolicy", effective.request);
        return JsonWriter.string(Map.of("http", http));
    }

    /** What GetSubscriptionAttributes tells of an HTTP(S) subscription. */
    static String ofSubscription(KeptTopic topic, KeptSubscription subscription) {
        var effective = of(topic, subscription);
        var told = new LinkedHashMap<String, Object>();
        told.put("healthyRetryPolicy", effective.healthy);
        told.put("sicklyRetryPolicy", null);
        told.put("throttlePolicy", effective.throttle.isEmpty() ? null : effective.throttle);
        told.put("requestPolicy", effective.request);
        told.put("guaranteed", false);
        return JsonWriter.string(told);
    }

    /** @param subscription or null for the topic's default */
    static DeliveryPolicy of(KeptTopic topic, KeptSubscription subscription) {
        var healthy = defaults();
        var request = new LinkedHashMap<String, Object>(Map.of("headerContentType", CONTENT_TYPE));
        var throttle = new LinkedHashMap<String, Object>();
        var http = http(topic);
        healthy.putAll(part(http, "defaultHealthyRetryPolicy"));
        throttle.putAll(part(http, "defaultThrottlePolicy"));
        request.putAll(part(http, "defaultRequestPolicy"));
        if (subscription != null && !disablesOverrides(topic)) {
            var own = subscription.attribute("DeliveryPolicy").map(DeliveryPolicy::tree).orElse(Map.of());
            healthy.putAll(part(own, "healthyRetryPolicy"));
            throttle.putAll(part(own, "throttlePolicy"));
            request.putAll(part(own, "requestPolicy"));
        }
        return new DeliveryPolicy(healthy, request, throttle);
    }

    private static Map<?, ?> http(KeptTopic topic) {
        return topic.attribute("DeliveryPolicy").map(text -> (Map<?, ?>) part(tree(text), "http")).orElse(Map.of());
    }

    private static boolean disablesOverrides(KeptTopic topic) {
        return Boolean.TRUE.equals(http(topic).get("disableSubscriptionOverrides"));
    }

    private static Map<?, ?> tree(String text) {
        return text.isEmpty() ? Map.of() : (Map<?, ?>) JsonReader.tree(text);
    }

    private static Map<String, Object> part(Map<?, ?> tree, String name) {
        var part = new LinkedHashMap<String, Object>();
        if (tree.get(name) instanceof Map<?, ?> given) {
            given.forEach((key, value) -> {
                if (value != null) {
                    part.put(key.toString(), value);
                }
            });
        }
        return part;
    }

    int number(String name) {
        return healthy.get(name) instanceof Number number ? number.intValue() : 0;
    }

    String contentType() {
        return request.get("headerContentType").toString();
    }

    String backoffFunction() {
        return healthy.get("backoffFunction").toString();
    }

    static void checkTopic(String text) {
        check(text, tree -> {
            checkMembers(tree, Set.of("http"));
            var http = part(tree, "http");
            checkMembers(http, OF_TOPICS);
            checkRetries("http.defaultHealthyRetryPolicy.", part(http, "defaultHealthyRetryPolicy"));
            checkRequest("http.defaultRequestPolicy.", part(http, "defaultRequestPolicy"));
            checkThrottle("http.defaultThrottlePolicy.", part(http, "defaultThrottlePolicy"));
        });
    }

    static void checkSubscription(String text) {
        check(text, tree -> {
            checkMembers(tree, OF_SUBSCRIPTIONS);
            checkRetries("healthyRetryPolicy.", part(tree, "healthyRetryPolicy"));
            checkRequest("requestPolicy.", part(tree, "requestPolicy"));
            checkThrottle("throttlePolicy.", part(tree, "throttlePolicy"));
        });
    }

    private static void check(String text, java.util.function.Consumer<Map<?, ?>> parts) {
        if (text.isEmpty()) {
            return;
        }
        try {
            if (!(JsonReader.tree(text) instanceof Map<?, ?> tree)) {
                throw invalid("DeliveryPolicy: expecting a JSON object");
            }
            parts.accept(tree);
        } catch (JsonReader.Malformed _) {
            throw invalid("DeliveryPolicy: failed to parse JSON.");
        }
    }

    private static void checkMembers(Map<?, ?> given, Set<String> known) {
        given.keySet().stream().map(Object::toString).filter(name -> !known.contains(name)).findFirst()
                .ifPresent(name -> {
            throw invalid("DeliveryPolicy: Unexpected JSON member: " + name);
        });
    }

    private static void checkRetries(String path, Map<String, Object> given) {
        checkMembers(given, defaults().keySet());
        given.forEach((name, value) -> {
            boolean function = name.equals("backoffFunction");
            require(function ? value instanceof String : value instanceof Integer,
                    path + name + " must be " + (function ? "a string" : "an integer"));
        });
        var all = defaults();
        all.putAll(given);
        checkNumbers(path, new DeliveryPolicy(all, Map.of(), Map.of()));
    }

    private static void checkNumbers(String path, DeliveryPolicy policy) {
        int shortest = policy.number("minDelayTarget");
        int longest = policy.number("maxDelayTarget");
        int retries = policy.number("numRetries");
        int immediate = policy.number("numNoDelayRetries");
        int before = policy.number("numMinDelayRetries");
        int after = policy.number("numMaxDelayRetries");
        within(path + "minDelayTarget", shortest, 1, LONGEST_SECONDS);
        within(path + "maxDelayTarget", longest, 1, LONGEST_SECONDS);
        require(longest >= shortest,
                path + "maxDelayTarget must be greater than or equal to " + path + "minDelayTarget");
        within(path + "numRetries", retries, 0, MOST_RETRIES);
        for (var name : List.of("numNoDelayRetries", "numMinDelayRetries", "numMaxDelayRetries")) {
            require(policy.number(name) >= 0, path + name + " must be greater than or equal to 0");
        }
        require(immediate + before + after <= retries, path + "numRetries must be greater than or equal to the sum of "
                + "numNoDelayRetries, numMinDelayRetries and numMaxDelayRetries");
        require(FUNCTIONS.contains(policy.backoffFunction()),
                path + "backoffFunction must be one of arithmetic, exponential, geometric or linear");
        long total = (long) before * shortest + (long) after * longest
                + (long) (retries - immediate - before - after) * (shortest + longest) / 2;
        require(total <= LONGEST_SECONDS, "the total policy retry time must not exceed 3600 seconds");
    }

    private static void within(String name, int value, int least, int most) {
        require(value >= least, name + " must be greater than or equal to " + least);
        require(value <= most, name + " must be less than or equal to " + most);
    }

    private static void checkRequest(String path, Map<String, Object> given) {
        checkMembers(given, Set.of("headerContentType"));
        var type = given.get("headerContentType");
        if (type != null) {
            var name = type.toString().split(";", 2)[0].strip();
            require(CONTENT_TYPES.contains(name) || name.startsWith("text/") || name.startsWith("application/"),
                    path + "headerContentType is not supported: " + type);
        }
    }

    private static void checkThrottle(String path, Map<String, Object> given) {
        checkMembers(given, Set.of("maxReceivesPerSecond"));
        var most = given.get("maxReceivesPerSecond");
        require(most == null || most instanceof Integer number && number >= 1,
                path + "maxReceivesPerSecond must be greater than or equal to 1");
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw invalid("DeliveryPolicy: " + otherwise);
        }
    }
}
