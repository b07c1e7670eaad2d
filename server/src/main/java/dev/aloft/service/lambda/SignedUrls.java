package dev.aloft.service.lambda;

import dev.aloft.api.Caller;
import dev.aloft.api.Lambda;
import dev.aloft.kernel.call.Access;
import dev.aloft.kernel.call.Service;
import dev.aloft.kernel.identity.Authorizer;
import dev.aloft.kernel.identity.Signatures;
import dev.aloft.wire.Authorization;
import dev.aloft.wire.HttpRequest;

/** Function URLs as IAM sees them: requests are signed as those of the service {@code lambda}. */
public record SignedUrls(Signatures signatures, Authorizer authorizer) implements UrlAccess {
    @Override
    public Signed signed(HttpRequest request, String requestId) {
        var signed = signatures.verify(request, Authorization.of(request), Lambda.INVOKE, null, requestId);
        return new Signed(signed.caller(), signed.request());
    }

    @Override
    public void require(Caller caller, Access access, Service service) {
        authorizer.require(caller, access, service);
    }
}
