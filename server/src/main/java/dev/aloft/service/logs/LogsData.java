package dev.aloft.service.logs;

import dev.aloft.api.Arn;
import dev.aloft.api.Caller;
import dev.aloft.kernel.store.Codec;
import dev.aloft.kernel.store.Due;
import dev.aloft.kernel.store.Index;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Space;
import dev.aloft.kernel.store.Table;
import dev.aloft.kernel.store.Tx;
import dev.aloft.kernel.time.Signal;
import java.util.List;

/** All that is kept. A log group's data stands under its id, so a deleted group's can be cleared away later. */
final class LogsData {
    private static final Key LAST_ID = Key.of("lastId");

    /** (account, region, name). */
    final Table<Group> groups = Table.of("groups", Codec.of(Group.class));
    /** (group, name). */
    final Table<LogStream> streams = Table.of("streams", Codec.of(LogStream.class));
    /** (group, moment of the last event). */
    final Index<LogStream> streamsByLastEvent =
        streams.index("streamsByLastEvent", stream -> List.of(Key.of(stream.group(), stream.lastEvent())));
    /** (id). */
    final Index<LogStream> streamsById = streams.index("streamsById", stream -> List.of(Key.of(stream.id())));
    /** (group, first moment, stream, number). */
    final Table<Piece> pieces = Table.of("pieces", Codec.of(Piece.class));
    /** (group, stream, first moment, number): the pieces of one stream. */
    final Space piecesOfStream = Space.of("piecesOfStream");
    /** (group, number): all data keys that a group ever had; pieces name theirs. */
    final Table<GroupKeys.GroupKey> groupKeys = Table.of("groupKeys", Codec.of(GroupKeys.GroupKey.class));
    /** (group) to the bytes of its messages, as AWS counts them. */
    final Table<Long> storedBytes = Table.of("storedBytes", Codec.NUMBER);
    /** (account, region, name). */
    final Table<KeptDestination> destinations = Table.of("destinations", Codec.of(KeptDestination.class));
    /** (account, region, name). */
    final Table<ResourcePolicies.Kept> resourcePolicies =
            Table.of("resourcePolicies", Codec.of(ResourcePolicies.Kept.class));
    /** (group, name). */
    final Table<MetricFilter> metricFilters = Table.of("metricFilters", Codec.of(MetricFilter.class));
    /** (group, name). */
    final Table<SubscriptionFilter> subscriptionFilters =
        Table.of("subscriptionFilters", Codec.of(SubscriptionFilter.class));
    /** (account, region, name). */
    final Table<DeliverySources.Kept> deliverySources =
        Table.of("deliverySources", Codec.of(DeliverySources.Kept.class));
    /** (ARN of the resource, type of log). */
    final Index<DeliverySources.Kept> sourcesOfResource = deliverySources.index("sourcesOfResource",
        source -> List.of(Key.of(source.resourceArn(), source.logType())));
    /** (account, region, name). */
    final Table<DeliveryDestinations.Kept> deliveryDestinations =
        Table.of("deliveryDestinations", Codec.of(DeliveryDestinations.Kept.class));
    /** (account, region, id). */
    final Table<LogDeliveries.Kept> logDeliveries = Table.of("logDeliveries", Codec.of(LogDeliveries.Kept.class));
    /** (account, region, source's name). */
    final Index<LogDeliveries.Kept> deliveriesOfSource = logDeliveries.index("deliveriesOfSource",
        delivery -> List.of(Key.of(delivery.account(), delivery.region(), delivery.source())));
    /** (account, region, destination's name). */
    final Index<LogDeliveries.Kept> deliveriesToDestination = logDeliveries.index("deliveriesToDestination",
        delivery -> List.of(DeliveryDestinations.key(Arn.parse(delivery.destinationArn()))));
    final Signal minutes = new Signal();
    /** (group, metric filter, minute): when the minute is over. */
    final Due<MetricFilters.QuietMinute> quietMinutes =
        new Due<>(Space.of("quietMinutes"), Codec.of(MetricFilters.QuietMinute.class), minutes);
    final Signal housekeeping = new Signal();
    /** (group): a group whose oldest events expire then. */
    final Due<Key> expiring = new Due<>(Space.of("expiring"), Codec.KEY, housekeeping);
    /** (group) or (group, stream) that was deleted and whose data is to be cleared away. */
    final Due<Key> clearing = new Due<>(Space.of("clearing"), Codec.KEY, housekeeping);

    static Key group(Caller caller, String name) {
        return Key.of(caller.account(), caller.region(), name);
    }

    static Key piece(long group, long first, long stream, long number) {
        return Key.of(group, first, stream, number);
    }

    static Key pieceOfStream(long group, long stream, long first, long number) {
        return Key.of(group, stream, first, number);
    }

    static long nextId(Tx tx) {
        long id = tx.get(LAST_ID).map(Codec.NUMBER::decode).orElse(0L) + 1;
        tx.put(LAST_ID, Codec.NUMBER.encode(id));
        return id;
    }

    void deleteFilters(Tx tx, long group) {
        metricFilters.range(tx, Key.of(group)).toList().forEach(row -> metricFilters.delete(tx, row.key()));
        subscriptionFilters.range(tx, Key.of(group)).toList().forEach(row -> subscriptionFilters.delete(tx, row.key()));
    }

    void putPiece(Tx tx, long group, long stream, long number, Piece piece) {
        pieces.put(tx, piece(group, piece.first(), stream, number), piece);
        tx.put(piecesOfStream.key(pieceOfStream(group, stream, piece.first(), number)), new byte[0]);
    }

    void deletePiece(Tx tx, Key piece) {
        pieces.delete(tx, piece);
        tx.delete(piecesOfStream.key(pieceOfStream(piece.number(0), piece.number(2), piece.number(1),
            piece.number(3))));
    }
}
