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
            var stream = streams.existing(tx, caller, null, input.streamARN());
            var made = new KeptConsumer(stream.account(), stream.region(), stream.name(), input.consumerName(), now,
                    input.tags() == null ? Map.of() : input.tags());
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
            data.consumers.put(tx, made.key(), made);
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
        return store.read(tx -> {
            var it = existing(tx, caller, input.streamARN(), input.consumerName(), input.consumerARN());
            return Kinesis.DescribeStreamConsumerResponse.of(r ->
                    r.consumerDescription(Kinesis.ConsumerDescription.of(c -> c
                    .consumerName(it.name()).consumerARN(it.arn()).consumerStatus("ACTIVE")
                    .consumerCreationTimestamp(it.created()).streamARN(it.streamArn()))));
        });
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
                            .consumerARN(it.arn()).consumerStatus("ACTIVE").consumerCreationTimestamp(it.created())))
                            .toList()));
        });
    }

    void tag(String consumerArn, UnaryOperator<Map<String, String>> change) {
        store.change(tx -> {
            var it = existing(tx, consumerArn);
            data.consumers.put(tx, it.key(),
                    new KeptConsumer(it.account(), it.region(), it.stream(), it.name(), it.created(),
                    change.apply(it.tags())));
        });
    }
}
