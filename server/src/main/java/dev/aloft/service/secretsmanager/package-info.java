/**
 * AWS Secrets Manager: secrets with their versions and staging labels, rotation by functions, resource policies. Values
 * are encrypted at rest under the key file of the data folder.
 *
 * <pre>
 *   CreateSecret, UpdateSecret, DeleteSecret … ── Secrets ──┐
 *   PutSecretValue, GetSecretValue, labels ── Versions ─────┼── SecretsData
 *   RotateSecret ── Rotations ── RotationCarrier: four calls of the function, as kernel/delivery brings them
 * </pre>
 *
 * <p>Left out: replicas in other regions, rotation without a function of one's own (managed
 * rotation), external partners' secrets.
 *
 * @see <a href="https://docs.aws.amazon.com/secretsmanager/latest/userguide/intro.html">AWS Secrets Manager</a>
 */
package dev.aloft.service.secretsmanager;
