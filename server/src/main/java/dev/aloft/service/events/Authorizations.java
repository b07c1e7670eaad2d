package dev.aloft.service.events;

import dev.aloft.api.Events;
import dev.aloft.api.JsonReader;
import dev.aloft.kernel.http.Outbound;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.events.EventsData.KeptConnection;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * How a request shows what its connection says: a password, a key, or a token that is asked for first and kept as long
 * as it is good.
 */
final class Authorizations {
    private static final Duration TIMEOUT = Duration.ofSeconds(5);
    /** Of tokens that do not say. */
    private static final Duration USUAL_LIFE = Duration.ofHours(1);
    private static final Duration EARLY = Duration.ofSeconds(30);

    private record Token(String header, Instant until) {}

    private final Connections connections;
    private final Outbound outbound;
    private final Time time;
    private final Map<String, Token> tokens = new ConcurrentHashMap<>();

    Authorizations(Connections connections, Outbound outbound, Time time) {
        this.connections = connections;
        this.outbound = outbound;
        this.time = time;
    }

    /** The headers to send; throws where no token can be had. */
    Map<String, String> headers(KeptConnection connection, Map<String, Object> secrets) throws IOException {
        return switch (connection.type()) {
            case Events.ConnectionAuthorizationType.BASIC -> {
                var basic = map(secrets.get("BasicAuthParameters"));
                var both = basic.get("Username") + ":" + basic.get("Password");
                yield Map.of("Authorization", "Basic " + Base64.getEncoder()
                        .encodeToString(both.getBytes(StandardCharsets.UTF_8)));
            }
            case Events.ConnectionAuthorizationType.API_KEY -> {
                var key = map(secrets.get("ApiKeyAuthParameters"));
                yield Map.of(String.valueOf(key.get("ApiKeyName")), String.valueOf(key.get("ApiKeyValue")));
            }
            default -> Map.of("Authorization", token(connection, map(secrets.get("OAuthParameters"))));
        };
    }

    void forget(KeptConnection connection) {
        tokens.remove(key(connection));
    }

    /** A connection that was changed needs another token. */
    private static String key(KeptConnection connection) {
        return connection.arn() + "@" + connection.authorized();
    }

    /** Asks for the first token of a connection. */
    void first(KeptConnection connection) throws IOException {
        token(connection, map(connections.parameters(connection).get("OAuthParameters")));
    }

    private String token(KeptConnection connection, Map<?, ?> oauth) throws IOException {
        var known = tokens.get(key(connection));
        if (known != null && known.until().isAfter(time.instant())) {
            return known.header();
        }
        var token = asked(oauth);
        tokens.put(key(connection), token);
        connections.authorized(connection);
        return token.header();
    }

    private Token asked(Map<?, ?> oauth) throws IOException {
        var client = map(oauth.get("ClientParameters"));
        var more = map(oauth.get("OAuthHttpParameters"));
        var fields = new LinkedHashMap<>(pairs(more.get("BodyParameters")));
        fields.putIfAbsent("grant_type", "client_credentials");
        fields.put("client_id", String.valueOf(client.get("ClientID")));
        fields.put("client_secret", String.valueOf(client.get("ClientSecret")));
        var headers = new LinkedHashMap<String, String>();
        headers.put("Content-Type", "application/x-www-form-urlencoded");
        headers.put("Accept", "application/json");
        headers.putAll(pairs(more.get("HeaderParameters")));
        var query = new LinkedHashMap<>(pairs(more.get("QueryStringParameters")));
        // AWS takes small letters too.
        var method = String.valueOf(oauth.get("HttpMethod")).toUpperCase(Locale.ROOT);
        boolean inQuery = method.equals("GET");
        if (inQuery) {
            query.putAll(fields);
        }
        var url = oauth.get("AuthorizationEndpoint") + (query.isEmpty() ? "" : "?" + form(query));
        var answer = outbound.send(method, URI.create(url), headers,
                inQuery ? new byte[0] : form(fields).getBytes(StandardCharsets.UTF_8), TIMEOUT);
        if (answer.status() / 100 != 2) {
            throw new IOException("the token endpoint answered " + answer.status());
        }
        return read(answer.body());
    }

    private Token read(byte[] body) throws IOException {
        try {
            if (JsonReader.tree(body) instanceof Map<?, ?> token && token.get("access_token") != null) {
                var seconds = token.get("expires_in") instanceof Number given ? Duration.ofSeconds(given.longValue())
                        : USUAL_LIFE;
                var type = Objects.toString(token.get("token_type"), "Bearer");
                return new Token((type.equalsIgnoreCase("bearer") ? "Bearer" : type) + " " + token.get("access_token"),
                        time.instant().plus(seconds).minus(EARLY));
            }
        } catch (JsonReader.Malformed e) {
            throw new IOException("the token endpoint's answer is no JSON", e);
        }
        throw new IOException("the token endpoint's answer has no access_token");
    }

    private static String form(Map<String, String> fields) {
        return fields.entrySet().stream().map(field -> URLEncoder.encode(field.getKey(), StandardCharsets.UTF_8) + "="
                + URLEncoder.encode(field.getValue(), StandardCharsets.UTF_8)).collect(Collectors.joining("&"));
    }

    static Map<?, ?> map(Object tree) {
        return tree instanceof Map<?, ?> map ? map : Map.of();
    }

    /** A list of keys and values as a map. */
    static Map<String, String> pairs(Object tree) {
        var pairs = new LinkedHashMap<String, String>();
        if (tree instanceof List<?> list) {
            list.forEach(each -> pairs.put(String.valueOf(map(each).get("Key")),
                    Objects.toString(map(each).get("Value"), "")));
        }
        return pairs;
    }
}
