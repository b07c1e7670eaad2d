package dev.aloft.api;

/**
 * Who calls an operation, from where, and as part of what.
 *
 * @param account   the account whose resources are meant: the principal's own, unless a service acts for another
 * @param requestId the id told to the caller and written to logs
 * @param trace     the X-Ray trace header, or null
 * @param depth     how many services deep the call is; loops are cut by it
 * @param endpoint  the base URL as the caller reached us, such as {@code http://127.0.0.1:4566}; URLs in answers begin with it
 * @param sourceIp  the caller's address, or null for a call from within
 * @param userAgent the caller's, or null
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
        String userAgent) {

    /** The same call on behalf of a service that acts for one of its resources: the target's resource policy decides. */
    public Caller asService(String serviceName, String sourceArn) {
        return as(new Principal.Service(serviceName, sourceArn));
    }

    /** The same call by somebody else, such as an assumed role; one service deeper. */
    public Caller as(Principal other) {
        return new Caller(account, region, other, requestId, trace, depth + 1, endpoint, null, userAgent);
    }

    /** The same caller with another request id. */
    public Caller withRequestId(String id) {
        return new Caller(account, region, principal, id, trace, depth, endpoint, sourceIp, userAgent);
    }

    public Caller withTrace(String header) {
        return new Caller(account, region, principal, requestId, header, depth, endpoint, sourceIp, userAgent);
    }

    public Caller in(String otherAccount, String otherRegion) {
        return new Caller(
                otherAccount, otherRegion, principal, requestId, trace, depth, endpoint, sourceIp, userAgent);
    }

    /** The ARN of a resource of this account and region. */
    public Arn arn(String service, String resource) {
        return new Arn("aws", service, region, account, resource);
    }
}
