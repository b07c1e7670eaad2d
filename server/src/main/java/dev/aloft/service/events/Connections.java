package dev.aloft.service.events;

import dev.aloft.api.Arn;
import dev.aloft.api.Caller;
import dev.aloft.api.Events;
import dev.aloft.api.JsonReader;
import dev.aloft.kernel.call.NamedPage;
import dev.aloft.kernel.identity.KeyFile;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.kernel.store.Row;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.store.Tx;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.events.EventsData.KeptConnection;
import dev.aloft.wire.Trees;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.UnaryOperator;

/**
 * Connections: how to show oneself to a web server. What is secret in them lies in Secrets Manager and is never told
 * here.
 *
 * @see <a href="https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-target-connection.html">Connections</a>
 */
final class Connections {
    private static final String PURPOSE = "events connection";
    private static final int MOST = 3_000;
    private static final int PAGE = 100;
    private static final int AT_ONCE = 100;
    /** So long the making of a connection may take. */
    private static final Duration ABANDONED = Duration.ofMinutes(5);

    private final EventsData data;
    private final Store store;
    private final KeyFile keys;
    private final ConnectionSecrets secrets;
    private final BiConsumer<Tx, KeptConnection> authorize;
    private final Time time;

    /** @param authorize is told in the commit of each connection that was made or changed */
    Connections(EventsData data, Store store, KeyFile keys, ConnectionSecrets secrets,
            BiConsumer<Tx, KeptConnection> authorize, Time time) {
        this.authorize = authorize;
        this.data = data;
        this.store = store;
        this.keys = keys;
        this.secrets = secrets;
        this.time = time;
    }

    /** A secret of a connection that then is not made is deleted later. */
    Events.CreateConnectionResponse create(Caller caller, Events.CreateConnectionRequest input) {
        Refusals.unbuilt("A connection's InvocationConnectivityParameters", input.invocationConnectivityParameters());
        var parameters = Trees.of(input.authParameters());
        check(input.authorizationType(), parameters);
        var now = time.instant();
        var id = EventsResources.id(caller, input.name());
        var secretId = EventsResources.id(caller, "secret/" + input.name());
        var connection = new KeptConnection(caller.account(), caller.region(), input.name(), id, secretId,
                input.description(), input.authorizationType(), null, state(input.authorizationType()), now, now, now,
                        null, kmsKey(input.kmsKeyIdentifier()), null);
        var secret = secretKey(connection, ConnectionSecrets.name(connection, secretId));
        store.change(tx -> {
            requireNone(tx, connection);
            data.abandoned.add(tx, now.plus(ABANDONED), secret, secret);
        });
        if (connection.kmsKey() != null) {
            secrets.ensureRole(caller);
        }
        var made = connection.withSecret(secrets.create(connection, secretId, parameters));
        store.change(tx -> {
            requireNone(tx, made);
            data.connections.put(tx, made.key(), made);
            authorize.accept(tx, made);
            data.abandoned.cancel(tx, secret);
        });
        return Events.CreateConnectionResponse.of(r -> r.connectionArn(made.arn()).connectionState(made.state())
                .creationTime(made.created()).lastModifiedTime(made.modified()));
    }

    /** The empty text stands for the key that AWS owns. */
    private static String kmsKey(String given) {
        return given == null || given.isEmpty() ? null : given;
    }

    private void requireNone(ReadTx tx, KeptConnection connection) {
        if (data.connections.has(tx, connection.key())) {
            throw new Events.ResourceAlreadyExistsException("Connection " + connection.name() + " already exists.");
        }
        var all = Key.of(connection.account(), connection.region());
        if (data.connections.range(tx, all).count() >= MOST) {
            throw Refusals.tooMany();
        }
    }

    private static Key secretKey(KeptConnection connection, String name) {
        return Key.of(connection.account(), connection.region(), name);
    }

    /** Deletes secrets that no connection has. */
    Optional<Instant> turn() {
        for (var each : store.read(tx -> data.abandoned.due(tx, time.instant(), AT_ONCE))) {
            secrets.delete(each.id().text(0), each.id().text(1), each.id().text(2));
            store.change(tx -> data.abandoned.cancel(tx, each.id()));
        }
        return store.read(data.abandoned::next);
    }

    /** A token is asked for as soon as the connection is kept; until there is one it is called authorizing. */
    private static String state(String type) {
        return type.equals(Events.ConnectionAuthorizationType.OAUTH_CLIENT_CREDENTIALS)
                ? Events.ConnectionState.AUTHORIZING : Events.ConnectionState.AUTHORIZED;
    }

    private static void check(String type, Map<String, Object> parameters) {
        if (parameters.containsKey("ConnectivityParameters")) {
            Refusals.unbuilt("A connection's ConnectivityParameters", parameters);
        }
        if (!parameters.containsKey(member(type))) {
            throw Refusals.invalid("Authorization parameters for the type " + type + " are required.");
        }
    }

