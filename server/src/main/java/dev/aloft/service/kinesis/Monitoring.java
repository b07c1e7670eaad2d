package dev.aloft.service.kinesis;

import dev.aloft.api.Caller;
import dev.aloft.api.Kinesis;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.time.Time;
import java.util.List;
import java.util.TreeSet;

/** Which metrics of its shards a stream has. */
final class Monitoring {
    private final Streams streams;
    private final Store store;
    private final Time time;

    Monitoring(Streams streams, Store store, Time time) {
        this.streams = streams;
        this.store = store;
        this.time = time;
    }

    Kinesis.EnhancedMonitoringOutput enable(Caller caller, Kinesis.EnableEnhancedMonitoringRequest input) {
        var change = change(caller, input.streamName(), input.streamARN(), input.shardLevelMetrics(), true);
        return Kinesis.EnhancedMonitoringOutput.of(r -> r.streamName(change.name()).streamARN(change.arn())
                .currentShardLevelMetrics(change.before()).desiredShardLevelMetrics(change.after()));
    }

    Kinesis.EnhancedMonitoringOutput disable(Caller caller, Kinesis.DisableEnhancedMonitoringRequest input) {
        var change = change(caller, input.streamName(), input.streamARN(), input.shardLevelMetrics(), false);
        return Kinesis.EnhancedMonitoringOutput.of(r -> r.streamName(change.name()).streamARN(change.arn())
                .currentShardLevelMetrics(change.before()).desiredShardLevelMetrics(change.after()));
    }

    private record Change(String name, String arn, List<String> before, List<String> after) {
    }

    private Change change(Caller caller, String name, String arn, List<String> given, boolean on) {
        var meant = given.contains("ALL") ? Measures.OF_SHARDS : given;
        var now = time.instant();
        return store.write(tx -> {
            var stream = streams.active(tx, caller, name, arn);
            var metrics = new TreeSet<>(stream.metrics());
            if (on) {
                metrics.addAll(meant);
            } else {
                meant.forEach(metrics::remove);
            }
            streams.changed(tx, stream.withMetrics(List.copyOf(metrics)), now);
            return new Change(stream.name(), stream.arn(), stream.metrics(), List.copyOf(metrics));
        });
    }
}
