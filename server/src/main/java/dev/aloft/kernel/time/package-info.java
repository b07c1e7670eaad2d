/**
 * Time as an input: the only package that reads the clock or sleeps.
 *
 * <p>{@link dev.aloft.kernel.time.Time} tells the moment, waits, and starts threads. Work that waits is an entry in the
 * store by the moment it falls due; a {@link dev.aloft.kernel.time.Worker} looks there, and a {@link
 * dev.aloft.kernel.time.Signal} makes it look sooner. With {@link dev.aloft.kernel.time.TestTime} the clock stands
 * still until it is advanced, and then every worker has its turn at each moment at which something falls due.
 */
package dev.aloft.kernel.time;
