package dev.aloft.service.events;

import dev.aloft.api.ApiError;
import dev.aloft.api.Arn;
import dev.aloft.api.Caller;
import dev.aloft.api.Events;
import dev.aloft.api.JsonReader;
import dev.aloft.api.JsonWriter;
import dev.aloft.kernel.call.Access;
import dev.aloft.kernel.call.WebServers;
import dev.aloft.kernel.delivery.Outcome;
import dev.aloft.kernel.delivery.Outcome.Verdict;
import dev.aloft.kernel.http.Outbound;
import dev.aloft.kernel.pattern.EventPath;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.events.ApiDestinations.Standing;
import dev.aloft.service.events.EventsData.KeptConnection;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Supplier;

/**
 * Targets that are web servers: API destinations, with what their connection adds, and deployed APIs of API Gateway.
 *
 * @see <a href="https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-api-destinations.html">API destinations</a>
 */
final class HttpTargets implements WebServers {
    private static final Duration TIMEOUT = Duration.ofSeconds(5);
    private static final Set<String> OF_THE_CONNECTION = Set.of("host", "content-length", "connection", "expect",
            "upgrade",
            "transfer-encoding", "te", "trailer", "via", "forwarded");
    private static final int MOST_OF_A_MESSAGE = 1024;
    /** Of the statuses that say it is the client's fault. */
    private static final Set<Integer> RETRIED = Set.of(401, 407, 409, 429);

    private final ApiDestinations destinations;
    private final Connections connections;
    private final Authorizations authorizations;
    private final RateLimits limits;
    private final Outbound outbound;
    private final Supplier<String> platform;
    private final BiConsumer<Caller, Access> require;
    private final Time time;

    /**
     * @param platform the platform's own address, at which deployed APIs answer
     * @param require  asks IAM, and throws its refusal
     */
    HttpTargets(ApiDestinations destinations, Connections connections, Authorizations authorizations, RateLimits limits,
            Outbound outbound, Supplier<String> platform, BiConsumer<Caller, Access> require, Time time) {
        this.time = time;
        this.destinations = destinations;
        this.connections = connections;
        this.authorizations = authorizations;
        this.limits = limits;
        this.outbound = outbound;
        this.platform = platform;
        this.require = require;
    }

    /** What a server said with a status of 2xx, or why it did not. */
    private sealed interface Answer {
        record Said(byte[] body) implements Answer {}

        record Nothing(Outcome.Failed why) implements Answer {}
    }

    private static Answer failed(int status, String code, String message) {
        return new Answer.Nothing(RuleCarrier.failed(status, code, message));
    }

    Outcome deliver(RuleDelivery delivery, Caller caller, Arn arn, byte[] body) {
        return switch (ask(caller, arn, request(delivery, body))) {
            case Answer.Said _ -> Outcome.delivered();
            case Answer.Nothing(var why) -> why;
        };
    }

    @Override
    public boolean takes(Arn arn) {
        return arn.service().equals("execute-api")
                || arn.service().equals("events") && arn.resource().startsWith("api-destination/");
    }

    @Override
    public byte[] send(Caller caller, Arn server, Request request) {
        return switch (ask(caller, server, request)) {
            case Answer.Said(var body) -> body;
            case Answer.Nothing(var why) -> throw ApiError.of(why.code(), why.status(), why.message());
        };
    }

    private Answer ask(Caller caller, Arn arn, Request request) {
        if (arn.service().equals("execute-api")) {
            return askApi(arn, request);
        }
        if (!takes(arn)) {
            return failed(400, "INVALID_PARAMETER", "No target: " + arn);
        }
        var standing = destinations.find(arn);
        if (standing.isEmpty() || standing.get().connection().isEmpty()) {
            return failed(404, "NO_RESOURCE", "The API destination " + arn + " or its connection does not exist.");
        }
        try {
            require.accept(caller, Access.to("events:InvokeApiDestination", arn.toString()));
        } catch (ApiError denied) {
            return new Answer.Nothing(Outcome.Failed.of(denied));
        }
        return ask(standing.get(), request);
    }

    /** Values that are paths are looked up in the event as it came. */
    private static Request request(RuleDelivery delivery, byte[] body) {
        var given = delivery.target().httpParameters();
        if (given == null) {
            return new Request(body, List.of(), Map.of(), Map.of());
        }
        var event = TargetInput.tree(delivery);
        var path = given.pathParameterValues() == null ? List.<String>of()
                : given.pathParameterValues().stream().map(value -> dynamic(value, event)).toList();
        return new Request(body, path, dynamic(given.headerParameters(), event),
                dynamic(given.queryStringParameters(), event));
    }

    private static Map<String, String> dynamic(Map<String, String> values, Object event) {
        var found = new LinkedHashMap<String, String>();
        (values == null ? Map.<String, String>of() : values)
                .forEach((name, value) -> found.put(name, dynamic(value, event)));
        return found;
    }

    private static String dynamic(String value, Object event) {
        if (!value.startsWith("$.") || !EventPath.isValid(value)) {
            return value;
        }
        return EventPath.find(value, event).map(it -> it instanceof String text ? text : JsonWriter.string(it))
                .orElse("");
    }

    private Answer askApi(Arn arn, Request request) {
        // {api}/{stage}/{method}/{path}
        var parts = arn.resource().split("/", 4);
        if (parts.length < 3) {
            return failed(400, "INVALID_PARAMETER", "No API with stage and method: " + arn);
        }
        var url = platform.get() + "/_aws/execute-api/" + parts[0] + "/" + parts[1] + "/"
                + (parts.length > 3 ? parts[3] : "");
        var headers = new LinkedHashMap<String, String>();
        headers.put("Content-Type", "application/json");
        headers.put("User-Agent", "Amazon/EventBridge/ApiGateway");
        add(headers, request.headers());
        return sent("API Gateway", parts[2].equals("*") ? "POST" : parts[2],
                withParameters(url, request.path(), request.query()), headers, request.body());
    }

