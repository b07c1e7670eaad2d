package dev.aloft.kernel.http;

import java.io.IOException;

/** The client closed the connection, or stopped sending, before its request was complete: nobody is left to answer. */
public final class ClientGone extends IOException {
    ClientGone(Throwable cause) {
        super("the client went away before its request was complete", cause);
    }
}
