package dev.aloft.service.lambda;

import dev.aloft.api.Caller;
import dev.aloft.api.Lambda;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.ReadTx;
import dev.aloft.kernel.store.Store;

/**
 * When a function gets another patch of its runtime. Runtimes here are the interpreters of the machine: what is said is
 * kept and told, and changes nothing.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/runtimes-update.html">Runtime version updates</a>
 */
final class RuntimeManagement {
    private final Store store;
    private final Functions functions;

    RuntimeManagement(Store store, Functions functions) {
        this.store = store;
        this.functions = functions;
    }

    Lambda.PutRuntimeManagementConfigResponse put(Caller caller, Lambda.PutRuntimeManagementConfigRequest r) {
        FunctionName name = name(FunctionName.of(caller, r.functionName(), r.qualifier()));
        boolean manual = Lambda.UpdateRuntimeOn.MANUAL.equals(r.updateRuntimeOn());
        if (manual && r.runtimeVersionArn() == null) {
            throw new Lambda.InvalidParameterValueException("RuntimeVersionArn cannot be null when "
                    + "UpdateRuntimeOn is set to Manual.");
        }
        if (!manual && r.runtimeVersionArn() != null) {
            throw new Lambda.InvalidParameterValueException(
                    "RuntimeVersionArn cannot be set when UpdateRuntimeOn is set to " + r.updateRuntimeOn() + ".");
        }
        var wanted = new LambdaData.RuntimeUpdates(r.updateRuntimeOn(), r.runtimeVersionArn());
        store.change(tx -> {
            zipped(tx, name);
            LambdaData.RUNTIME_UPDATES.put(tx, key(name), wanted);
        });
        return Lambda.PutRuntimeManagementConfigResponse.of(a -> a.updateRuntimeOn(wanted.on())
                .functionArn(toldArn(name))
                .runtimeVersionArn(wanted.runtimeVersion()));
    }

    Lambda.GetRuntimeManagementConfigResponse get(Caller caller, Lambda.GetRuntimeManagementConfigRequest r) {
        FunctionName name = name(FunctionName.of(caller, r.functionName(), r.qualifier()));
        LambdaData.RuntimeUpdates updates = store.read(tx -> {
            zipped(tx, name);
            return LambdaData.RUNTIME_UPDATES.get(tx, key(name));
        }).orElse(new LambdaData.RuntimeUpdates(Lambda.UpdateRuntimeOn.AUTO, null));
        return Lambda.GetRuntimeManagementConfigResponse.of(a -> a.updateRuntimeOn(updates.on())
                .functionArn(toldArn(name))
                .runtimeVersionArn(updates.runtimeVersion()));
    }

    /** An image brings its runtime, which nobody updates. */
    private void zipped(ReadTx tx, FunctionName name) {
        if (functions.version(tx, name).code().image() != null) {
            throw new Lambda.InvalidParameterValueException(
                    "Runtime management is not supported for functions created with container images.");
        }
    }

    private static FunctionName name(FunctionName name) {
        if (!name.isLatest() && !name.isVersion()) {
            throw new Lambda.InvalidParameterValueException("Aliases are not supported for this operation.");
        }
        return name;
    }

    private static String toldArn(FunctionName name) {
        return name.isLatest() ? name.arn() : name.qualifiedArn();
    }

    private static Key key(FunctionName name) {
        return LambdaData.qualified(name.isLatest() ? name.unqualified() : name);
    }
}
