package dev.aloft.service.lambda.invoke;

import dev.aloft.api.Endpoint;
import dev.aloft.kernel.time.Time;
import java.io.IOException;

/**
 * The Parameters and Secrets Extension of one environment: begins with each start of its processes and ends with them.
 *
 * @param session the function's role
 * @param token what requests must bring: with SnapStart, where no variable has a session's token, the one that they
 * bring to
 *              where credentials are
 */
record Parameters(FunctionVersion version, ExecutionRoles.Session session, String token, Endpoint endpoint,
        ParametersPorts ports, Time time) {
    void begin(Incarnation incarnation, EnvironmentLog log) throws IOException {
        var extension = new ParametersExtension(version.variables(), session, token, endpoint, log, time,
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
