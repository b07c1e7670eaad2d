/**
 * Reads AWS's published service models and writes what the api module is made of: one Java interface a service, and the
 * model itself cut down to the operations served. Runs at build time only.
 *
 * <p>{@code <service>.operations} lists what is served: a line {@code model RESOURCE}, a line {@code interface NAME},
 * then the operations, one a line. {@code <service>.facts.json} beside it is merged over the published model where that
 * lacks something.
 */
package dev.aloft.codegen;
