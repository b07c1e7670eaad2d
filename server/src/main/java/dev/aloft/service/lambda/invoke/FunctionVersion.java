package dev.aloft.service.lambda.invoke;

import dev.aloft.api.Lambda;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * A version of a function as it is run.
 *
 * @param functionArn without qualifier
 * @param revision    changes with every change of code or configuration
 * @param reserved    the function's reserved concurrency, or null
 * @param code        its folder in the code store's library
 * @param layers      the folder there of its layers' content
 * @param runtime     empty of a container image
 * @param image       what runs, if it is a container image; its code is the container's root then
 * @param durable     how long its executions may last, if it is a durable function
 * @param parameters  whether it has AWS's Parameters and Secrets Extension
 * @param snapStart   whether its environments start from what its init left
 * @param tenants     whether each tenant has environments of its own
 */
public record FunctionVersion(
        String account,
        String region,
        String name,
        String version,
        String functionArn,
        String revision,
        String runtime,
        String handler,
        String role,
        int memoryMegabytes,
        int timeoutSeconds,
        int scratchMegabytes,
        Map<String, String> variables,
        Path code,
        Optional<Path> layers,
        Integer reserved,
        boolean traced,
        String logGroup,
        boolean jsonLogs,
        String applicationLogLevel,
        String systemLogLevel,
        Optional<Lambda.DurableConfig> durable,
        Optional<ImageProgram> image,
        boolean parameters,
        boolean snapStart,
        boolean tenants) {

    /** The variable of a function that is to wait for a debugger: at this port of the machine. */
    public static final String DEBUG_PORT = "ALOFT_DEBUG_PORT";

    Optional<String> debugPort() {
        return Optional.ofNullable(variables.get(DEBUG_PORT)).filter(port -> port.matches("\\d{1,5}"));
    }

    /** With the version as qualifier. */
    String qualifiedArn() {
        return functionArn + ":" + version;
    }
}