    private Answer ask(Standing standing, Request request) {
        var destination = standing.destination();
        var connection = standing.connection().orElseThrow();
        if (connection.state().equals(Events.ConnectionState.DEAUTHORIZED)) {
            return failed(401, "SDK_CLIENT_ERROR", "The connection " + connection.arn()
                    + " is not authorized.");
        }
        var secrets = connections.parameters(connection);
        var always = Authorizations.map(secrets.get("InvocationHttpParameters"));
        var query = new LinkedHashMap<>(request.query());
        query.putAll(Authorizations.pairs(always.get("QueryStringParameters")));
        var headers = new LinkedHashMap<String, String>();
        headers.put("Content-Type", "application/json; charset=utf-8");
        headers.put("User-Agent", "Amazon/EventBridge/ApiDestinations");
        headers.put("Range", "bytes=0-1048575");
        add(headers, request.headers());
        add(headers, Authorizations.pairs(always.get("HeaderParameters")));
        try {
            limits.await(destination.arn(), destination.rateLimit());
            add(headers, authorizations.headers(connection, secrets));
        } catch (IOException e) {
            return new Answer.Nothing(new Outcome.Failed(Verdict.RETRY, 401, "SDK_CLIENT_ERROR",
                    "No token could be had: " + e.getMessage(), null));
        }
        var whole = withBody(request.body(), Authorizations.pairs(always.get("BodyParameters")));
        var answer = sent("ApiDestination", destination.method(),
                withParameters(destination.url(), request.path(), query), headers, whole);
        if (answer instanceof Answer.Nothing(var why)) {
            refresh(connection, why);
        }
        return answer;
    }

    /** A token that is no longer taken is thrown away; the next attempt asks for another. */
    private void refresh(KeptConnection connection, Outcome.Failed failed) {
        if (failed.status() == 401 || failed.status() == 407) {
            authorizations.forget(connection);
        }
    }

    private static void add(Map<String, String> headers, Map<String, String> more) {
        more.forEach((name, value) -> {
            if (!OF_THE_CONNECTION.contains(name.toLowerCase(Locale.ROOT))) {
                headers.keySet().removeIf(name::equalsIgnoreCase);
                headers.put(name, value);
            }
        });
    }

    private static byte[] withBody(byte[] body, Map<String, String> more) {
        if (more.isEmpty() || !(JsonReader.tree(body) instanceof Map<?, ?> given)) {
            return body;
        }
        var whole = new LinkedHashMap<Object, Object>(given);
        whole.putAll(more);
        return JsonWriter.bytes(whole);
    }

    private static String withParameters(String url, List<String> path, Map<String, String> query) {
        var filled = url;
        for (var value : path) {
            int star = filled.indexOf('*');
            filled = star < 0 ? filled : filled.substring(0, star) + encoded(value) + filled.substring(star + 1);
        }
        var whole = new StringBuilder(filled);
        query.forEach((name, value) -> whole.append(whole.indexOf("?") < 0 ? '?' : '&').append(encoded(name))
                .append('=')
                .append(encoded(value)));
        return whole.toString();
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private Answer sent(String what, String method, String url, Map<String, String> headers, byte[] body) {
        var unable = "Unable to invoke " + what + " endpoint: ";
        try {
            var answer = outbound.send(method, URI.create(url), headers, body, TIMEOUT);
            if (answer.status() / 100 == 2) {
                return new Answer.Said(answer.body());
            }
            var said = new String(answer.body(), StandardCharsets.UTF_8);
            var message = unable + "API destination returned HTTP status " + answer.status() + " with payload: "
                    + said.substring(0, Math.min(said.length(), MOST_OF_A_MESSAGE));
            var failed = new Outcome.Failed(verdict(answer.status()), answer.status(), "SDK_CLIENT_ERROR", message,
                    null);
            return new Answer.Nothing(answer.retryAfter() == null ? failed : after(failed, answer.retryAfter()));
        } catch (HttpTimeoutException e) {
            return new Answer.Nothing(
                    new Outcome.Failed(Verdict.RETRY, 504, "TIMEOUT", unable + "The request timed out.", null));
        } catch (IOException e) {
            return new Answer.Nothing(
                    new Outcome.Failed(Verdict.RETRY, 502, "CONNECTION_FAILURE", unable + e.getMessage(), null));
        } catch (IllegalArgumentException e) {
            return failed(400, "INVALID_PARAMETER", "No URL: " + e.getMessage());
        }
    }

    private static Verdict verdict(int status) {
        return RETRIED.contains(status) || status >= 500 ? Verdict.RETRY : Verdict.FINAL;
    }

    /**
     * The server says when it wants to be asked again, in seconds or by a date. The longer of that and the retry
     * policy's pause is kept; a negative number ends it.
     */
    private Outcome.Failed after(Outcome.Failed failed, String retryAfter) {
        Duration pause;
        try {
            pause = Duration.ofSeconds(Long.parseLong(retryAfter.strip()));
        } catch (NumberFormatException _) {
            return date(retryAfter).map(moment -> failed.pausing(Duration.between(time.instant(), moment)))
                    .orElse(failed);
        }
        return pause.isNegative() ? failed.judged(Verdict.FINAL) : failed.pausing(pause);
    }

    private static Optional<Instant> date(String text) {
        try {
            return Optional.of(DateTimeFormatter.RFC_1123_DATE_TIME.parse(text.strip(), Instant::from));
        } catch (DateTimeParseException _) {
            return Optional.empty();
        }
    }
}