    static String member(String type) {
        return switch (type) {
            case Events.ConnectionAuthorizationType.BASIC -> "BasicAuthParameters";
            case Events.ConnectionAuthorizationType.API_KEY -> "ApiKeyAuthParameters";
            default -> "OAuthParameters";
        };
    }

    /** With its secrets. */
    Map<String, Object> parameters(KeptConnection connection) {
        return connection.secretArn() == null ? before(connection) : secrets.get(connection);
    }

    /** Of a connection that was made before there was Secrets Manager here. */
    @SuppressWarnings("unchecked")
    private Map<String, Object> before(KeptConnection connection) {
        var arn = connection.arn().substring(0, connection.arn().lastIndexOf('/'));
        var json = keys.unseal(PURPOSE, arn, connection.parameters()).orElseThrow(() -> new IllegalStateException(
                "The connection " + connection.name() + " was encrypted with another key file"));
        return (Map<String, Object>) JsonReader.tree(json);
    }

    /** The connection with a secret, which it gets now if it has none yet. */
    private KeptConnection withSecret(KeptConnection connection) {
        if (connection.secretArn() != null) {
            return connection;
        }
        var arn = secrets.create(connection, connection.id(), before(connection));
        return store.write(tx -> data.connections.update(tx, connection.key(), it -> it.withSecret(arn))
                .orElseThrow(() -> none(connection.name())));
    }

    Events.UpdateConnectionResponse update(Caller caller, Events.UpdateConnectionRequest input) {
        Refusals.unbuilt("A connection's InvocationConnectivityParameters", input.invocationConnectivityParameters());
        var before = withSecret(store.read(tx -> existing(tx, caller, input.name())));
        var type = input.authorizationType() == null ? before.type() : input.authorizationType();
        var parameters = type.equals(before.type()) ? parameters(before) : new LinkedHashMap<String, Object>();
        if (input.authParameters() != null) {
            merge(parameters, Trees.of(input.authParameters()));
        }
        check(type, parameters);
        var keyed = before;
        if (input.kmsKeyIdentifier() != null) {
            keyed = before.withKey(kmsKey(input.kmsKeyIdentifier()));
            secrets.ensureRole(caller);
            secrets.changeKey(keyed);
        }
        secrets.put(keyed, parameters);
        var now = time.instant();
        var changed = change(caller, input.name(), it -> new KeptConnection(it.account(), it.region(), it.name(),
                it.id(), it.secretId(), input.description() == null ? it.description() : input.description(), type,
                null, state(type), it.created(), now, now, it.secretArn(),
                input.kmsKeyIdentifier() == null ? it.kmsKey() : kmsKey(input.kmsKeyIdentifier()), null));
        return Events.UpdateConnectionResponse.of(r -> r.connectionArn(changed.arn()).connectionState(changed.state())
                .creationTime(changed.created()).lastModifiedTime(changed.modified())
                .lastAuthorizedTime(changed.authorized()));
    }

    /** Members that are given replace those that were; lists are replaced as a whole. */
    @SuppressWarnings("unchecked")
    private static void merge(Map<String, Object> into, Map<String, Object> given) {
        given.forEach((name, value) -> {
            if (value instanceof Map<?, ?> map && into.get(name) instanceof Map<?, ?> known) {
                var both = new LinkedHashMap<>((Map<String, Object>) known);
                merge(both, (Map<String, Object>) map);
                into.put(name, both);
            } else {
                into.put(name, value);
            }
        });
    }

    /** It is at once what AWS first says it is becoming. */
    Events.DeauthorizeConnectionResponse deauthorize(Caller caller, String name) {
        var it = change(caller, name, before -> before.in(Events.ConnectionState.DEAUTHORIZED, null,
                time.instant()));
        return Events.DeauthorizeConnectionResponse.of(r -> r.connectionArn(it.arn())
                .connectionState(Events.ConnectionState.DEAUTHORIZING).creationTime(it.created())
                .lastModifiedTime(it.modified()).lastAuthorizedTime(it.authorized()));
    }

    /** A token was had. */
    void authorized(KeptConnection connection) {
        if (!connection.state().equals(Events.ConnectionState.AUTHORIZED)) {
            store.change(tx -> tell(tx, connection, Events.ConnectionState.AUTHORIZED, null));
        }
    }

    private void tell(Tx tx, KeptConnection connection, String state, String why) {
        var now = time.instant();
        data.connections.update(tx, connection.key(), before -> before.in(state, why, now));
    }

    /** It, unless it was put otherwise, or deleted, since. */
    Optional<KeptConnection> unchanged(Authorizing of) {
        return store.read(tx -> unchanged(tx, of));
    }

    private Optional<KeptConnection> unchanged(ReadTx tx, Authorizing of) {
        return data.connections.get(tx, of.key()).filter(it -> it.authorized().equals(of.since())
                && it.state().equals(Events.ConnectionState.AUTHORIZING));
    }

