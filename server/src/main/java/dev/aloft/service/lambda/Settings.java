package dev.aloft.service.lambda;

import dev.aloft.api.ApiError;
import dev.aloft.api.JsonWriter;
import dev.aloft.api.Lambda;
import dev.aloft.api.Lambda.FunctionConfiguration;
import dev.aloft.service.lambda.durable.DurableExecutions;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** What may be said of a function's settings, in AWS's words. */
final class Settings {
    static final int MOST_TAGS = 50;
    /** In the words of AWS's own refusal. */
    static final List<String> RUNTIMES =
            List.of("nodejs20.x", "python3.14", "provided.al2023", "python3.12", "python3.13",
            "nodejs24.x", "nodejs22.x", "java25", "python3.10", "python3.11", "java21", "ruby3.3", "ruby3.4", "ruby3.2",
            "python3.8", "python3.9", "java17", "nodejs16.x", "dotnet10", "dotnet8", "java11", "dotnet6", "nodejs18.x",
            "provided.al2", "java8.al2");
    /** What came after that refusal was recorded. */
    private static final Set<String> NEWER_RUNTIMES = Set.of("java17.al2023", "java11.al2023", "java8.al2023",
            "ruby4.0", "nodejs26.x", "python3.15");
    private static final DateTimeFormatter MODIFIED =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS'+0000'").withZone(ZoneOffset.UTC);
    private static final int MOST_MEGABYTES = 10_240;
    private static final int MOST_ENVIRONMENT_BYTES = 4 * 1024;

    /** What a function may not set: the platform does. */
    private static final Set<String> RESERVED =
            Set.of("_HANDLER", "_X_AMZN_TRACE_ID", "AWS_DEFAULT_REGION", "AWS_REGION",
            "AWS_EXECUTION_ENV", "AWS_LAMBDA_FUNCTION_NAME", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
            "AWS_LAMBDA_FUNCTION_VERSION", "AWS_LAMBDA_INITIALIZATION_TYPE", "AWS_LAMBDA_LOG_GROUP_NAME",
            "AWS_LAMBDA_LOG_STREAM_NAME", "AWS_ACCESS_KEY", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY",
            "AWS_SESSION_TOKEN", "AWS_LAMBDA_RUNTIME_API", "LAMBDA_TASK_ROOT", "LAMBDA_RUNTIME_DIR");
    private static final Set<String> RETIRED = Set.of("java8", "go1.x", "provided", "ruby2.7", "ruby2.5", "nodejs14.x",
            "nodejs12.x", "nodejs10.x", "nodejs8.10", "nodejs6.10", "nodejs4.3", "nodejs4.3-edge", "nodejs",
            "python3.7", "python3.6", "python2.7", "dotnetcore3.1", "dotnetcore2.1", "dotnetcore2.0", "dotnetcore1.0");

    private Settings() {}

    /** A moment as Lambda tells it. */
    static String moment(Instant instant) {
        return MODIFIED.format(instant);
    }

    static void notBuilt(Lambda.VpcConfig vpc, List<Lambda.FileSystemConfig> files) {
        refuse(vpc != null && (vpc.subnetIds() != null && !vpc.subnetIds().isEmpty()
                || vpc.securityGroupIds() != null && !vpc.securityGroupIds().isEmpty()), "VpcConfig");
        refuse(files != null && !files.isEmpty(), "FileSystemConfigs");
    }

    static void refuse(boolean given, String what) {
        if (given) {
            throw ApiError.notBuilt(what + " of Lambda functions");
        }
    }

    static void runtime(String runtime) {
        if (RETIRED.contains(runtime)) {
            throw new Lambda.InvalidParameterValueException("The runtime parameter of " + runtime
                    + " is no longer supported for"
                    + " creating or updating AWS Lambda functions. We recommend you use a supported "
                    + "runtime while creating or updating functions.");
        }
        if (!isOffered(runtime)) {
            throw new Lambda.InvalidParameterValueException("Value " + runtime
                    + " at 'runtime' failed to satisfy constraint:"
                    + " Member must satisfy enum value set: [" + String.join(", ", RUNTIMES) + "] or be a valid ARN");
        }
    }

    static boolean isOffered(String runtime) {
        return RUNTIMES.contains(runtime) || NEWER_RUNTIMES.contains(runtime);
    }

