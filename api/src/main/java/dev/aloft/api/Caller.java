package dev.aloft.api;

/**
 * Who calls an operation, from where, and as part of what.
 *
 * @param account   the account whose resources are meant: the principal's own, unless a service acts for another
 * @param requestId the id told to the caller and written to logs
 * @param trace     the X-Ray trace header, or null
 * @param depth     how many services deep the call is; loops are cut by it
 * @param endpoint  the base URL as the caller reached us, such as {@code http://127.0.0.1:4566}; URLs in answers begin
 *                  with it
 * @param sourceIp  the caller's address, or null for a call from within
 * @param userAgent the caller's, or null
 * @param via       the service through which the principal calls, such as {@code sqs}, or null where it calls itself
 */
public record Caller(
        String account,
        String region,
        Principal principal,
        String requestId,
        String trace,
        int depth,
        String endpoint,
        String sourceIp,
        String userAgent,
        String via) {

    /** A call that the principal makes itself. */
    public Caller(String account, String region, Principal principal, String requestId, String trace, int depth,
            String endpoint, String sourceIp, String userAgent) {
        this(account, region, principal, requestId, trace, depth, endpoint, sourceIp, userAgent, null);
    }

    /**
     * The same principal, whose call makes a service call another: with the principal's own rights, and with conditions
     * such as {@code kms:ViaService} that only such calls fulfil.
     *
     * @param service as hosts are called: {@code sqs} for {@code sqs.us-east-1.amazonaws.com}
     * @see <a href="https://docs.aws.amazon.com/IAM/latest/UserGuide/access_forward_access_sessions.html">Forward
     *     access sessions</a>
     */
    public Caller through(String service) {
        return new Caller(account, region, principal, requestId, trace, depth + 1, endpoint, null, userAgent, service);
    }

    /**
     * The same call on behalf of a service that acts for one of its resources: the target's resource policy decides.
     */
    public Caller asService(String serviceName, String sourceArn) {
        return as(new Principal.Service(serviceName, sourceArn));
    }

    /** The same call by somebody else, such as an assumed role; one service deeper. */
    public Caller as(Principal other) {
        return new Caller(account, region, other, requestId, trace, depth + 1, endpoint, null, userAgent);
    }

    /** The same caller with another request id. */
    public Caller withRequestId(String id) {
        return new Caller(account, region, principal, id, trace, depth, endpoint, sourceIp, userAgent, via);
    }

    public Caller withTrace(String header) {
        return new Caller(account, region, principal, requestId, header, depth, endpoint, sourceIp, userAgent,
                via);
    }

    public Caller in(String otherAccount, String otherRegion) {
        return new Caller(
                otherAccount, otherRegion, principal, requestId, trace, depth, endpoint, sourceIp, userAgent, via);
    }

    /** The ARN of a resource of this account and region. */
    public Arn arn(String service, String resource) {
        return new Arn("aws", service, region, account, resource);
    }
}