    /** No first token was had. */
    void refused(Tx tx, Authorizing of, String why) {
        unchanged(tx, of).ifPresent(it -> tell(tx, it, Events.ConnectionState.DEAUTHORIZED, why));
    }

    private KeptConnection change(Caller caller, String name, UnaryOperator<KeptConnection> how) {
        return store.write(tx -> {
            var changed = how.apply(existing(tx, caller, name));
            data.connections.put(tx, changed.key(), changed);
            authorize.accept(tx, changed);
            return changed;
        });
    }

    private KeptConnection existing(ReadTx tx, Caller caller, String name) {
        return data.connections.get(tx, EventsData.key(caller, name)).orElseThrow(() -> none(name));
    }

    private static RuntimeException none(String name) {
        return new Events.ResourceNotFoundException(
                "Failed to describe the connection(s). Connection '" + name + "' does not exist.");
    }

    Events.DeleteConnectionResponse delete(Caller caller, String name) {
        var it = store.<KeptConnection>write(tx -> {
            var connection = existing(tx, caller, name);
            data.connections.delete(tx, connection.key());
            if (connection.secretArn() != null) {
                var secret = secretKey(connection, connection.secretArn());
                data.abandoned.add(tx, time.instant(), secret, secret);
            }
            return connection.in(Events.ConnectionState.DELETING, null, time.instant());
        });
        return Events.DeleteConnectionResponse.of(r -> r.connectionArn(it.arn()).connectionState(it.state())
                .creationTime(it.created()).lastModifiedTime(it.modified()).lastAuthorizedTime(it.authorized()));
    }

    /** The one that an ARN names, unless it was deleted, or made anew, since. */
    Optional<KeptConnection> find(ReadTx tx, String arn) {
        var parts = Arn.parse(arn);
        var names = parts.resource().split("/");
        return data.connections.get(tx, Key.of(parts.account(), parts.region(), names[1]))
                .filter(connection -> connection.arn().equals(arn));
    }

    void requireExisting(ReadTx tx, String arn) {
        if (find(tx, arn).isEmpty()) {
            throw none(Arn.parse(arn).resource().split("/")[1]);
        }
    }

    Events.DescribeConnectionResponse describe(Caller caller, String name) {
        var connection = withSecret(store.read(tx -> existing(tx, caller, name)));
        var told = withoutSecrets(parameters(connection));
        var shape = (Events.ConnectionAuthResponseParameters) Trees.lenient(
                Events.MODEL.structure("ConnectionAuthResponseParameters"), told, _ -> {});
        return Events.DescribeConnectionResponse.of(r -> r.connectionArn(connection.arn()).name(name)
                .description(connection.description()).connectionState(connection.state())
                .authorizationType(connection.type()).secretArn(connection.secretArn()).authParameters(shape)
                .kmsKeyIdentifier(connection.kmsKey()).stateReason(connection.failure())
                .creationTime(connection.created()).lastModifiedTime(connection.modified())
                .lastAuthorizedTime(connection.authorized()));
    }

    /**
     * Values of parameters that are marked as secret are left out; passwords have no place in the answer's shape
     * anyway.
     */
    private static Map<String, Object> withoutSecrets(Map<String, Object> tree) {
        var told = new LinkedHashMap<String, Object>();
        boolean secret = Boolean.TRUE.equals(tree.get("IsValueSecret"));
        tree.forEach((name, value) -> {
            if (!(secret && name.equals("Value"))) {
                told.put(name, told(value));
            }
        });
        return told;
    }

    @SuppressWarnings("unchecked")
    private static Object told(Object value) {
        return switch (value) {
            case Map<?, ?> map -> withoutSecrets((Map<String, Object>) map);
            case List<?> list -> list.stream().map(Connections::told).toList();
            default -> value;
        };
    }

    Events.ListConnectionsResponse list(Caller caller, Events.ListConnectionsRequest input) {
        return store.read(tx -> {
            var all = data.connections.range(tx, EventsData.all(caller)).map(Row::value)
                    .filter(it -> input.connectionState() == null || input.connectionState().equals(it.state()));
            var page = NamedPage.of(all, KeptConnection::name, input.namePrefix(), input.nextToken(), input.limit(),
                    PAGE, Refusals::badToken);
            return Events.ListConnectionsResponse.of(r -> r.connections(page.items().stream().map(Connections::told)
                    .toList())
                    .nextToken(page.next()));
        });
    }

    private static Events.Connection told(KeptConnection connection) {
        return Events.Connection.of(c -> c.connectionArn(connection.arn()).name(connection.name())
                .connectionState(connection.state()).stateReason(connection.failure())
                .authorizationType(connection.type()).creationTime(connection.created())
                .lastModifiedTime(connection.modified()).lastAuthorizedTime(connection.authorized()));
    }
}
