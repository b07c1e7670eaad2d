package dev.aloft.wire;

import dev.aloft.api.ApiError;
import dev.aloft.api.Operation;
import dev.aloft.api.Shape;

/** RPC v2 with CBOR. */
public final class CborRpc implements Protocol {
    public static final CborRpc INSTANCE = new CborRpc();

    private CborRpc() {}

    @Override
    public String name() {
        return "smithy-rpc-v2-cbor";
    }

    @Override
    public Shape readInput(Operation operation, HttpRequest request) {
        throw ApiError.notBuilt(name());
    }

    @Override
    public HttpResponse writeOutput(Operation operation, Shape output, String requestId) {
        throw ApiError.notBuilt(name());
    }

    @Override
    public HttpResponse writeError(Operation operation, ApiError error, String requestId) {
        return JsonRpc.V1_0.writeError(operation, error, requestId);
    }

    @Override
    public HttpRequest writeInput(Operation operation, Shape input) {
        throw ApiError.notBuilt(name());
    }

    @Override
    public Shape readOutput(Operation operation, HttpResponse response) {
        throw ApiError.notBuilt(name());
    }
}
