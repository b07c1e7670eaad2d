/**
 * AWS Systems Manager Parameter Store: String, StringList and SecureString parameters with their versions. Secure
 * values are encrypted under keys of KMS.
 *
 * <p>Left out: the rest of Systems Manager; parameter policies, sharing between accounts, data types other than text.
 *
 * @see <a href="https://docs.aws.amazon.com/systems-manager/latest/userguide/systems-manager-parameter-store.html">Parameter
 *     Store</a>
 */
package dev.aloft.service.ssm;
