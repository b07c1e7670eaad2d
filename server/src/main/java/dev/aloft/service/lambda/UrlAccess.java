package dev.aloft.service.lambda;

import dev.aloft.api.ApiError;
import dev.aloft.api.Caller;
import dev.aloft.kernel.call.Access;
import dev.aloft.kernel.call.Service;
import dev.aloft.wire.HttpRequest;

/** Who may call a function by its URL. In the product {@link SignedUrls}. */
public interface UrlAccess {
    /**
     * A request of which it is known who sent it.
     *
     * @param request with its content decoded
     */
    record Signed(Caller caller, HttpRequest request) {}

    /** @throws ApiError where the request is not signed, or wrongly */
    Signed signed(HttpRequest request, String requestId);

    /** @throws ApiError where the policies do not allow it */
    void require(Caller caller, Access access, Service service);
}
