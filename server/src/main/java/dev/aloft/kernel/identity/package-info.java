/**
 * Who calls, and what they may do.
 *
 * <pre>
 *   Signatures   an HTTP request → the Caller that its access key stands for
 *   Sessions     temporary credentials, which carry who they are in their token
 *   Roles        a service or a principal becomes a session of a role, where the trust policy says so
 *   Authorizer   the gate of the one door: identity, resource and session policies, boundaries → a Decision
 *   Policy       a policy document: Statement, Condition
 * </pre>
 *
 * Until the first IAM user exists, or {@code --iam enforce} is set, any access key is the root user of the default
 * account and signatures are not checked. Services, sessions of roles and users are judged by their policies always.
 *
 * @see <a href="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html">
 *     Policy evaluation logic</a>
 */
package dev.aloft.kernel.identity;
