package dev.aloft.kernel.delivery.poll;

import dev.aloft.api.ApiError;
import dev.aloft.api.Arn;
import dev.aloft.api.Caller;
import dev.aloft.api.Endpoint;
import dev.aloft.api.Kinesis;
import dev.aloft.kernel.time.Signal;
import dev.aloft.kernel.time.Time;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * A consumer of a Kinesis data stream with enhanced fan-out, to whom records are pushed: under somebody's role.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html#kinesis-stream-consumer">
 *     Dedicated-throughput consumers</a>
 */
public final class KinesisConsumer implements Stream {
    private static final String CONSUMER = "/consumer/";
    /** How many events of a subscription wait for whoever reads; then nothing more is taken of it. */
    private static final int MOST_WAITING = 4;
    private static final Duration ONCE_A_SECOND = Duration.ofSeconds(1);

    private final Kinesis kinesis;
    private final Arn consumer;
    private final Supplier<Caller> reader;
    private final KinesisStream stream;
    private final Time time;
    private final Map<String, Subscription> subscriptions = new ConcurrentHashMap<>();

    /**
     * @param reader the role, asked before each call
     * @param role   its ARN, as records tell it
     */
    public KinesisConsumer(Endpoint endpoint, Arn consumer, Supplier<Caller> reader, Supplier<String> role, Time time) {
        kinesis = Kinesis.at(endpoint);
        this.consumer = consumer;
        this.reader = reader;
        this.time = time;
        stream = new KinesisStream(endpoint, streamOf(consumer), consumer, reader, role);
    }

    public static boolean isConsumer(Arn source) {
        return source.service().equals("kinesis") && source.resource().contains(CONSUMER);
    }

    /** The stream that a source is or that it consumes. */
    public static Arn streamOf(Arn source) {
        String text = source.toString();
        return isConsumer(source) ? Arn.parse(text.substring(0, text.indexOf(CONSUMER))) : source;
    }

    @Override
    public List<Shard> shards() {
        // Nobody lists the shards of a consumer, but one that is gone has none.
        kinesis.describeStreamConsumer(reader.get(),
                Kinesis.DescribeStreamConsumerRequest.of(r -> r.consumerARN(consumer.toString())));
        return stream.shards();
    }

    /** A place in a shard; who reads there subscribes. */
    @Override
    public String iterator(String shard, Start start) {
        leave(shard);
        return switch (start) {
            case Start.Horizon _ -> "TRIM_HORIZON";
            case Start.At(var moment) -> "AT_TIMESTAMP " + moment;
            case Start.After(var number) -> "AFTER_SEQUENCE_NUMBER " + number;
        };
    }

    private static Kinesis.StartingPosition position(String iterator) {
        String[] words = iterator.split(" ");
        return Kinesis.StartingPosition.of(p -> {
            p.type(words[0]);
            switch (words[0]) {
                case "AT_TIMESTAMP" -> p.timestamp(Instant.parse(words[1]));
                case "AFTER_SEQUENCE_NUMBER" -> p.sequenceNumber(words[1]);
                default -> { }
            }
        });
    }

    @Override
    public Page read(String shard, String iterator, int most, Duration patience) throws InterruptedException {
        // Each shard has one reader.
        var known = subscriptions.get(shard);
        var subscription = known != null ? known : subscribe(shard, iterator);
        var told = subscription.next(patience.compareTo(ONCE_A_SECOND) < 0 ? patience : ONCE_A_SECOND);
        if (told.isEmpty()) {
            if (subscription.isOver()) {
                leave(shard);
                subscription.check();
            }
            return new Page(List.of(), Optional.of(iterator));
        }
        var items = told.get().records().stream().map(record -> stream.item(shard, record)).toList();
        return new Page(items, Optional.ofNullable(told.get().continuationSequenceNumber())
                .map(number -> "AFTER_SEQUENCE_NUMBER " + number));
    }

    private Subscription subscribe(String shard, String iterator) {
        var subscription = new Subscription(kinesis.subscribeToShard(reader.get(),
                Kinesis.SubscribeToShardRequest.of(r -> r
                .consumerARN(consumer.toString()).shardId(shard).startingPosition(position(iterator)))).eventStream());
        subscriptions.put(shard, subscription);
        time.start("subscription to " + shard + " of " + consumer.resource(), subscription::take);
        return subscription;
    }

    @Override
    public void leave(String shard) {
        var subscription = subscriptions.remove(shard);
        if (subscription != null) {
            subscription.close();
        }
    }

    /** None: reading waits by itself. */
    @Override
    public Duration rest() {
        return Duration.ZERO;
    }

    @Override
    public boolean isStale(String errorCode) {
        return false;
    }

    @Override
    public Map<String, Object> filtered(Item item) {
        return stream.filtered(item);
    }

    /** What is pushed to one shard's reader: a thread takes it, a few events ahead. */
    private final class Subscription {
        private final Iterator<Kinesis.SubscribeToShardEventStream> events;
        private final Queue<Kinesis.SubscribeToShardEvent> waiting = new ArrayDeque<>();
        private final Signal changed = new Signal();
        private boolean over;
        private ApiError failure;

        Subscription(Iterator<Kinesis.SubscribeToShardEventStream> events) {
            this.events = events;
        }

        void take() {
            try {
                while (hasRoom() && events.hasNext()) {
                    if (events.next() instanceof Kinesis.SubscribeToShardEventStream.SubscribeToShardEvent(var event)) {
                        add(event);
                    }
                }
            } catch (ApiError refused) {
                fail(refused);
            } catch (InterruptedException _) {
                // The platform is stopping.
            } finally {
                close();
            }
        }

        private boolean hasRoom() throws InterruptedException {
            while (true) {
                long seen = changed.count();
                synchronized (this) {
                    if (over || waiting.size() < MOST_WAITING) {
                        return !over;
                    }
                }
                time.await(changed, seen, time.instant().plus(ONCE_A_SECOND));
            }
        }

        private synchronized void add(Kinesis.SubscribeToShardEvent event) {
            waiting.add(event);
            changed.raise();
        }

        private synchronized void fail(ApiError refused) {
            failure = refused;
        }

        synchronized boolean isOver() {
            return over && waiting.isEmpty();
        }

        /** @throws ApiError why it ended, if that was told */
        synchronized void check() {
            if (failure != null) {
                throw failure;
            }
        }

        /** Waits so long for an event; what came before the end of the subscription is told to its end. */
        Optional<Kinesis.SubscribeToShardEvent> next(Duration patience) throws InterruptedException {
            var end = time.instant().plus(patience);
            while (true) {
                long seen = changed.count();
                synchronized (this) {
                    var event = waiting.poll();
                    if (event != null) {
                        changed.raise();
                        return Optional.of(event);
                    }
                    if (over || !time.instant().isBefore(end)) {
                        return Optional.empty();
                    }
                }
                time.await(changed, seen, end);
            }
        }

        void close() {
            synchronized (this) {
                over = true;
            }
            changed.raise();
            if (events instanceof AutoCloseable closeable) {
                try {
                    closeable.close();
                } catch (Exception e) {
                    // closed is closed
                }
            }
        }
    }
}
