package dev.aloft.kernel.identity;

import dev.aloft.api.ApiError;
import dev.aloft.api.Caller;
import dev.aloft.api.Operation;
import dev.aloft.api.Principal;
import dev.aloft.kernel.time.Time;
import dev.aloft.wire.Authorization;
import dev.aloft.wire.AwsChunked;
import dev.aloft.wire.HttpRequest;
import dev.aloft.wire.SigV4;
import dev.aloft.wire.SignatureErrors;

/**
 * Tells who sent a request: which principal its access key stands for, and in the region of its signature's scope.
 *
 * <ul>
 *   <li>Temporary credentials that were issued here are always who they say, and expire.
 *   <li>An access key id of 12 digits is the root user of that account.
 *   <li>Any other is the root user of the default account, until the first IAM user exists or {@code --iam enforce} is
 *       set. From then on it must be a user's, and each signature is checked.
 * </ul>
 */
public final class Signatures {
    private static final String DEFAULT_REGION = "us-east-1";
    private static final int LONGEST_REGION = 32;

    private final PolicySource source;
    private final Sessions sessions;
    private final RootKeys rootKeys;
    private final Time time;
    private final boolean enforce;

    /** @param enforce whether signatures count even though there is no IAM user yet */
    public Signatures(PolicySource source, Sessions sessions, RootKeys rootKeys, Time time, boolean enforce) {
        this.source = source;
        this.sessions = sessions;
        this.rootKeys = rootKeys;
        this.time = time;
        this.enforce = enforce;
    }

    /**
     * A request of which it is known who sent it.
     *
     * @param request with its content decoded; where signatures count, content still to come is checked as it is read
     */
    public record Signed(Caller caller, HttpRequest request) {}

    /** Who a key stands for and what it signs with. */
    private record Known(Principal principal, String secret) {}

    /** Whether signatures are checked now. */
    public boolean enforced() {
        return enforce || source.hasUsers();
    }

    /**
     * Tells who sent the request, or throws what its service answers.
     *
     * @param authorization the request's own
     * @param bucket        the one in the host, or null
     */
    public Signed verify(
            HttpRequest request, Authorization authorization, Operation operation, String bucket, String requestId) {
        var errors = SignatureErrors.of(operation);
        boolean enforced = enforced();
        return switch (authorization) {
            case Authorization.Anonymous _ -> anonymous(request, operation, errors, requestId);
            case Authorization.Unreadable unreadable -> throw errors.unreadable(unreadable);
            case Authorization.V4 signed -> {
                var known = known(signed.accessKeyId(), signed.sessionToken(), enforced, errors);
                var believed = enforced
                        ? SigV4.verify(request, signed, known.secret(), operation.service().signingName(), errors,
                            time.instant())
                        : decoded(request);
                yield new Signed(caller(request, known.principal(), region(signed.region()), requestId), believed);
            }
            case Authorization.V2 signed -> {
                if (errors != SignatureErrors.S3) {
                    throw errors.missing();
                }
                var known = known(signed.accessKeyId(), signed.sessionToken(), enforced, errors);
                var believed = enforced
                        ? SigV4.verify(request, signed, known.secret(), bucket, time.instant())
                        : decoded(request);
                yield new Signed(caller(request, known.principal(), DEFAULT_REGION, requestId), believed);
            }
        };
    }

    /** Nobody may call S3, whose policies can be for everybody, and what is not signed by its nature. */
    private Signed anonymous(HttpRequest request, Operation operation, SignatureErrors errors, String requestId) {
        if (operation.signed() && errors != SignatureErrors.S3) {
            throw errors.missing();
        }
        return new Signed(caller(request, new Principal.Anonymous(), DEFAULT_REGION, requestId), decoded(request));
    }

    private Known known(String accessKeyId, String token, boolean enforced, SignatureErrors errors) {
        if (token != null && Sessions.isOurs(token)) {
            var session = sessions.open(accessKeyId, token).orElseThrow(errors::invalidToken);
            if (sessions.hasExpired(session)) {
                throw errors.expiredToken();
            }
            return new Known(session.principal(), sessions.secret(accessKeyId));
        }
        if (Account.is(accessKeyId)) {
            return new Known(new Principal.Root(accessKeyId), rootKeys.secret(accessKeyId));
        }
        if (!enforced) {
            return new Known(new Principal.Root(Account.DEFAULT), "");
        }
        if (token != null) {
            throw errors.invalidToken();
        }
        return source.accessKey(accessKeyId).filter(PolicySource.AccessKey::active)
                .map(key -> new Known(key.user(), key.secret()))
                .orElseThrow(errors::unknownKey);
    }

    private static HttpRequest decoded(HttpRequest request) throws ApiError {
        return AwsChunked.is(request) ? AwsChunked.decode(request) : request;
    }

    private static Caller caller(HttpRequest request, Principal principal, String region, String requestId) {
        var account = Account.of(principal);
        return new Caller(account.isEmpty() ? Account.DEFAULT : account, region, principal, requestId,
                request.headers().first("x-amzn-trace-id"), 0, endpoint(request), request.remoteAddress(),
                request.headers().first("user-agent"));
    }

    /**
     * The base URL without what the host says of a bucket or an API: {@code bucket.s3.localhost} is {@code localhost}.
     */
    private static String endpoint(HttpRequest request) {
        var host = request.host();
        int colon = host.lastIndexOf(':');
        var name = colon < 0 || host.endsWith("]") ? host : host.substring(0, colon);
        if (name.endsWith(".localhost")) {
            host = host.substring(name.length() - "localhost".length());
        }
        return request.scheme() + "://" + host;
    }

    /**
     * The region that a scope names, or the first of those in which the signature is good. Scopes may name what is none
     * ({@code aws-global}, {@code auto}); ARNs and keys need a sane text.
     */
    private static String region(String regions) {
        int comma = regions.indexOf(',');
        var scope = comma < 0 ? regions : regions.substring(0, comma);
        boolean sane = !scope.isEmpty() && scope.length() <= LONGEST_REGION
                && scope.chars().allMatch(c -> c == '-' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9')
                && scope.indexOf('-') > 0 && !scope.endsWith("-global");
        return sane ? scope : DEFAULT_REGION;
    }
}
