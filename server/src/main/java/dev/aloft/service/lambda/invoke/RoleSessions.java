package dev.aloft.service.lambda.invoke;

import dev.aloft.api.Caller;
import dev.aloft.api.Principal;
import dev.aloft.kernel.identity.Roles;
import dev.aloft.kernel.identity.Sessions;
import java.time.Duration;

/** Execution roles as IAM has them, with temporary credentials for each environment. */
public final class RoleSessions implements ExecutionRoles {
    /**
     * They stand in an environment's variables and are not renewed there, so this is longer than an environment lives.
     */
    static final Duration LIFETIME = Duration.ofHours(12);

    private final Roles roles;
    private final Sessions sessions;

    public RoleSessions(Roles roles, Sessions sessions) {
        this.roles = roles;
        this.sessions = sessions;
    }

    @Override
    public Session assume(Caller lambda, String roleArn, String sessionName) {
        Caller role = roles.assume(lambda, roleArn, sessionName);
        var credentials = sessions.issue((Principal.RoleSession) role.principal(), LIFETIME);
        return new Session(role, credentials.accessKeyId(), credentials.secretAccessKey(), credentials.sessionToken());
    }

    @Override
    public boolean trusted(Caller lambda, String roleArn) {
        return roles.trusts(lambda, roleArn);
    }
}