    /** The model goes further than functions do that share machines. */
    static void memory(Integer megabytes) {
        if (megabytes != null && megabytes > MOST_MEGABYTES) {
            throw new Lambda.InvalidParameterValueException("'MemorySize' value failed to satisfy constraint: Member"
                    + " must have value less than or equal to " + MOST_MEGABYTES);
        }
    }

    /** An image has its own. */
    static void ofImage(String runtime, String handler, List<String> layers) {
        if (runtime != null || handler != null || layers != null && !layers.isEmpty()) {
            throw new Lambda.InvalidParameterValueException(
                    "Please don't provide Handler or Runtime or Layer when the intended function "
                    + "packageType is Image.");
        }
    }

    /** What a function has in the place of its image's own settings; nothing where that is nothing. */
    static Lambda.ImageConfigResponse image(Lambda.ImageConfig given) {
        boolean none = given == null || (given.entryPoint() == null || given.entryPoint().isEmpty())
                && (given.command() == null || given.command().isEmpty())
                && (given.workingDirectory() == null || given.workingDirectory().isEmpty());
        return none ? null : Lambda.ImageConfigResponse.of(i -> i.imageConfig(given));
    }

    static void variables(Lambda.Environment environment) {
        if (environment == null || environment.variables() == null) {
            return;
        }
        var reserved = new TreeSet<>(environment.variables().keySet());
        reserved.retainAll(RESERVED);
        if (!reserved.isEmpty()) {
            throw new Lambda.InvalidParameterValueException("Lambda was unable to configure your environment "
                    + "variables because the environment variables you have provided contains reserved keys that are "
                    + "currently not supported for"
                    + " modification. Reserved keys used in this request: " + String.join(", ", reserved));
        }
        String measured = JsonWriter.string(environment.variables());
        if (measured.getBytes(StandardCharsets.UTF_8).length > MOST_ENVIRONMENT_BYTES) {
            throw new Lambda.InvalidParameterValueException("Lambda was unable to configure your environment "
                    + "variables because the environment variables you have provided exceeded the 4KB "
                    + "limit. String measured: " + measured);
        }
    }

    /** Where nothing is said of it. */
    static Lambda.LoggingConfig logging(String function) {
        return Lambda.LoggingConfig.of(l -> l.logFormat("Text").logGroup("/aws/lambda/" + function));
    }

    /** What is left out stays as it was. */
    static Lambda.LoggingConfig logging(Lambda.LoggingConfig before, Lambda.LoggingConfig given) {
        if (given == null) {
            return before;
        }
        String format = or(given.logFormat(), before.logFormat());
        boolean json = format.equals("JSON");
        if (!json && (given.applicationLogLevel() != null || given.systemLogLevel() != null)) {
            throw new Lambda.InvalidParameterValueException("LogLevel is not supported when LogFormat is set "
                    + "to \"Text\". Remove LogLevel from your request or change the LogFormat to "
                    + "\"JSON\" and try again.");
        }
        return Lambda.LoggingConfig.of(l -> l.logFormat(format).logGroup(or(given.logGroup(), before.logGroup()))
                .applicationLogLevel(json ? level(given.applicationLogLevel(), before.applicationLogLevel()) : null)
                .systemLogLevel(json ? level(given.systemLogLevel(), before.systemLogLevel()) : null));
    }

    private static String level(String given, String before) {
        return or(or(given, before), "INFO");
    }

    private static String or(String given, String otherwise) {
        return given == null ? otherwise : given;
    }

    static Lambda.DurableConfig durable(Lambda.DurableConfig given) {
        if (given.executionTimeout() == null) {
            throw new Lambda.InvalidParameterValueException("ExecutionTimeout is required in DurableConfig.");
        }
        return given.retentionPeriodInDays() != null ? given
                : given.toBuilder().retentionPeriodInDays(DurableExecutions.DEFAULT_RETENTION_DAYS).build();
    }

    static void tags(Map<String, String> tags) {
        if (tags.size() > MOST_TAGS) {
            throw new Lambda.InvalidParameterValueException("Number of tags exceeds resource tag limit.");
        }
    }

    /** Lists leave out how far a function's state is. */
    static FunctionConfiguration listed(FunctionConfiguration c) {
        return c.toBuilder().state(null).stateReason(null).stateReasonCode(null).lastUpdateStatus(null)
                .lastUpdateStatusReason(null).lastUpdateStatusReasonCode(null).runtimeVersionConfig(null).build();
    }
}
