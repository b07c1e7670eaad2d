/**
 * AWS CloudFormation: stacks and change sets, deployed by a worker whose every step is kept in the store, so that a
 * deployment goes on or rolls back by itself after the platform stops in the middle. Templates are read and computed in
 * {@code template}, serverless ones transformed in {@code sam}, and stacks brought about in {@code deploy} through the
 * resource types that the services offer. Left out: StackSets, drift, imports of resources, stack policies, the
 * registry, macros, and change sets for nested stacks.
 *
 * <p>AWS: <a href="https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/Welcome.html">CloudFormation API
 * reference</a>.
 */
package dev.aloft.service.cloudformation;
