package dev.aloft.service.lambda.invoke;

import dev.aloft.api.Caller;

/** Lets Lambda work as a function's execution role; the kernel's identity does it, tests need none. */
public interface ExecutionRoles {
    /**
     * Credentials of the role for one execution environment.
     *
     * @param lambda the service itself, acting for the function
     * @throws dev.aloft.api.ApiError if the role does not let Lambda assume it
     */
    Session assume(Caller lambda, String roleArn, String sessionName);

    /** Whether the role lets Lambda assume it. */
    boolean trusted(Caller lambda, String roleArn);

    /** @param caller calls as the role */
    record Session(Caller caller, String accessKeyId, String secretAccessKey, String sessionToken) {}
}
