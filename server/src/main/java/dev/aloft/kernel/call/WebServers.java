package dev.aloft.kernel.call;

import dev.aloft.api.Arn;
import dev.aloft.api.Caller;
import java.util.List;
import java.util.Map;

/**
 * Web servers that have an ARN, and that whoever moves events may ask: API destinations, deployed APIs of API
 * Gateway.
 */
public interface WebServers {
    /**
     * What is asked.
     *
     * @param path  takes the places of the stars in the server's path
     * @param query the query's parameters
     */
    record Request(byte[] body, List<String> path, Map<String, String> headers, Map<String, String> query) {
    }

    /** Whether this ARN names a web server, there or not. */
    boolean takes(Arn arn);

    /**
     * Sends a request and answers what the server said with a status of 2xx.
     *
     * @param caller must be allowed to ask an API destination
     * @throws dev.aloft.api.ApiError with the server's status where it said anything else, 502 or 504 where it said
     * nothing
     */
    byte[] send(Caller caller, Arn server, Request request);
}
