package dev.aloft.service.lambda.invoke;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * The variables a function's process sees: the customer's, over which the platform's go.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html">Environment variables</a>
 */
final class Variables {
    private Variables() {}

    /** @param inside where the process finds a path of the sandbox */
    static Map<String, String> of(FunctionVersion version, Initialization initialization, ExecutionRoles.Session session, String logStream, String endpoint,
            String runtimeApi, UnaryOperator<String> inside) {
        var all = new LinkedHashMap<String, String>();
        all.put("AWS_ENDPOINT_URL", endpoint);
        all.putAll(version.variables());
        all.put("AWS_XRAY_CONTEXT_MISSING", "LOG_ERROR");
        all.put("AWS_XRAY_DAEMON_ADDRESS", "169.254.100.1:2000");
        all.put("_AWS_XRAY_DAEMON_ADDRESS", "169.254.100.1");
        all.put("_AWS_XRAY_DAEMON_PORT", "2000");
        all.put("AWS_ACCESS_KEY_ID", session.accessKeyId());
        all.put("AWS_SECRET_ACCESS_KEY", session.secretAccessKey());
        all.put("AWS_SESSION_TOKEN", session.sessionToken());
        all.put("AWS_REGION", version.region());
        all.put("AWS_DEFAULT_REGION", version.region());
        all.put("AWS_LAMBDA_FUNCTION_NAME", version.name());
        all.put("AWS_LAMBDA_FUNCTION_VERSION", version.version());
        all.put("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", String.valueOf(version.memoryMegabytes()));
        all.put("AWS_LAMBDA_INITIALIZATION_TYPE", initialization.word());
        all.put("AWS_LAMBDA_LOG_GROUP_NAME", version.logGroup());
        all.put("AWS_LAMBDA_LOG_STREAM_NAME", logStream);
        all.put("AWS_LAMBDA_RUNTIME_API", runtimeApi);
        all.put("LAMBDA_TASK_ROOT", inside.apply("/var/task"));
        all.put("LAMBDA_RUNTIME_DIR", inside.apply("/var/runtime"));
        all.put("_HANDLER", version.handler());
        if (version.jsonLogs()) {
            all.put("AWS_LAMBDA_LOG_FORMAT", "JSON");
        }
        if (version.applicationLogLevel() != null) {
            all.put("AWS_LAMBDA_LOG_LEVEL", version.applicationLogLevel());
        }
        if (!version.runtime().startsWith("provided")) {
            all.put("AWS_EXECUTION_ENV", "AWS_Lambda_" + version.runtime());
        }
        all.putIfAbsent("TZ", ":UTC");
        all.putIfAbsent("LANG", "en_US.UTF-8");
        all.putIfAbsent("PATH", Runtimes.PATH);
        all.putIfAbsent("LD_LIBRARY_PATH", "/var/lang/lib:/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:/var/task:/var/task/lib:/opt/lib");
        if (version.runtime().startsWith("nodejs")) {
            String major = version.runtime().replaceAll("[^0-9]", "");
            all.putIfAbsent("NODE_PATH", "/opt/nodejs/node" + major + "/node_modules:/opt/nodejs/node_modules:"
                    + "/var/runtime/node_modules:/var/runtime:" + inside.apply("/var/task"));
        }
        if (version.runtime().startsWith("java")) {
            // Where AWS's client writes its frames; the log reads them among the lines.
            all.put("_LAMBDA_TELEMETRY_LOG_FD", "2");
        }
        if (version.runtime().startsWith("python")) {
            all.putIfAbsent("PYTHONPATH", "/var/runtime");
            all.putIfAbsent("LC_CTYPE", "C.UTF-8");
        }
        return all;
    }
}
