package dev.aloft.service.events;

import dev.aloft.api.Arn;
import dev.aloft.api.Caller;
import dev.aloft.api.Events;
import dev.aloft.kernel.call.NamedPage;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.kernel.store.Row;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.events.EventsData.KeptConnection;
import dev.aloft.service.events.EventsData.KeptDestination;
import java.util.Optional;
import java.util.UUID;

/** API destinations: web servers that events are sent to. */
final class ApiDestinations {
    private static final int MOST = 3_000;
    private static final int PAGE = 100;
    static final int USUAL_RATE = 300;

    private final EventsData data;
    private final Connections connections;
    private final Store store;
    private final Time time;

    ApiDestinations(EventsData data, Connections connections, Store store, Time time) {
        this.data = data;
        this.connections = connections;
        this.store = store;
        this.time = time;
    }

    /** A destination as it stands. */
    record Standing(KeptDestination destination, Optional<KeptConnection> connection) {
        boolean isActive() {
            return connection.filter(it -> it.state().equals(Events.ConnectionState.AUTHORIZED)).isPresent();
        }

        String state() {
            return isActive() ? Events.ApiDestinationState.ACTIVE : Events.ApiDestinationState.INACTIVE;
        }
    }

    /** Plain http is for servers beside this platform. */
    private static void requireUrl(String endpoint) {
        if (!endpoint.matches("https?://[^/?#]+.*")) {
            throw Refusals.invalid("Parameter InvocationEndpoint is not valid. Reason: It must be the "
                    + "URL of a web server.");
        }
    }

    Events.CreateApiDestinationResponse create(Caller caller, Events.CreateApiDestinationRequest input) {
        requireUrl(input.invocationEndpoint());
        var now = time.instant();
        var destination = new KeptDestination(caller.account(), caller.region(), input.name(),
                EventsResources.id(caller, input.name()),
                input.description(), input.connectionArn(), input.httpMethod(), input.invocationEndpoint(),
                input.invocationRateLimitPerSecond() == null ? USUAL_RATE : input.invocationRateLimitPerSecond(), now,
                        now);
        var made = store.<Standing>write(tx -> {
            if (data.destinations.has(tx, destination.key())) {
                throw new Events.ResourceAlreadyExistsException("An api-destination '" + input.name()
                        + "' already exists.");
            }
            connections.requireExisting(tx, input.connectionArn());
            if (data.destinations.range(tx, EventsData.all(caller)).count() >= MOST) {
                throw Refusals.tooMany();
            }
            data.destinations.put(tx, destination.key(), destination);
            return standing(tx, destination);
        });
        return Events.CreateApiDestinationResponse.of(r -> r.apiDestinationArn(destination.arn())
                .apiDestinationState(made.state()).creationTime(now).lastModifiedTime(now));
    }

    private Standing standing(ReadTx tx, KeptDestination destination) {
        return new Standing(destination, connections.find(tx, destination.connectionArn()));
    }

    Events.UpdateApiDestinationResponse update(Caller caller, Events.UpdateApiDestinationRequest input) {
        if (input.invocationEndpoint() != null) {
            requireUrl(input.invocationEndpoint());
        }
        var standing = store.<Standing>write(tx -> {
            var before = existing(tx, caller, input.name());
            var connection = or(input.connectionArn(), before.connectionArn());
            connections.requireExisting(tx, connection);
            var changed = new KeptDestination(before.account(), before.region(), before.name(), before.id(),
                    or(input.description(), before.description()), connection, or(input.httpMethod(), before.method()),
                    or(input.invocationEndpoint(), before.url()),
                    or(input.invocationRateLimitPerSecond(), before.rateLimit()), before.created(), time.instant());
            data.destinations.put(tx, changed.key(), changed);
            return standing(tx, changed);
        });
        var it = standing.destination();
        return Events.UpdateApiDestinationResponse.of(r -> r.apiDestinationArn(it.arn())
                .apiDestinationState(standing.state()).creationTime(it.created()).lastModifiedTime(it.modified()));
    }

    private static <T> T or(T given, T otherwise) {
        return given == null ? otherwise : given;
    }

    Events.DescribeApiDestinationResponse describe(Caller caller, String name) {
        var standing = store.<Standing>read(tx -> standing(tx, existing(tx, caller, name)));
        var it = standing.destination();
        return Events.DescribeApiDestinationResponse.of(r -> r.apiDestinationArn(it.arn()).name(it.name())
                .description(it.description()).apiDestinationState(standing.state()).connectionArn(it.connectionArn())
                .invocationEndpoint(it.url()).httpMethod(it.method()).invocationRateLimitPerSecond(it.rateLimit())
                .creationTime(it.created()).lastModifiedTime(it.modified()));
    }

    private KeptDestination existing(ReadTx tx, Caller caller, String name) {
        return data.destinations.get(tx, EventsData.key(caller, name))
                .orElseThrow(() -> new Events.ResourceNotFoundException(
                "Failed to describe the api-destination(s). An api-destination '" + name + "' does not exist."));
    }

    /** The one that an ARN names. */
    Optional<Standing> find(Arn arn) {
        var names = arn.resource().split("/");
        return store.read(tx -> data.destinations.get(tx, Key.of(arn.account(), arn.region(), names[1]))
                .filter(it -> it.arn().equals(arn.toString())).map(it -> standing(tx, it)));
    }

    void delete(Caller caller, String name) {
        store.change(tx -> data.destinations.delete(tx, existing(tx, caller, name).key()));
    }

    Events.ListApiDestinationsResponse list(Caller caller, Events.ListApiDestinationsRequest input) {
        return store.read(tx -> {
            var all = data.destinations.range(tx, EventsData.all(caller)).map(Row::value)
                    .filter(it -> input.connectionArn() == null || input.connectionArn().equals(it.connectionArn()));
            var page = NamedPage.of(all, KeptDestination::name, input.namePrefix(), input.nextToken(), input.limit(),
                    PAGE, Refusals::badToken);
            return Events.ListApiDestinationsResponse.of(r -> r.nextToken(page.next())
                    .apiDestinations(page.items().stream().map(it -> told(standing(tx, it))).toList()));
        });
    }

    private static Events.ApiDestination told(Standing standing) {
        var it = standing.destination();
        return Events.ApiDestination.of(d -> d.apiDestinationArn(it.arn()).name(it.name())
                .apiDestinationState(standing.state())
                .connectionArn(it.connectionArn()).invocationEndpoint(it.url()).httpMethod(it.method())
                .invocationRateLimitPerSecond(it.rateLimit()).creationTime(it.created())
                        .lastModifiedTime(it.modified()));
    }
}
