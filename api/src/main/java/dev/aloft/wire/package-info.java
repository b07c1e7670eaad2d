/**
 * AWS's wire formats, both directions: a {@code Protocol} turns HTTP into a shape and back by interpreting its schema.
 * Nothing is generated per protocol.
 */
package dev.aloft.wire;
