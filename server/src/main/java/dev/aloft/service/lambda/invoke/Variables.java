package dev.aloft.service.lambda.invoke;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * The variables that an environment's processes see: the customer's, over which the platform's go.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html">Environment variables</a>
 */
final class Variables {
    /** What is the runtime's alone. */
    private static final Set<String> NOT_FOR_EXTENSIONS = Set.of("AWS_EXECUTION_ENV", "LAMBDA_TASK_ROOT",
            "LAMBDA_RUNTIME_DIR",
            "AWS_LAMBDA_LOG_GROUP_NAME", "AWS_LAMBDA_LOG_STREAM_NAME", "AWS_LAMBDA_LOG_FORMAT", "AWS_LAMBDA_LOG_LEVEL",
            "AWS_XRAY_CONTEXT_MISSING", "AWS_XRAY_DAEMON_ADDRESS");

    private final FunctionVersion version;
    private final Initialization initialization;
    private final ExecutionRoles.Session session;
    private final String logStream;
    private final String endpoint;
    private final Optional<RestoredCredentials> restored;

    /** Where the process finds a path of the sandbox. */
    interface Inside extends UnaryOperator<String> {}

    /**
     * @param endpoint where functions reach the platform
     * @param restored what SDKs ask for credentials, where these are no variables
     */
    Variables(FunctionVersion version, Initialization initialization, ExecutionRoles.Session session, String logStream,
            String endpoint, Optional<RestoredCredentials> restored) {
        this.version = version;
        this.initialization = initialization;
        this.session = session;
        this.logStream = logStream;
        this.endpoint = endpoint;
        this.restored = restored;
    }

    /** @param port of the Runtime API */
    Map<String, String> ofRuntime(Inside inside, int port) {
        if (version.image().isPresent()) {
            return ofImage(port);
        }
        Map<String, String> all = common(port);
        all.put("LAMBDA_TASK_ROOT", inside.apply("/var/task"));
        all.put("LAMBDA_RUNTIME_DIR", inside.apply("/var/runtime"));
        all.put("_HANDLER", version.handler());
        logging(all);
        if (!version.runtime().startsWith("provided")) {
            all.put("AWS_EXECUTION_ENV", "AWS_Lambda_" + version.runtime());
        }
        if (!version.runtime().startsWith("provided") && !version.runtime().startsWith("java")) {
            // As the shell that starts these on AWS leaves them.
            all.put("PWD", inside.apply("/var/task"));
            all.put("SHLVL", "0");
        }
        if (version.runtime().startsWith("nodejs")) {
            String major = version.runtime().replaceAll("[^0-9]", "");
            all.putIfAbsent("NODE_PATH", inside.apply("/opt/nodejs/node" + major + "/node_modules") + ":"
                    + inside.apply("/opt/nodejs/node_modules")
                    + ":/var/runtime/node_modules:/var/runtime:" + inside.apply("/var/task"));
        }
        if (version.runtime().startsWith("java")) {
            // Where AWS's client writes its frames; the log reads them among the lines.
            all.put("_LAMBDA_TELEMETRY_LOG_FD", "2");
        }
        if (version.runtime().startsWith("ruby")) {
            String abi = version.runtime().substring("ruby".length()) + ".0";
            all.putIfAbsent("GEM_HOME", "/var/runtime");
            all.putIfAbsent("GEM_PATH",
                    inside.apply("/var/task/vendor/bundle/ruby/" + abi) + ":" + inside.apply("/opt/ruby/gems/" + abi)
                    + ":/var/runtime:/var/runtime/ruby/" + abi);
            all.putIfAbsent("RUBYLIB",
                    inside.apply("/var/task") + ":/var/runtime/lib:" + inside.apply("/opt/ruby/lib"));
        }
        if (version.runtime().startsWith("python")) {
            all.putIfAbsent("PYTHONPATH", "/var/runtime");
            all.putIfAbsent("LC_CTYPE", "C.UTF-8");
        }
        return all;
    }

    /** An image says itself where its programs and libraries are. */
    private Map<String, String> ofImage(int port) {
        Map<String, String> all = common(port);
        all.putIfAbsent("LAMBDA_TASK_ROOT", "/var/task");
        all.putIfAbsent("LAMBDA_RUNTIME_DIR", "/var/runtime");
        logging(all);
        return all;
    }

    private void logging(Map<String, String> all) {
        if (version.jsonLogs()) {
            all.put("AWS_LAMBDA_LOG_FORMAT", "JSON");
        }
        if (version.applicationLogLevel() != null) {
            all.put("AWS_LAMBDA_LOG_LEVEL", version.applicationLogLevel());
        }
    }

    Map<String, String> ofExtension(Inside inside, int port) {
        Map<String, String> all = common(port);
        all.keySet().removeIf(name -> name.startsWith("_") || NOT_FOR_EXTENSIONS.contains(name));
        return all;
    }

    Optional<byte[]> credentials(String authorization) {
        return restored.flatMap(each -> each.answer(authorization));
    }

    private Map<String, String> common(int port) {
        var all = new LinkedHashMap<String, String>();
        all.put("AWS_ENDPOINT_URL", endpoint);
        version.image().ifPresent(image -> all.putAll(image.environment()));
        all.putAll(version.variables());
        all.put("AWS_XRAY_CONTEXT_MISSING", "LOG_ERROR");
        all.put("AWS_XRAY_DAEMON_ADDRESS", "169.254.100.1:2000");
        all.put("_AWS_XRAY_DAEMON_ADDRESS", "169.254.100.1");
        all.put("_AWS_XRAY_DAEMON_PORT", "2000");
        if (restored.isPresent()) {
            all.put("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1:" + port + RestoredCredentials.PATH);
            all.put("AWS_CONTAINER_AUTHORIZATION_TOKEN", restored.get().token());
        } else {
            all.put("AWS_ACCESS_KEY_ID", session.accessKeyId());
            all.put("AWS_SECRET_ACCESS_KEY", session.secretAccessKey());
            all.put("AWS_SESSION_TOKEN", session.sessionToken());
        }
        all.put("AWS_REGION", version.region());
        all.put("AWS_DEFAULT_REGION", version.region());
        all.put("AWS_LAMBDA_FUNCTION_NAME", version.name());
        all.put("AWS_LAMBDA_FUNCTION_VERSION", version.version());
        all.put("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", String.valueOf(version.memoryMegabytes()));
        all.put("AWS_LAMBDA_INITIALIZATION_TYPE", initialization.word());
        if (restored.isEmpty()) {
            // With SnapStart AWS does not tell them: an init has no stream of the environments that come of it.
            all.put("AWS_LAMBDA_LOG_GROUP_NAME", version.logGroup());
            all.put("AWS_LAMBDA_LOG_STREAM_NAME", logStream);
        }
        all.put("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:" + port);
        if (version.image().isPresent()) {
            all.putIfAbsent("PATH", ImageProgram.PATH);
        } else {
            machine(all);
        }
        return all;
    }

    /** What AWS's own machine has where the function does not say otherwise. */
    private static void machine(Map<String, String> all) {
        all.putIfAbsent("TZ", ":UTC");
        all.putIfAbsent("LANG", "en_US.UTF-8");
        all.putIfAbsent("PATH", Runtimes.PATH);
        all.putIfAbsent("LD_LIBRARY_PATH", Runtimes.LIBRARY_PATH);
    }
}
