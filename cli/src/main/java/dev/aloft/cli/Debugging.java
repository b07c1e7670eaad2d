package dev.aloft.cli;

import dev.aloft.api.Caller;
import dev.aloft.api.Lambda;
import dev.aloft.api.Lambda.GetFunctionConfigurationRequest;
import dev.aloft.api.Lambda.InvokeRequest;
import dev.aloft.api.Lambda.InvokeResponse;
import dev.aloft.api.Lambda.UpdateFunctionConfigurationRequest;
import java.io.PrintWriter;
import java.util.TreeMap;

/** One invocation of a function that waits for a debugger; afterwards the function is as it was. */
record Debugging(Lambda lambda, Caller caller, String function, int port, PrintWriter err) {
    /** The setting of a function that the platform looks at. */
    private static final String VARIABLE = "ALOFT_DEBUG_PORT";

    InvokeResponse invoke(InvokeRequest request) {
        var configuration = lambda
                .getFunctionConfiguration(caller, GetFunctionConfigurationRequest.of(r -> r.functionName(function)));
        var how = how(configuration.runtime());
        var own = new TreeMap<String, String>();
        if (configuration.environment() != null && configuration.environment().variables() != null) {
            own.putAll(configuration.environment().variables());
        }
        own.remove(VARIABLE);
        var debugged = new TreeMap<>(own);
        debugged.put(VARIABLE, String.valueOf(port));
        var restore = new Thread(() -> set(own));
        Runtime.getRuntime().addShutdownHook(restore);
        try {
            set(debugged);
            err.println(how);
            err.flush();
            return lambda.invoke(caller, request);
        } finally {
            Runtime.getRuntime().removeShutdownHook(restore);
            set(own);
        }
    }

    private void set(TreeMap<String, String> variables) {
        lambda.updateFunctionConfiguration(caller, UpdateFunctionConfigurationRequest.of(
                r -> r.functionName(function).environment(Lambda.Environment.of(e -> e.variables(variables)))));
    }

    private String how(String runtime) {
        var at = "127.0.0.1:" + port;
        if (runtime.startsWith("nodejs")) {
            return "Waiting for a debugger at " + at
                    + ": chrome://inspect, or in VS Code {\"type\": \"node\", \"request\": \"attach\","
                    + " \"port\": " + port + ", \"remoteRoot\": \"/var/task\"}";
        }
        if (runtime.startsWith("python")) {
            return "Waiting for debugpy's client at " + at
                    + ": in VS Code {\"type\": \"debugpy\", \"request\": \"attach\", \"connect\":"
                    + " {\"port\": " + port + "}, \"pathMappings\": [{\"remoteRoot\": \"/var/task\"}]}";
        }
        if (runtime.startsWith("java")) {
            return "Waiting for a debugger at " + at + " (JDWP, dt_socket)";
        }
        throw new CommandFailed("There is no debugger for functions of the runtime " + runtime
                + "; there is for nodejs, python and java.");
    }
}
