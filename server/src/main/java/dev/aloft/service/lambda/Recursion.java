package dev.aloft.service.lambda;

import dev.aloft.api.Caller;
import dev.aloft.api.Lambda;
import dev.aloft.kernel.store.Store;
import dev.aloft.service.lambda.invoke.Lineage;
import dev.aloft.service.lambda.invoke.Measures;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;

/**
 * Whether a function may be part of a loop.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html">Recursive loop detection</a>
 */
final class Recursion {
    private static final Logger LOG = System.getLogger(Recursion.class.getName());

    private final Store store;
    private final Functions functions;
    private final Measures measures;

    Recursion(Store store, Functions functions, Measures measures) {
        this.store = store;
        this.functions = functions;
        this.measures = measures;
    }

    /** {@code Terminate} unless {@code Allow} was said. */
    String of(FunctionName name) {
        return store.read(tx -> LambdaData.RECURSION.get(tx, LambdaData.key(name)))
                .orElse(Lambda.RecursiveLoop.TERMINATE);
    }

    /** Refuses what would be one round too many. */
    void check(FunctionName name, String trace) {
        if (Lineage.count(trace, name.arn()) >= Lineage.MOST && of(name).equals(Lambda.RecursiveLoop.TERMINATE)) {
            measures.of(name.account(), name.region(), name.name()).loopCut();
            LOG.log(Level.WARNING, "RecursiveInvocationsDropped: " + name.arn() + " was invoked " + Lineage.MOST
                    + " times in one chain of requests, and not once more");
            throw new Lambda.RecursiveInvocationException("Lambda has detected your function being invoked in a "
                    + "recursive loop with other Amazon Web Services resources and stopped your "
                    + "function's invocation.");
        }
    }

    Lambda.PutFunctionRecursionConfigResponse put(Caller caller, Lambda.PutFunctionRecursionConfigRequest r) {
        FunctionName name = FunctionName.of(caller, r.functionName());
        store.change(tx -> {
            functions.find(tx, name);
            LambdaData.RECURSION.put(tx, LambdaData.key(name), r.recursiveLoop());
        });
        return Lambda.PutFunctionRecursionConfigResponse.of(a -> a.recursiveLoop(r.recursiveLoop()));
    }

    Lambda.GetFunctionRecursionConfigResponse get(Caller caller, Lambda.GetFunctionRecursionConfigRequest r) {
        FunctionName name = FunctionName.of(caller, r.functionName());
        store.read(tx -> functions.find(tx, name));
        return Lambda.GetFunctionRecursionConfigResponse.of(a -> a.recursiveLoop(of(name)));
    }
}
