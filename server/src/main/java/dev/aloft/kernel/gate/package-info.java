/**
 * What is held against calls on their way through: how many of them, how fast.
 *
 * <p>Throttles count here and refuse in the words of the service that asks.
 */
package dev.aloft.kernel.gate;
