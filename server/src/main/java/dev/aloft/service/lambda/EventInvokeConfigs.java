package dev.aloft.service.lambda;

import dev.aloft.api.Arn;
import dev.aloft.api.Caller;
import dev.aloft.api.Lambda;
import dev.aloft.api.Lambda.FunctionEventInvokeConfig;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.time.Time;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.Set;

/**
 * How a function's asynchronous invocations are retried and where their records go.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/api/API_PutFunctionEventInvokeConfig.html">PutFunctionEventInvokeConfig</a>
 */
final class EventInvokeConfigs {
    private static final Set<String> ON_SUCCESS = Set.of("sqs", "sns", "lambda", "events");
    private static final Set<String> ON_FAILURE = Set.of("sqs", "sns", "lambda", "events", "s3");

    private final Store store;
    private final Functions functions;
    private final DestinationAccess access;
    private final Time time;

    EventInvokeConfigs(Store store, Functions functions, DestinationAccess access, Time time) {
        this.store = store;
        this.functions = functions;
        this.access = access;
        this.time = time;
    }

    FunctionEventInvokeConfig put(Caller caller, Lambda.PutFunctionEventInvokeConfigRequest r) {
        var name = FunctionName.of(caller, r.functionName(), r.qualifier());
        requireSomething(r.maximumRetryAttempts(), r.maximumEventAgeInSeconds(), r.destinationConfig());
        var role = function(name).role();
        check(caller, name, role, r.destinationConfig());
        var config = config(name, r.maximumRetryAttempts(), r.maximumEventAgeInSeconds(), r.destinationConfig());
        store.change(tx -> LambdaData.EVENT_INVOKE_CONFIGS.put(tx, key(name), config));
        return config;
    }

    FunctionEventInvokeConfig update(Caller caller, Lambda.UpdateFunctionEventInvokeConfigRequest r) {
        var name = FunctionName.of(caller, r.functionName(), r.qualifier());
        requireSomething(r.maximumRetryAttempts(), r.maximumEventAgeInSeconds(), r.destinationConfig());
        var role = function(name).role();
        check(caller, name, role, r.destinationConfig());
        var modified = config(name, r.maximumRetryAttempts(), r.maximumEventAgeInSeconds(), r.destinationConfig());
        return store.write(tx -> {
            var before = LambdaData.EVENT_INVOKE_CONFIGS.get(tx, key(name)).orElseThrow(() -> missing(name));
            var after = modified.toBuilder()
                    .maximumRetryAttempts(r.maximumRetryAttempts() == null ? before.maximumRetryAttempts()
                            : r.maximumRetryAttempts())
                    .maximumEventAgeInSeconds(r.maximumEventAgeInSeconds() == null
                            ? before.maximumEventAgeInSeconds() : r.maximumEventAgeInSeconds())
                    .destinationConfig(merged(before.destinationConfig(), r.destinationConfig())).build();
            LambdaData.EVENT_INVOKE_CONFIGS.put(tx, key(name), after);
            return after;
        });
    }

    FunctionEventInvokeConfig get(Caller caller, Lambda.GetFunctionEventInvokeConfigRequest r) {
        var name = FunctionName.of(caller, r.functionName(), r.qualifier());
        return store.<Optional<FunctionEventInvokeConfig>>read(tx -> LambdaData.EVENT_INVOKE_CONFIGS.get(tx, key(name)))
                .orElseThrow(() -> missing(name));
    }

    Lambda.DeleteFunctionEventInvokeConfigResponse delete(Caller caller,
            Lambda.DeleteFunctionEventInvokeConfigRequest r) {
        var name = FunctionName.of(caller, r.functionName(), r.qualifier());
        if (!store.<Boolean>write(tx -> LambdaData.EVENT_INVOKE_CONFIGS.delete(tx, key(name)))) {
            throw missing(name);
        }
        return Lambda.DeleteFunctionEventInvokeConfigResponse.of(_ -> {});
    }

    Lambda.ListFunctionEventInvokeConfigsResponse list(Caller caller, Lambda.ListFunctionEventInvokeConfigsRequest r) {
        var name = FunctionName.of(caller, r.functionName()).unqualified();
        function(name);
        var page = store.read(tx -> Paged.of(LambdaData.EVENT_INVOKE_CONFIGS.range(tx,
                Paged.after(LambdaData.key(name), r.marker())), r.maxItems()));
        return Lambda.ListFunctionEventInvokeConfigsResponse.of(
                a -> a.functionEventInvokeConfigs(page.items()).nextMarker(page.next()));
    }

