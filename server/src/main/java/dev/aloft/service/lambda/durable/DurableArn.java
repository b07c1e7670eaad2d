package dev.aloft.service.lambda.durable;

import dev.aloft.api.Arn;
import dev.aloft.api.Lambda;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.service.lambda.durable.DurableData.Execution;
import java.util.Optional;

/** {@code arn:aws:lambda:REGION:ACCOUNT:function:NAME:VERSION/durable-execution/EXECUTION/ID}. */
record DurableArn(String account, String region, String function, String version, String name, String id) {
    /** Of a text that the model's pattern allows. */
    static DurableArn parse(String text) {
        var arn = Arn.parse(text);
        var parts = arn.resource().split("[:/]");
        return new DurableArn(arn.account(), arn.region(), parts[1], parts[2], parts[4], parts[5]);
    }

    Optional<Execution> find(ReadTx tx) {
        return DurableData.EXECUTIONS.get(tx, Key.of(account, region, function, name)).filter(it -> it.id().equals(id));
    }

    Execution get(ReadTx tx) {
        return find(tx).orElseThrow(() -> new Lambda.ResourceNotFoundException("Durable Execution does not exist"));
    }
}
