/**
 * AWS Identity and Access Management, and the Security Token Service: roles, users, access keys, policies; who is
 * calling, and sessions of roles. What the policies mean is the kernel's to say ({@link dev.aloft.kernel.identity});
 * here they are kept, checked and answered for.
 *
 * <p>Left out: groups, login profiles, MFA, instance profiles, identity providers, the simulator and reports.
 * Service-linked roles are those of the services that work under one here; none can be deleted yet. Of AWS's managed
 * policies those are here that serverless templates name ({@code aws-managed/index.tsv}).
 *
 * @see <a href="https://docs.aws.amazon.com/IAM/latest/APIReference/welcome.html">IAM API Reference</a>
 * @see <a href="https://docs.aws.amazon.com/STS/latest/APIReference/welcome.html">STS API Reference</a>
 */
package dev.aloft.service.iam;
