package dev.aloft.service.lambda.invoke;

import dev.aloft.api.Endpoint;
import dev.aloft.kernel.time.Time;
import java.io.IOException;

/**
 * The Parameters and Secrets Extension of one environment: begins with each start of its processes and ends with them.
 *
 * @param session the function's role
 */
record Parameters(FunctionVersion version, ExecutionRoles.Session session, Endpoint endpoint, ParametersPorts ports,
        Time time) {
    void begin(Incarnation incarnation, EnvironmentLog log) throws IOException {
        var extension = new ParametersExtension(version.variables(), session, endpoint, log, time,
                incarnation.initialized::isDone);
        var open = ports.open(extension, incarnation.sandbox);
        extension.begun();
        incarnation.emptied.thenRun(() -> {
            try {
                open.close();
            } catch (Exception e) {
                // closed is closed
            }
        });
    }
}
