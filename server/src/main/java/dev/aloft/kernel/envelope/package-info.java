/**
 * How services encrypt what they keep under keys of KMS: a content under a data key (AES-256-GCM), and that under the
 * key of KMS, which never leaves it. Whoever may not use the key, or finds it disabled, gets no data key.
 *
 * <pre>
 *   Envelopes envelopes = new Envelopes("sqs", endpoint, time, Errors::ofKey);
 *   byte[] kept = envelopes.sealed(caller, new KeyUse(account, keyId, Map.of("aws:sqs:arn", arn), reuse), content);
 *   byte[] told = envelopes.opened(caller, kept, reuse);
 *
 *   sealed ── a data key of this requester, not older than it may be? ── else KMS: GenerateDataKey, Decrypt
 *   opened ── the data key of this envelope, opened for this requester of late? ── else KMS: Decrypt
 * </pre>
 *
 * <p>What is handed out as it is, such as an event that cannot be opened, is a message of AWS's Encryption SDK instead
 * ({@code message}, {@code ofMessage}).
 *
 * <p>KMS is asked as whoever calls the service (a user, a role, another service), with {@code kms:ViaService} and the
 * encryption context, which say what for. A plain data key is in memory only, and is nobody's but the requester's for
 * whom KMS gave it; so a key that is disabled or forbidden is missed when the data key is too old, as on AWS.
 *
 * @see <a href="https://docs.aws.amazon.com/kms/latest/developerguide/kms-cryptography.html">Envelope encryption</a>
 */
package dev.aloft.kernel.envelope;
