package dev.aloft.service.lambda;

import dev.aloft.api.Caller;
import dev.aloft.api.Lambda;
import dev.aloft.kernel.store.Store;
import dev.aloft.service.lambda.invoke.Concurrency;

/**
 * What an account sets aside for a function.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html">Reserved concurrency</a>
 */
final class ReservedConcurrency {
    private final Store store;
    private final Functions functions;
    private final Concurrency concurrency;

    ReservedConcurrency(Store store, Functions functions, Concurrency concurrency) {
        this.store = store;
        this.functions = functions;
        this.concurrency = concurrency;
    }

    Lambda.Concurrency put(Caller caller, Lambda.PutFunctionConcurrencyRequest r) {
        FunctionName name = FunctionName.of(caller, r.functionName()).latestOnly();
        int wanted = r.reservedConcurrentExecutions();
        store.change(tx -> {
            LambdaData.Function function = functions.find(tx, name);
            int others = Claimed.claimed(tx, name.account(), name.region()) - Claimed.claim(tx, name, function);
            if (concurrency.limit() - others - wanted < concurrency.leastUnreserved()) {
                throw new Lambda.InvalidParameterValueException("Specified ReservedConcurrentExecutions for "
                        + "function decreases account's UnreservedConcurrentExecution below its minimum value of ["
                        + concurrency.leastUnreserved() + "].");
            }
            int provisioned = Claimed.provisioned(tx, name);
            if (wanted < provisioned) {
                // The blanks are AWS's.
                throw new Lambda.InvalidParameterValueException(" ReservedConcurrentExecutions  " + wanted
                        + " should not be lower than function's total provisioned concurrency [" + provisioned + "].");
            }
            LambdaData.FUNCTIONS.put(tx, LambdaData.key(name), function.withReserved(wanted));
            tx.afterCommit(() -> concurrency.changed(name.account(), name.region()));
        });
        return Lambda.Concurrency.of(c -> c.reservedConcurrentExecutions(wanted));
    }

    Lambda.GetFunctionConcurrencyResponse get(Caller caller, Lambda.GetFunctionConcurrencyRequest r) {
        FunctionName name = FunctionName.of(caller, r.functionName()).latestOnly();
        Integer reserved = store.read(tx -> functions.find(tx, name)).reserved();
        return Lambda.GetFunctionConcurrencyResponse.of(a -> a.reservedConcurrentExecutions(reserved));
    }

    Lambda.DeleteFunctionConcurrencyResponse delete(Caller caller, Lambda.DeleteFunctionConcurrencyRequest r) {
        FunctionName name = FunctionName.of(caller, r.functionName()).latestOnly();
        store.change(tx -> {
            LambdaData.FUNCTIONS.put(tx, LambdaData.key(name), functions.find(tx, name).withReserved(null));
            tx.afterCommit(() -> concurrency.changed(name.account(), name.region()));
        });
        return Lambda.DeleteFunctionConcurrencyResponse.of(_ -> {});
    }
}
