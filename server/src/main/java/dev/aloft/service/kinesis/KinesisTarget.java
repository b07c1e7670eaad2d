package dev.aloft.service.kinesis;

import dev.aloft.api.Arn;
import dev.aloft.api.Bytes;
import dev.aloft.api.Caller;
import dev.aloft.api.Endpoint;
import dev.aloft.api.Kinesis;
import dev.aloft.kernel.call.Event;
import dev.aloft.kernel.call.Target;
import java.util.UUID;

/** Puts events of rules, schedules and pipes into a stream: a record each. */
public final class KinesisTarget implements Target {
    private final Kinesis kinesis;

    public KinesisTarget(Endpoint endpoint) {
        this.kinesis = Kinesis.at(endpoint);
    }

    @Override
    public String service() {
        return "kinesis";
    }

    @Override
    public void deliver(Caller caller, Arn target, Event event) {
        // A destination of CloudWatch Logs may be a stream in another region.
        kinesis.putRecord(caller.in(caller.account(), target.region()),
                Kinesis.PutRecordRequest.of(r -> r.streamARN(target.toString()).data(Bytes.of(event.body()))
                .partitionKey(event.partitionKey() == null ? UUID.randomUUID().toString() : event.partitionKey())));
    }
}
