package dev.aloft.service.kinesis;

import dev.aloft.api.Caller;
import dev.aloft.api.Kinesis;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.store.Tx;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.kinesis.KinesisData.KeptStream;
import java.time.Instant;

/**
 * Whether a stream has the shards that it is told to have or those that its load asks for, and what one on demand is
 * made ready for beforehand.
 *
 * @see <a href="https://docs.aws.amazon.com/streams/latest/dev/how-do-i-size-a-stream.html">Choose the right mode</a>
 */
final class CapacityModes {
    /** UpdateStreamMode of a stream within a day. */
    private static final int MOST_CHANGES = 2;

    private final Streams streams;
    private final Shards shards;
    private final Store store;
    private final Time time;

    CapacityModes(Streams streams, Shards shards, Store store, Time time) {
        this.streams = streams;
        this.shards = shards;
        this.store = store;
        this.time = time;
    }

    void change(Caller caller, Kinesis.UpdateStreamModeRequest input) {
        boolean onDemand = Streams.ON_DEMAND.equals(input.streamModeDetails().streamMode());
        var now = time.instant();
        store.change(tx -> {
            var stream = streams.active(tx, caller, null, input.streamARN());
            streams.checkWarmth(tx, caller, onDemand, input.warmThroughputMiBps());
            var changed = stream;
            if (stream.onDemand() != onDemand) {
                streams.checkRate(tx, stream, "UpdateStreamMode", MOST_CHANGES, now);
                if (onDemand) {
                    streams.checkOnDemandLimit(tx, caller);
                }
                changed = stream.withMode(onDemand, null);
                streams.changed(tx, changed, now);
            }
            if (input.warmThroughputMiBps() != null) {
                warm(tx, changed, input.warmThroughputMiBps(), now);
            }
        });
    }

    private KeptStream warm(Tx tx, KeptStream stream, int mebibytesPerSecond, Instant now) {
        var warm = stream.withWarmth(mebibytesPerSecond);
        var scaled = shards.scale(tx, warm, Streams.shardsFor(mebibytesPerSecond), now);
        streams.changed(tx, scaled, now);
        return scaled;
    }

    Kinesis.UpdateStreamWarmThroughputResponse warm(Caller caller, Kinesis.UpdateStreamWarmThroughputRequest input) {
        var now = time.instant();
        return store.write(tx -> {
            var stream = streams.active(tx, caller, input.streamName(), input.streamARN());
            streams.checkWarmth(tx, caller, stream.onDemand(), input.warmThroughputMiBps());
            var changed = warm(tx, stream, input.warmThroughputMiBps(), now);
            return Kinesis.UpdateStreamWarmThroughputResponse.of(r -> r.streamARN(stream.arn())
                    .streamName(stream.name())
                    .warmThroughput(streams.warmth(tx, changed)));
        });
    }
}
