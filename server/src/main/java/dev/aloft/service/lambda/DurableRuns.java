package dev.aloft.service.lambda;

import dev.aloft.api.Caller;
import dev.aloft.kernel.store.Tx;
import dev.aloft.service.lambda.durable.DurableExecutions;
import dev.aloft.service.lambda.invoke.ExecutionRoles;
import dev.aloft.service.lambda.invoke.Invocation;
import dev.aloft.service.lambda.invoke.Invocations;
import dev.aloft.service.lambda.invoke.Outcome;

/** The functions of durable executions, as these need them. */
record DurableRuns(Functions functions, Invocations invocations, ExecutionRoles roles, DurableChanges changes)
        implements DurableExecutions.Functions {
    @Override
    public Outcome run(Caller lambda, String functionArn, String version, String requestId, byte[] event,
            String trace) {
        var name = FunctionName.of(lambda, functionArn, version);
        return invocations.run(functions.runnable(name), lambda,
                new Invocation(requestId, name.qualifiedArn(), event, trace, null), false)
                .outcome();
    }

    @Override
    public void changed(Tx tx, DurableExecutions.Change change) {
        changes.changed(tx, change);
    }

    @Override
    public Caller role(Caller lambda, String functionArn, String version) {
        var name = FunctionName.of(lambda, functionArn, version);
        return roles.assume(lambda, functions.configuration(name).role(), name.name()).caller();
    }

    @Override
    public DurableExecutions.Target target(Caller caller, String functionName) {
        var name = FunctionName.of(caller, functionName);
        boolean durable = functions.configuration(name.qualifier() == null ? name.with(FunctionName.LATEST)
                : name).durableConfig() != null;
        return new DurableExecutions.Target(name.account(), name.region(), name.name(), durable);
    }
}