    static Key key(FunctionName name) {
        return LambdaData.key(name).and(qualifier(name));
    }

    private static String qualifier(FunctionName name) {
        return name.qualifier() == null ? "$LATEST" : name.qualifier();
    }

    private static String arn(FunctionName name) {
        return name.arn() + ":" + qualifier(name);
    }

    private FunctionEventInvokeConfig config(FunctionName name, Integer retries, Integer ageSeconds,
            Lambda.DestinationConfig destinations) {
        Instant now = time.instant().truncatedTo(ChronoUnit.MILLIS);
        return FunctionEventInvokeConfig.of(c -> c.functionArn(arn(name)).lastModified(now)
                .maximumRetryAttempts(retries)
                .maximumEventAgeInSeconds(ageSeconds).destinationConfig(merged(null, destinations)));
    }

    /** Both outcomes are always told, be they empty; an empty ARN takes a destination away. */
    private static Lambda.DestinationConfig merged(Lambda.DestinationConfig before, Lambda.DestinationConfig given) {
        boolean success = given != null && given.onSuccess() != null;
        boolean failure = given != null && given.onFailure() != null;
        String onSuccess = success ? given.onSuccess().destination() : before == null ? null
                : before.onSuccess().destination();
        String onFailure = failure ? given.onFailure().destination() : before == null ? null
                : before.onFailure().destination();
        return Lambda.DestinationConfig.of(d -> d
                .onSuccess(Lambda.OnSuccess.of(s -> s.destination(isNone(onSuccess) ? null : onSuccess)))
                .onFailure(Lambda.OnFailure.of(f -> f.destination(isNone(onFailure) ? null : onFailure))));
    }

    private static boolean isNone(String destination) {
        return destination == null || destination.isEmpty();
    }

    private static void requireSomething(Integer retries, Integer age, Lambda.DestinationConfig destinations) {
        if (retries == null && age == null && destinations == null) {
            throw new Lambda.InvalidParameterValueException("You must specify at least one of error handling or "
                    + "destination setting.");
        }
    }

    private Lambda.FunctionConfiguration function(FunctionName name) {
        try {
            return functions.configuration(name);
        } catch (Lambda.ResourceNotFoundException _) {
            throw new Lambda.ResourceNotFoundException("The function doesn't exist.");
        }
    }

    private void check(Caller caller, FunctionName name, String role, Lambda.DestinationConfig config) {
        if (config == null) {
            return;
        }
        String success = config.onSuccess() == null ? null : config.onSuccess().destination();
        String failure = config.onFailure() == null ? null : config.onFailure().destination();
        boolean valid = (isNone(success) || Arn.isArn(success) && ON_SUCCESS.contains(Arn.parse(success).service()))
                && (isNone(failure) || Arn.isArn(failure) && ON_FAILURE.contains(Arn.parse(failure).service()));
        if (!valid) {
            throw new Lambda.InvalidParameterValueException("The provided destination config "
                    + "DestinationConfig(onSuccess="
                    + (success == null ? "null" : "OnSuccess(destination=" + success + ")") + ", onFailure="
                    + (failure == null ? "null" : "OnFailure(destination=" + failure + ")") + ") is invalid.");
        }
        checkFunction(caller, name, success);
        checkFunction(caller, name, failure);
        access.checkRecords(caller, name, role, success);
        access.checkRecords(caller, name, role, failure);
    }

    private void checkFunction(Caller caller, FunctionName name, String destination) {
        if (isNone(destination) || !Arn.parse(destination).service().equals("lambda")) {
            return;
        }
        if (FunctionName.of(caller, destination).arn().equals(name.arn())) {
            throw new Lambda.InvalidParameterValueException("You can't specify the function as a "
                    + "destination for itself.");
        }
        try {
            functions.configuration(FunctionName.of(caller, destination));
        } catch (Lambda.ResourceNotFoundException _) {
            throw new Lambda.InvalidParameterValueException("The destination ARN " + destination + " is invalid.");
        }
    }

    private static Lambda.ResourceNotFoundException missing(FunctionName name) {
        return new Lambda.ResourceNotFoundException("The function " + arn(name) + " doesn't have an EventInvokeConfig");
    }
}
