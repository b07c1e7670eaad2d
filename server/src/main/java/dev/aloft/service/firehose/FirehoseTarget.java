package dev.aloft.service.firehose;

import dev.aloft.api.Arn;
import dev.aloft.api.Bytes;
import dev.aloft.api.Caller;
import dev.aloft.api.Endpoint;
import dev.aloft.api.Firehose;
import dev.aloft.kernel.call.Event;
import dev.aloft.kernel.call.Target;

/** Puts events of rules, schedules and topics into a delivery stream: a record each. */
public final class FirehoseTarget implements Target {
    private final Firehose firehose;

    public FirehoseTarget(Endpoint endpoint) {
        this.firehose = Firehose.at(endpoint);
    }

    @Override
    public String service() {
        return "firehose";
    }

    @Override
    public void deliver(Caller caller, Arn target, Event event) {
        var owner = caller.in(target.account(), target.region());
        firehose.putRecord(owner,
                Firehose.PutRecordRequest.of(r -> r.deliveryStreamName(target.resource().split("/", 2)[1])
                .record(Firehose.Record.of(it -> it.data(Bytes.of(event.body()))))));
    }
}
