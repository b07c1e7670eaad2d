/**
 * What runs inside the sandbox of a Java function, on AWS's own runtime interface client: it reads handlers and events
 * as on AWS, and speaks to the platform over pipes in place of the client's native code. It is on the function's class
 * path and so imports nothing of the platform.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/java-handler.html">Java handlers</a>
 */
package dev.aloft.service.lambda.bootstrap;
