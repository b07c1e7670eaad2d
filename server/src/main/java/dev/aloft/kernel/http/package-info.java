/**
 * Bytes in, bytes out: the one listener, and the one pipeline behind it.
 *
 * <pre>
 * HttpServer   one port: HTTP/1.1, HTTP/2 in clear text, TLS with both; Exchanges, RequestBody, LazyTls, Certificate
 *              Listener, Turns: whose connection is served next
 *              PlainConnection, PlainHead, PlainAnswer: what needs no more of HTTP than SDKs mostly use; all else is
 *              Jetty's
 * FrontDoor    which operation, whose signature, typed input, the call, typed output
 * Router       which operation a request means: a Route; OperationTable, Hosts, Preflights, PlatformPages
 * </pre>
 */
package dev.aloft.kernel.http;
