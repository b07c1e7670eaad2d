package dev.aloft.service.kinesis;

import dev.aloft.api.Caller;
import dev.aloft.api.Kinesis;

/** For how long a stream keeps its records. */
final class Retention {
    static final int SHORTEST_HOURS = 24;
    private static final int LONGEST_HOURS = 8760;

    private final Streams streams;

    Retention(Streams streams) {
        this.streams = streams;
    }

    void increase(Caller caller, Kinesis.IncreaseStreamRetentionPeriodRequest input) {
        int hours = checkedHours(input.retentionPeriodHours());
        streams.change(caller, input.streamName(), input.streamARN(), stream -> {
            if (hours < stream.retentionHours()) {
                throw new Kinesis.InvalidArgumentException("Requested retention period (" + hours
                        + " hours) for stream "
                        + stream.name() + " can not be shorter than existing retention period ("
                        + stream.retentionHours()
                        + " hours). Use DecreaseRetentionPeriod API.");
            }
            return stream.withRetention(hours);
        });
    }

    void decrease(Caller caller, Kinesis.DecreaseStreamRetentionPeriodRequest input) {
        int hours = checkedHours(input.retentionPeriodHours());
        streams.change(caller, input.streamName(), input.streamARN(), stream -> {
            if (hours > stream.retentionHours()) {
                throw new Kinesis.InvalidArgumentException("Requested retention period (" + hours
                        + " hours) for stream "
                        + stream.name() + " can not be longer than existing retention period ("
                        + stream.retentionHours()
                        + " hours). Use IncreaseRetentionPeriod API.");
            }
            return stream.withRetention(hours);
        });
    }

    private static int checkedHours(int hours) {
        if (hours < SHORTEST_HOURS) {
            throw new Kinesis.InvalidArgumentException("Minimum allowed retention period is 24 hours. Requested "
                    + "retention period ("
                    + hours + " hours) is too short.");
        }
        if (hours > LONGEST_HOURS) {
            throw new Kinesis.InvalidArgumentException("Maximum allowed retention period is 8760 hours. Requested "
                    + "retention period ("
                    + hours + " hours) is too long.");
        }
        return hours;
    }
}
