package dev.aloft.service.kinesis;

import dev.aloft.api.Caller;
import dev.aloft.api.Kinesis;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Range;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.kernel.store.Row;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.kinesis.KinesisData.KeptConsumer;
import dev.aloft.service.kinesis.KinesisData.KeptStream;
import java.time.Instant;
import java.util.Map;
import java.util.function.UnaryOperator;

/** Consumers with enhanced fan-out. */
final class Consumers {
    private static final int MOST = 20;
    /** Of a stream on demand whose account has committed itself. */
    private static final int MOST_WHERE_COMMITTED = 50;
    private static final int PAGE = 100;

    private final KinesisData data;
    private final Streams streams;
    private final AccountSettings settings;
    private final Store store;
    private final Time time;

    Consumers(KinesisData data, Streams streams, AccountSettings settings, Store store, Time time) {
        this.data = data;
        this.streams = streams;
        this.settings = settings;
        this.store = store;
        this.time = time;
    }

    Kinesis.RegisterStreamConsumerResponse register(Caller caller, Kinesis.RegisterStreamConsumerRequest input) {
        var now = time.instant();
        return store.write(tx -> {
            var stream = streams.active(tx, caller, null, input.streamARN());
            var made = new KeptConsumer(stream.account(), stream.region(), stream.name(), input.consumerName(), now,
                    Map.of());
            if (data.consumers.has(tx, made.key())) {
                throw new Kinesis.ResourceInUseException("Consumer " + made.name() + " under stream " + stream.name()
                        + " already exists for account " + stream.account() + ".");
            }
            int most = stream.onDemand() && settings.isCommitted(tx, caller) ? MOST_WHERE_COMMITTED : MOST;
            if (data.consumers.range(tx, stream.key()).count() >= most) {
                throw new Kinesis.LimitExceededException("Failed to register consumer " + made.name() + " for stream "
                        + stream.name() + ", account " + stream.account() + ". Exceeded the limit of " + most
                        + " consumers per stream.");
            }
            var tags = Tags.with(caller, made.arn(), Map.of(), input.tags() == null ? Map.of() : input.tags());
            data.consumers.put(tx, made.key(), made.withTags(tags));
            return Kinesis.RegisterStreamConsumerResponse.of(r -> r.consumer(Kinesis.Consumer.of(c -> c
                    .consumerName(made.name()).consumerARN(made.arn()).consumerStatus("CREATING")
                    .consumerCreationTimestamp(made.created()))));
        });
    }

    KeptConsumer existing(ReadTx tx, String consumerArn) {
        return data.byConsumerArn.first(tx, Key.of(consumerArn)).map(Row::value).orElseThrow(
                () -> new Kinesis.ResourceNotFoundException("Consumer " + consumerArn + " not found."));
    }

    private KeptConsumer existing(ReadTx tx, Caller caller, String streamArn, String name, String consumerArn) {
        if (consumerArn != null) {
            return existing(tx, consumerArn);
        }
        if (streamArn == null || name == null) {
            throw new Kinesis.InvalidArgumentException("Either ConsumerARN or both StreamARN and "
                    + "ConsumerName must be provided.");
        }
        var stream = streams.existing(tx, caller, null, streamArn);
        return data.consumers.get(tx, stream.key().and(name)).orElseThrow(() -> new Kinesis.ResourceNotFoundException(
                "Consumer " + name + " under stream " + stream.name() + " under account " + stream.account()
                + " not found."));
    }

    Kinesis.DescribeStreamConsumerResponse describe(Caller caller, Kinesis.DescribeStreamConsumerRequest input) {
        var now = time.instant();
        return store.read(tx -> {
            var it = existing(tx, caller, input.streamARN(), input.consumerName(), input.consumerARN());
            return Kinesis.DescribeStreamConsumerResponse.of(r ->
                    r.consumerDescription(Kinesis.ConsumerDescription.of(c -> c
                    .consumerName(it.name()).consumerARN(it.arn()).consumerStatus(state(tx, it, now))
                    .consumerCreationTimestamp(it.created()).streamARN(it.streamArn()))));
        });
    }

    private String state(ReadTx tx, KeptConsumer consumer, Instant now) {
        return data.streams.get(tx, Key.of(consumer.account(), consumer.region(), consumer.stream()))
                .map(stream -> state(stream, consumer, now)).orElse(States.ACTIVE);
    }

    /** It takes as long to be made as its stream. */
    static String state(KeptStream stream, KeptConsumer consumer, Instant now) {
        return now.isBefore(consumer.created().plus(StreamSettings.of(stream).transition())) ? States.CREATING
                : States.ACTIVE;
    }

    void deregister(Caller caller, Kinesis.DeregisterStreamConsumerRequest input) {
        store.change(tx -> {
            var it = existing(tx, caller, input.streamARN(), input.consumerName(), input.consumerARN());
            data.consumers.delete(tx, it.key());
            data.policies.delete(tx, Key.of(it.arn()));
        });
    }

    Kinesis.ListStreamConsumersResponse list(Caller caller, Kinesis.ListStreamConsumersRequest input) {
        int limit = input.maxResults() == null ? PAGE : input.maxResults();
        var now = time.instant();
        var after = input.nextToken() == null ? null : Tokens.fields(input.nextToken(), 1, now)[0];
        return store.read(tx -> {
            var stream = streams.existing(tx, caller, null, input.streamARN());
            Shards.checkCreation(stream, input.streamCreationTimestamp());
            var all = Range.of(stream.key());
            var page = data.consumers.page(tx, after == null ? all : all.after(stream.key().and(after)), limit);
            return Kinesis.ListStreamConsumersResponse.of(r -> r
                    .nextToken(page.next().isPresent() ? Tokens.of(now, page.values().getLast().name()) : null)
                    .consumers(page.values().stream().map(it -> Kinesis.Consumer.of(c -> c.consumerName(it.name())
                            .consumerARN(it.arn()).consumerStatus(state(stream, it, now))
                            .consumerCreationTimestamp(it.created())))
                            .toList()));
        });
    }

    void tag(String consumerArn, UnaryOperator<Map<String, String>> change) {
        store.change(tx -> {
            var it = existing(tx, consumerArn);
            data.consumers.put(tx, it.key(), it.withTags(change.apply(it.tags())));
        });
    }
}
