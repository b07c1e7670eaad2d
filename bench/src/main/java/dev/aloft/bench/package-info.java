/**
 * The benchmarks. Each measurement drives the built product over its port from another process, in its durable mode;
 * where a peer is a public artifact it is measured in the same run, in turn with the product, so that the ratio holds
 * on a noisy machine.
 */
package dev.aloft.bench;
