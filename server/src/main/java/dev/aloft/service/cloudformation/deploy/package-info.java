/**
 * Bringing stacks about. {@code Plan} says what is to be done for a resource, {@code Deployment} does it: the worker
 * that looks for operations in the store and takes each to its end: a {@code Rollout} makes and changes resources,
 * independent ones side by side, a {@code Rollback} undoes it, a {@code Deletion} deletes. Before a resource is touched
 * the store says so, afterwards what came of it; whoever looks next goes on from there.
 */
package dev.aloft.service.cloudformation.deploy;
