package dev.aloft.wire;

import dev.aloft.api.ApiError;
import dev.aloft.api.Operation;
import dev.aloft.api.Shape;

/** One of AWS's protocols: HTTP to shape and back, for the server and for the client. Implementations keep no state. */
public sealed interface Protocol permits JsonRpc, RestJson, Query, RestXml, CborRpc, AmzCbor {
    /** The most that a body is read into memory; streaming members are not bounded by it. */
    long MAX_BODY = 96L << 20;

    /** The name in service models. */
    String name();

    /** The input of the operation that the request asks for, or an {@link ApiError} where it cannot be read. */
    Shape readInput(Operation operation, HttpRequest request);

    HttpResponse writeOutput(Operation operation, Shape output, String requestId);

    /** The answer that tells an error; {@code operation} is null where the request named none that is known. */
    HttpResponse writeError(Operation operation, ApiError error, String requestId);

    /** The request as a client sends it, without Host and signature. */
    HttpRequest writeInput(Operation operation, Shape input);

    /** The output that the response holds; throws the error that it tells. */
    Shape readOutput(Operation operation, HttpResponse response);
}
